// A training clip with its caption, as the losses need it.
namespace StreamActions.Trainer.Data;

/// <summary>A clip and a caption that is true of it.</summary>
/// <param name="Pixels">uint8 RGB [T, S, S, 3], with the earlier frames before them.</param>
/// <param name="Label">Index of its class, or <see cref="NoClass"/>.</param>
/// <param name="Attribute">A visible attribute that a caption may name (the shirt colour); null for none.</param>
/// <param name="Caption">The caption, before the prompt template.</param>
/// <param name="CaptionAttribute">The attribute that the caption names; null when it names none.</param>
internal sealed record TrainingClip(byte[] Pixels, int Label, string? Attribute, string Caption, string? CaptionAttribute)
{
    /// <summary>The label of a clip without a class. It trains through its caption alone; losses over classes ignore it.</summary>
    public const int NoClass = -100;

    /// <summary>What the caption names: the clip's class, or one of <see cref="AlsoTrue"/>.</summary>
    public int CaptionLabel { get; init; } = Label;

    /// <summary>What else is true of the clip: indices of other classes, or numbers of visible states (1000 and above).</summary>
    public IReadOnlyList<int> AlsoTrue { get; init; } = [];

    /// <summary>True when another clip's caption is true of this clip too.</summary>
    public bool Fits(TrainingClip other) =>
        (Label == other.CaptionLabel || AlsoTrue.Contains(other.CaptionLabel))
        && (other.CaptionAttribute is null || other.CaptionAttribute == Attribute);
}
