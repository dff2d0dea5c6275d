// What a model can do, in numbers.
namespace StreamActions.Trainer.Evaluation;

/// <summary>Figures over held-out clips; fractions in [0, 1].</summary>
/// <param name="Clips">Clips in all.</param>
/// <param name="ByText">Share whose class phrase is the nearest of all.</param>
/// <param name="ByClassifier">Share that the classification head has right; null without one.</param>
/// <param name="Pairs">Over classes with a reverse: share nearer to their own phrase than to the reverse's.</param>
/// <param name="PairsShuffled">The same with each clip's frames in random order: about one half when the order is what was used.</param>
/// <param name="PerClass">ByText for each class, by name.</param>
internal sealed record EvaluationReport(
    int Clips, double ByText, double? ByClassifier, double Pairs, double PairsShuffled, IReadOnlyDictionary<string, double> PerClass)
{
    /// <summary>The figures by the names they have in a manifest.</summary>
    public Dictionary<string, double> ToMetrics()
    {
        var metrics = new Dictionary<string, double>
        {
            ["held-out-clips"] = Clips,
            ["top1-by-text"] = Math.Round(ByText, 4),
            ["time-order-pairs"] = Math.Round(Pairs, 4),
            ["time-order-pairs-shuffled"] = Math.Round(PairsShuffled, 4),
        };
        if (ByClassifier is { } share)
            metrics["top1-by-classifier"] = Math.Round(share, 4);
        return metrics;
    }
}
