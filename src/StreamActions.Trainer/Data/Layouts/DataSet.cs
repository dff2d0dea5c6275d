// Recordings with their labels, listed and checked; nothing of them is decoded yet.
namespace StreamActions.Trainer.Data.Layouts;

/// <summary>A class of recordings.</summary>
/// <param name="Name">Its label.</param>
/// <param name="Phrases">What people say of it, one at least; the first one stands for the class.</param>
/// <param name="Reverse">Index of the class that is this one played backwards, or null.</param>
/// <param name="DirectionSensitive">True when left and right matter: its clips are never mirrored.</param>
internal sealed record RecordedClass(string Name, IReadOnlyList<string> Phrases, int? Reverse, bool DirectionSensitive);

/// <summary>A recording.</summary>
/// <param name="Name">Its path relative to the media folder, with <c>/</c>: what decides its part and its place.</param>
/// <param name="Path">Its full path.</param>
/// <param name="Label">Index of its class.</param>
/// <param name="Caption">A text of its own; null takes the phrases of its class.</param>
internal sealed record RecordedClip(string Name, string Path, int Label, string? Caption);

/// <summary>A set of recordings, by name in both parts, so that the order of a list changes nothing.</summary>
/// <param name="Classes">The classes.</param>
/// <param name="Training">What is trained on.</param>
/// <param name="HeldOut">What is never trained on.</param>
/// <param name="Notes">What is odd but no problem, in words.</param>
internal sealed record DataSet(
    IReadOnlyList<RecordedClass> Classes, IReadOnlyList<RecordedClip> Training, IReadOnlyList<RecordedClip> HeldOut,
    IReadOnlyList<string> Notes)
{
    /// <summary>True when every different caption is a class of its own: then no class is one that has to be learnt.</summary>
    public bool FreeCaptions { get; init; }
}
