// Options for opening a set of recordings: paths, and which clips to hold out.
namespace StreamActions.Trainer.Data.Layouts;

/// <summary>The set of recordings to open.</summary>
internal sealed record DataSetOptions
{
    /// <summary>A folder with a folder per class, a <c>.csv</c> with captions, or a list of <c>path label</c> lines.</summary>
    public required string Path { get; init; }

    /// <summary>The label table; null takes <c>labels.csv</c> beside the list or in the folder.</summary>
    public string? Labels { get; init; }

    /// <summary>Held-out recordings, in any of the layouts; null takes the <c>split</c> column or <see cref="HeldOutShare"/>.</summary>
    public string? Validation { get; init; }

    /// <summary>The folder that paths are relative to and must be inside; null takes the list's own folder.</summary>
    public string? Media { get; init; }

    /// <summary>Share of clips to hold out when no list names them, in (0, 1).</summary>
    public double HeldOutShare { get; init; } = 0.2;

    /// <summary>
    /// True to evaluate a network that was trained on other data: no clip is for training. Held out are the recordings of
    /// <see cref="Validation"/>, else those that a <c>split</c> column holds out, else all.
    /// </summary>
    public bool EvaluationOnly { get; init; }

    /// <summary>Seed of the split into training and held-out clips.</summary>
    public ulong Seed { get; init; }
}
