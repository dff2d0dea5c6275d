// A clip with its text, as every loss wants it.
namespace StreamActions.Trainer.Data;

/// <summary>One clip and one text that is true of it.</summary>
/// <param name="Pixels">uint8 RGB [T, S, S, 3].</param>
/// <param name="Label">Index of its class, or <see cref="NoClass"/>.</param>
/// <param name="Attribute">What else is visible and may be named (a shirt colour); null when nothing is.</param>
/// <param name="Caption">The text, before the prompt template.</param>
/// <param name="CaptionAttribute">The attribute that the text names; null when it names none.</param>
internal sealed record TrainingClip(byte[] Pixels, int Label, string? Attribute, string Caption, string? CaptionAttribute)
{
    /// <summary>The label of a clip that is of no class, and teaches by its text alone; losses over classes pass over it.</summary>
    public const int NoClass = -100;

    /// <summary>What the text says: its class, unless it says one of <see cref="AlsoTrue"/>.</summary>
    public int Says { get; init; } = Label;

    /// <summary>What is true of it besides its class: other classes, or visible states, whose numbers are no classes.</summary>
    public IReadOnlyList<int> AlsoTrue { get; init; } = [];

    /// <summary>True when another clip's text is true of this clip too.</summary>
    public bool Fits(TrainingClip other) =>
        (Label == other.Says || AlsoTrue.Contains(other.Says)) && (other.CaptionAttribute is null || other.CaptionAttribute == Attribute);
}
