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

    /// <summary>The alert's score from a window's outputs.</summary>
    /// <param name="embedding">Unit length, [D].</param>
    /// <param name="classLogits">[K].</param>
    /// <param name="scratch">At least <see cref="ScratchLength"/> numbers; overwritten.</param>
    public abstract AlertScore Score(ReadOnlySpan<float> embedding, ReadOnlySpan<float> classLogits, Span<double> scratch);

    /// <summary>Whether another scorer gives the same scores for all windows.</summary>
    public abstract bool ScoresLike(AlertScorer other);
}

/// <summary>A phrase with its embedding of unit length.</summary>
internal sealed record EmbeddedPhrase(string Text, float[] Embedding)
{
    /// <summary>Whether another phrase has the same text and the same embedding.</summary>
    public bool IsLike(EmbeddedPhrase other) => Text == other.Text && Embedding.AsSpan().SequenceEqual(other.Embedding);
}

/// <summary>
/// <c>p = Σ_own e^s / Σ_all e^s</c> with <c>s = scale · cosine</c>: the margin of the alert's phrases over all alternatives.
/// </summary>
/// <param name="own">The alert's phrases; at least one.</param>
/// <param name="others">Its negative phrases and the background phrases.</param>
/// <param name="scale">The model's scale: the factor on cosines.</param>
internal sealed class PhraseScorer(IReadOnlyList<EmbeddedPhrase> own, IReadOnlyList<EmbeddedPhrase> others, double scale) : AlertScorer
{
    /// <inheritdoc/>
    public override int ScratchLength => own.Count + others.Count;

    /// <inheritdoc/>
    public override AlertScore Score(ReadOnlySpan<float> embedding, ReadOnlySpan<float> classLogits, Span<double> scratch)
    {
        var scores = scratch[..ScratchLength];
        for (var i = 0; i < scores.Length; i++)
            scores[i] = scale * TensorPrimitives.Dot(embedding, (i < own.Count ? own[i] : others[i - own.Count]).Embedding);
        Softmax.Apply(scores);
        var bestOwn = Softmax.IndexOfMax(scores[..own.Count]);
        var value = Softmax.Sum(scores[..own.Count]);
        if (others.Count == 0)
            return new(value, own[bestOwn].Text, null);
        var bestOther = Softmax.IndexOfMax(scores[own.Count..]);
        return new(value, own[bestOwn].Text, new(others[bestOther].Text, scores[own.Count + bestOther]));
    }

    /// <inheritdoc/>
    public override bool ScoresLike(AlertScorer other) =>
        other is PhraseScorer phrases && phrases.Key.SequenceEqual(Key) && phrases.Phrases.Zip(Phrases).All(p => p.First.IsLike(p.Second));

    private IEnumerable<EmbeddedPhrase> Phrases => own.Concat(others);

    private double[] Key => [own.Count, others.Count, scale];
}

/// <summary>The softmax probability of one supervised class.</summary>
/// <param name="labels">All classes of the model.</param>
/// <param name="index">The alert's class.</param>
internal sealed class LabelScorer(IReadOnlyList<string> labels, int index) : AlertScorer
{
    /// <inheritdoc/>
    public override int ScratchLength => labels.Count;

    /// <inheritdoc/>
    public override AlertScore Score(ReadOnlySpan<float> embedding, ReadOnlySpan<float> classLogits, Span<double> scratch)
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
        var highest = scores[IndexOfMax(scores)];
        double sum = 0;
        foreach (ref var score in scores)
            sum += score = Math.Exp(score - highest);
        foreach (ref var score in scores)
            score /= sum;
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
