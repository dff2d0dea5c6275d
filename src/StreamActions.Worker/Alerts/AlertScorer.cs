// Scores an observation for one alert: the margin of its own phrases over all alternatives.
using System.Numerics.Tensors;

namespace StreamActions.Worker.Alerts;

/// <summary>A phrase and its score, in [0, 1].</summary>
internal readonly record struct PhraseScore(string Phrase, double Score);

/// <summary>An alert's score for one window.</summary>
/// <param name="Value">In [0, 1].</param>
/// <param name="Phrase">The alert's own phrase, or label, with the highest score.</param>
/// <param name="RunnerUp">The competing phrase with the highest score; null when the alert has no alternatives.</param>
internal readonly record struct AlertScore(double Value, string Phrase, PhraseScore? RunnerUp);

/// <summary>Scores windows for one alert. Immutable: its working memory comes from the caller.</summary>
internal abstract class AlertScorer
{
    /// <summary>Length of the working memory for one score.</summary>
    public abstract int ScratchLength { get; }

    /// <summary>The alert's score for a window.</summary>
    /// <param name="cosines">Cosine of the window's embedding with each phrase of the plan, [N]; see <see cref="ViewScores"/>.</param>
    /// <param name="classLogits">[K].</param>
    /// <param name="scratch">At least <see cref="ScratchLength"/> numbers; overwritten.</param>
    public abstract AlertScore Score(ReadOnlySpan<float> cosines, ReadOnlySpan<float> classLogits, Span<double> scratch);

    /// <summary>Whether another scorer gives the same scores for all windows.</summary>
    public abstract bool ScoresLike(AlertScorer other);
}

/// <summary>
/// <c>p = Σ_own e^s / Σ_all e^s</c> with <c>s = scale · cosine</c>: the margin of the alert's phrases over all alternatives.
/// </summary>
/// <param name="table">The phrases of the plan.</param>
/// <param name="own">Rows of the alert's phrases; at least one.</param>
/// <param name="others">Rows of its negative phrases and the background phrases.</param>
/// <param name="scale">The model's scale: the factor on cosines.</param>
internal sealed class PhraseScorer(PhraseTable table, int[] own, int[] others, double scale) : AlertScorer
{
    /// <summary>The phrases of the plan.</summary>
    public PhraseTable Table => table;

    /// <summary>The rows whose cosines the scorer needs.</summary>
    public IEnumerable<int> Rows => own.Concat(others);

    /// <inheritdoc/>
    public override int ScratchLength => own.Length + others.Length;

    /// <inheritdoc/>
    public override AlertScore Score(ReadOnlySpan<float> cosines, ReadOnlySpan<float> classLogits, Span<double> scratch)
    {
        var scores = scratch[..ScratchLength];
        for (var i = 0; i < own.Length; i++)
            scores[i] = scale * cosines[own[i]];
        for (var i = 0; i < others.Length; i++)
            scores[own.Length + i] = scale * cosines[others[i]];
        Softmax.Apply(scores);
        var bestOwn = Softmax.IndexOfMax(scores[..own.Length]);
        var value = Softmax.Sum(scores[..own.Length]);
        if (others.Length == 0)
            return new(value, table[own[bestOwn]].Text, null);
        var bestOther = Softmax.IndexOfMax(scores[own.Length..]);
        return new(value, table[own[bestOwn]].Text, new(table[others[bestOther]].Text, scores[own.Length + bestOther]));
    }

    /// <inheritdoc/>
    public override bool ScoresLike(AlertScorer other) =>
        other is PhraseScorer phrases && phrases.Key.SequenceEqual(Key) && phrases.Phrases.Zip(Phrases).All(p => p.First.IsLike(p.Second));

    private IEnumerable<EmbeddedPhrase> Phrases => Rows.Select(row => table[row]);

    private double[] Key => [own.Length, others.Length, scale];
}

/// <summary>The softmax probability of one supervised class.</summary>
/// <param name="labels">All classes of the model.</param>
/// <param name="index">The alert's class.</param>
internal sealed class LabelScorer(IReadOnlyList<string> labels, int index) : AlertScorer
{
    /// <inheritdoc/>
    public override int ScratchLength => labels.Count;

    /// <inheritdoc/>
    public override AlertScore Score(ReadOnlySpan<float> cosines, ReadOnlySpan<float> classLogits, Span<double> scratch)
    {
        var scores = scratch[..ScratchLength];
        for (var i = 0; i < scores.Length; i++)
            scores[i] = classLogits[i];
        Softmax.Apply(scores);
        var value = scores[index];
        scores[index] = -1;
        var other = Softmax.IndexOfMax(scores);
        return new(value, labels[index], labels.Count > 1 ? new(labels[other], scores[other]) : null);
    }

    /// <inheritdoc/>
    public override bool ScoresLike(AlertScorer other) =>
        other is LabelScorer scorer && scorer.Index == index && scorer.Labels.SequenceEqual(labels);

    private int Index => index;

    private IReadOnlyList<string> Labels => labels;
}

/// <summary>A softmax that does not overflow.</summary>
internal static class Softmax
{
    /// <summary>Replaces scores by their softmax.</summary>
    public static void Apply(Span<double> scores)
    {
        TensorPrimitives.Subtract(scores, scores[IndexOfMax(scores)], scores);
        TensorPrimitives.Exp(scores, scores);
        TensorPrimitives.Divide(scores, Sum(scores), scores);
    }

    /// <summary>Index of the highest score; of equal scores, the first.</summary>
    public static int IndexOfMax(ReadOnlySpan<double> scores)
    {
        var best = 0;
        for (var i = 1; i < scores.Length; i++)
        {
            if (scores[i] > scores[best])
                best = i;
        }
        return best;
    }

    /// <summary>The sum of all scores.</summary>
    public static double Sum(ReadOnlySpan<double> scores)
    {
        double sum = 0;
        foreach (var score in scores)
            sum += score;
        return sum;
    }
}
