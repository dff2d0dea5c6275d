// What a model can do on one set of clips, in numbers.
namespace StreamActions.Trainer.Evaluation;

/// <summary>How often the truth is the best answer, and how often among the five best.</summary>
internal sealed record TopShares(Share Top1, Share Top5);

/// <summary>Over clips of classes that have a reverse: how often a clip is nearer to its own phrase than to the reverse's.</summary>
/// <param name="Ordered">With the frames as they are.</param>
/// <param name="Shuffled">With each clip's frames in random order: about one half when the order is what was used.</param>
internal sealed record TimeOrder(Share Ordered, Share Shuffled);

/// <summary>One class.</summary>
/// <param name="Name">Its label.</param>
/// <param name="Phrase">The phrase that stands for it.</param>
/// <param name="Clips">Its clips.</param>
/// <param name="ByText">Top-1 by similarity to the phrases; null without clips.</param>
/// <param name="ByClassifier">Top-1 by the classification head; null without one.</param>
/// <param name="TimeOrder">Nearer to its own phrase than to its reverse's; null without a reverse.</param>
internal sealed record ClassReport(string Name, string Phrase, int Clips, Share? ByText, Share? ByClassifier, Share? TimeOrder);

/// <summary>Figures over one set of held-out clips. A report's JSON has the members in this order.</summary>
internal sealed record SetReport
{
    /// <summary>The set, such as <c>base-compositions</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Clips in all.</summary>
    public required int Clips { get; init; }

    /// <summary>Top-1 of a blind guess: one over the number of classes.</summary>
    public required double Chance { get; init; }

    /// <summary>Top-5 of blind guesses.</summary>
    public required double ChanceTop5 { get; init; }

    /// <summary>By similarity to the classes' phrases.</summary>
    public required TopShares ByText { get; init; }

    /// <summary>By the classification head; null where the classes are not the head's.</summary>
    public required TopShares? ByClassifier { get; init; }

    /// <summary>On time-order pairs; null without any.</summary>
    public required TimeOrder? TimeOrder { get; init; }

    /// <summary>Each class.</summary>
    public required IReadOnlyList<ClassReport> Classes { get; init; }

    /// <summary>Clips by true class (rows) and by the class whose phrase is nearest (columns).</summary>
    public required IReadOnlyList<int[]> Confusion { get; init; }
}
