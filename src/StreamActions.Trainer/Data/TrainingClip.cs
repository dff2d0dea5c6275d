// A clip with its text, as every loss wants it.
namespace StreamActions.Trainer.Data;

/// <summary>One clip and one text that is true of it.</summary>
/// <param name="Pixels">uint8 RGB [T, S, S, 3].</param>
/// <param name="Label">Index of its class.</param>
/// <param name="Attribute">What else is visible and may be named (a shirt colour); null when nothing is.</param>
/// <param name="Caption">The text, before the prompt template.</param>
/// <param name="CaptionAttribute">The attribute that the text names; null when it names none.</param>
internal sealed record TrainingClip(byte[] Pixels, int Label, string? Attribute, string Caption, string? CaptionAttribute)
{
    /// <summary>True when another clip's text is true of this clip too.</summary>
    public bool Fits(TrainingClip other) =>
        Label == other.Label && (other.CaptionAttribute is null || other.CaptionAttribute == Attribute);
}

/// <summary>A supervised class.</summary>
/// <param name="Name">Its label, such as <c>sits_down</c>.</param>
/// <param name="Phrase">The phrase that stands for it, before the prompt template.</param>
/// <param name="Reverse">Index of the class that is this one played backwards, or null.</param>
internal sealed record ClipClass(string Name, string Phrase, int? Reverse);

/// <summary>Where training clips come from.</summary>
internal interface IClipSource
{
    /// <summary>The classes.</summary>
    IReadOnlyList<ClipClass> Classes { get; }

    /// <summary>Every text that may occur, for the vocabulary.</summary>
    IEnumerable<string> Texts { get; }

    /// <summary>The training clip of an index: the same index gives the same clip, on any thread.</summary>
    TrainingClip Training(long index);

    /// <summary>The clips for evaluation, none of which is ever a training clip.</summary>
    IEnumerable<TrainingClip> HeldOut(int perClass);
}
