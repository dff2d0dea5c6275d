// The figures of a model on one evaluation set.
using System.Text.Json.Serialization;

namespace StreamActions.Trainer.Evaluation;

/// <summary>Share of clips whose true class has the best score (top-1), or one of the five best (top-5).</summary>
internal sealed record TopShares(Share Top1, Share Top5);

/// <summary>Over clips of classes with a reverse: share of clips that are nearer to their own phrase than to the reverse's.</summary>
/// <param name="Ordered">With the frames in order.</param>
/// <param name="Shuffled">With each clip's frames shuffled; about 0.5 when the model relies on the order.</param>
internal sealed record TimeOrder(Share Ordered, Share Shuffled);

/// <summary>The same figures of a causal network that saw earlier frames of the same scene or recording before each clip.</summary>
/// <param name="Frames">Number of earlier frames.</param>
/// <param name="ByText">Accuracy by similarity to the classes' phrases.</param>
/// <param name="ByClassifier">Accuracy by the classification head; null when the classes are not the head's.</param>
/// <param name="Ordered">
/// Accuracy on time-order pairs; null without such pairs. The earlier frames alone show where a movement begins, so shuffling would say
/// little.
/// </param>
internal sealed record WarmedUp(int Frames, TopShares ByText, TopShares? ByClassifier, Share? Ordered);

/// <summary>The figures of one class.</summary>
/// <param name="Name">Its label.</param>
/// <param name="Phrase">The phrase that represents it.</param>
/// <param name="Clips">Number of its clips.</param>
/// <param name="ByText">Top-1 by similarity to the phrases; null without clips.</param>
/// <param name="ByClassifier">Top-1 by the classification head; null without one.</param>
/// <param name="TimeOrder">Share of its clips that are nearer to its own phrase than to its reverse's; null without a reverse.</param>
internal sealed record ClassReport(string Name, string Phrase, int Clips, Share? ByText, Share? ByClassifier, Share? TimeOrder);

/// <summary>Figures over one set of held-out clips. A report's JSON has the members in this order.</summary>
internal sealed record SetReport
{
    /// <summary>Name of the set, such as <c>base-compositions</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Number of clips.</summary>
    public required int Clips { get; init; }

    /// <summary>Top-1 of random guessing: one over the number of classes.</summary>
    public required double Chance { get; init; }

    /// <summary>Top-5 of random guessing.</summary>
    public required double ChanceTop5 { get; init; }

    /// <summary>Accuracy by similarity to the classes' phrases.</summary>
    public required TopShares ByText { get; init; }

    /// <summary>Accuracy by the classification head; null when the classes are not the head's.</summary>
    public required TopShares? ByClassifier { get; init; }

    /// <summary>Accuracy on time-order pairs; null without such pairs.</summary>
    public required TimeOrder? TimeOrder { get; init; }

    /// <summary>
    /// The figures after a warm-up, as on a camera that has run for some time; null for a network that is not causal. The others are those
    /// of a stream that begins with the clip.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public WarmedUp? WarmedUp { get; init; }

    /// <summary>The figures of each class.</summary>
    public required IReadOnlyList<ClassReport> Classes { get; init; }

    /// <summary>Number of clips by true class (rows) and by predicted class, whose phrase is nearest (columns).</summary>
    public required IReadOnlyList<int[]> Confusion { get; init; }
}
