// How well an alert's phrases fit, against everything else it could be.
using System.Numerics.Tensors;
using StreamActions.Worker.Events;

namespace StreamActions.Worker.Decisions;

/// <summary>An alert's score for one window.</summary>
/// <param name="Value">In [0, 1].</param>
/// <param name="Phrase">The alert's own phrase, or label, that fits best.</param>
/// <param name="RunnerUp">The competitor that fits best; null when there is none.</param>
internal readonly record struct AlertScore(double Value, string Phrase, PhraseScore? RunnerUp);

/// <summary>Scores windows for one alert, one at a time.</summary>
internal abstract class AlertScorer
{
    /// <summary>The alert's score from a window's outputs.</summary>
    /// <param name="embedding">Of unit length, [D].</param>
    /// <param name="classLogits">[K].</param>
    public abstract AlertScore Score(ReadOnlySpan<float> embedding, ReadOnlySpan<float> classLogits);
}

/// <summary>A phrase with its embedding of unit length.</summary>
internal sealed record EmbeddedPhrase(string Text, float[] Embedding);

/// <summary><c>p = Σ_own e^s / Σ_all e^s</c> with <c>s = scale · cosine</c>: the margin of the alert's phrases over all alternatives.</summary>
/// <param name="own">What it looks like; at least one.</param>
/// <param name="others">What it must not be mistaken for, and the background.</param>
/// <param name="scale">The model's factor on cosines.</param>
internal sealed class PhraseScorer(IReadOnlyList<EmbeddedPhrase> own, IReadOnlyList<EmbeddedPhrase> others, double scale) : AlertScorer
{
    private readonly double[] _scores = new double[own.Count + others.Count];

    /// <inheritdoc/>
    public override AlertScore Score(ReadOnlySpan<float> embedding, ReadOnlySpan<float> classLogits)
    {
        Span<double> scores = _scores;
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
}

/// <summary>The probability of one supervised class.</summary>
/// <param name="labels">All classes of the model.</param>
/// <param name="index">The alert's class.</param>
internal sealed class LabelScorer(IReadOnlyList<string> labels, int index) : AlertScorer
{
    private readonly double[] _scores = new double[labels.Count];

    /// <inheritdoc/>
    public override AlertScore Score(ReadOnlySpan<float> embedding, ReadOnlySpan<float> classLogits)
    {
        Span<double> scores = _scores;
        for (var i = 0; i < scores.Length; i++)
            scores[i] = classLogits[i];
        Softmax.Apply(scores);
        var value = scores[index];
        scores[index] = -1;
        var other = Softmax.IndexOfMax(scores);
        return new(value, labels[index], labels.Count > 1 ? new(labels[other], scores[other]) : null);
    }
}

/// <summary>A softmax that does not overflow.</summary>
internal static class Softmax
{
    /// <summary>In place.</summary>
    public static void Apply(Span<double> scores)
    {
        var highest = scores[IndexOfMax(scores)];
        double sum = 0;
        foreach (ref var score in scores)
            sum += score = Math.Exp(score - highest);
        foreach (ref var score in scores)
            score /= sum;
    }

    /// <summary>Where the highest is; the first of equals.</summary>
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

    /// <summary>Their sum.</summary>
    public static double Sum(ReadOnlySpan<double> scores)
    {
        double sum = 0;
        foreach (var score in scores)
            sum += score;
        return sum;
    }
}
