// An entry of a list or a file of a class folder, before it is checked.
namespace StreamActions.Trainer.Data.Layouts;

/// <summary>The parts of a set.</summary>
internal enum DataPart
{
    /// <summary>Training clips.</summary>
    Training,
    /// <summary>Held-out clips, which are never trained on.</summary>
    HeldOut,
}

/// <summary>An unchecked entry.</summary>
/// <param name="File">The list or folder.</param>
/// <param name="Line">Line in the list, from 1; 0 for a folder.</param>
/// <param name="Path">The path as written.</param>
/// <param name="Label">The label as written; null without one.</param>
/// <param name="Caption">The caption; null without one.</param>
/// <param name="Part">The part from the list; null when the list does not give it.</param>
internal sealed record ListedClip(string File, int Line, string Path, string? Label, string? Caption = null, DataPart? Part = null);
