// One line of a list, or one file of a folder, before it is checked.
namespace StreamActions.Trainer.Data.Layouts;

/// <summary>The parts of a set.</summary>
internal enum DataPart
{
    /// <summary>Trained on.</summary>
    Training,
    /// <summary>Never trained on.</summary>
    HeldOut,
}

/// <summary>What a list says of a clip.</summary>
/// <param name="File">The list or folder.</param>
/// <param name="Line">Line in it; 0 in a folder.</param>
/// <param name="Path">The path as written.</param>
/// <param name="Label">The label as written; null when there is none.</param>
/// <param name="Caption">Its own text; null when there is none.</param>
/// <param name="Part">The part it belongs to; null when the list does not say.</param>
internal sealed record ListedClip(string File, int Line, string Path, string? Label, string? Caption = null, DataPart? Part = null);
