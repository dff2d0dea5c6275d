// Where recordings and their labels are, and which of them are kept out of training.
namespace StreamActions.Trainer.Data.Layouts;

/// <summary>What to open.</summary>
internal sealed record DataSetOptions
{
    /// <summary>A folder with a folder per class, a <c>.csv</c> with captions, or a list of <c>path label</c> lines.</summary>
    public required string Path { get; init; }

    /// <summary>The label table; null takes <c>labels.csv</c> beside the list, or in the folder.</summary>
    public string? Labels { get; init; }

    /// <summary>Held-out recordings, in any of the layouts; null takes the <c>split</c> column or <see cref="HeldOutShare"/>.</summary>
    public string? Validation { get; init; }

    /// <summary>The folder that paths are relative to and must lie in; null takes the list's own.</summary>
    public string? Media { get; init; }

    /// <summary>Share of the clips that is held out where nothing says which ones, in (0, 1).</summary>
    public double HeldOutShare { get; init; } = 0.2;

    /// <summary>
    /// True to evaluate a network that was trained on something else: nothing is kept for training, and held out are the recordings of
    /// <see cref="Validation"/>, else those that a <c>split</c> column holds out, else all.
    /// </summary>
    public bool EvaluationOnly { get; init; }

    /// <summary>Decides which clips are held out.</summary>
    public ulong Seed { get; init; }
}
