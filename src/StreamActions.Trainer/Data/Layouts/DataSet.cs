// A checked list of recordings with their labels; nothing is decoded yet.
namespace StreamActions.Trainer.Data.Layouts;

/// <summary>A class of recordings.</summary>
/// <param name="Name">Its label.</param>
/// <param name="Phrases">Phrases that describe it, at least one; the first one represents the class.</param>
/// <param name="Reverse">Index of the class that shows this one played backwards, or null.</param>
/// <param name="DirectionSensitive">True when left and right matter: its clips are never mirrored.</param>
internal sealed record RecordedClass(string Name, IReadOnlyList<string> Phrases, int? Reverse, bool DirectionSensitive);

/// <summary>A recording.</summary>
/// <param name="Name">Its path relative to the media folder, with <c>/</c>; it decides the clip's part and order.</param>
/// <param name="Path">Its full path.</param>
/// <param name="Label">Index of its class.</param>
/// <param name="Caption">Its caption; null uses the phrases of its class.</param>
internal sealed record RecordedClip(string Name, string Path, int Label, string? Caption);

/// <summary>A set of recordings. Both parts are sorted by name, so that the order of a list has no effect.</summary>
/// <param name="Classes">The classes.</param>
/// <param name="Training">The training clips.</param>
/// <param name="HeldOut">The held-out clips, which are never trained on.</param>
/// <param name="Notes">Warnings, as sentences for the user.</param>
internal sealed record DataSet(
    IReadOnlyList<RecordedClass> Classes, IReadOnlyList<RecordedClip> Training, IReadOnlyList<RecordedClip> HeldOut,
    IReadOnlyList<string> Notes)
{
    /// <summary>True when each different caption is a class. A class then needs no training clip.</summary>
    public bool FreeCaptions { get; init; }
}
