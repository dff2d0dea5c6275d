// Compares the outputs of a graph of lower precision with those in fp32.
using StreamActions.Core.Bundles;

namespace StreamActions.Onnx.Quantization;

/// <summary>Embeddings [D] of the same clips from two graphs, in the same order.</summary>
/// <param name="Exact">In fp32.</param>
/// <param name="Other">In lower precision.</param>
public sealed record EmbeddingPairs(IReadOnlyList<float[]> Exact, IReadOnlyList<float[]> Other);

/// <summary>What a model decides from embeddings.</summary>
/// <param name="Texts">The unit embeddings of the classes' phrases.</param>
/// <param name="Scale">Factor on cosines before a softmax.</param>
public sealed record TextClasses(IReadOnlyList<float[]> Texts, double Scale);

/// <summary>Measures quality. Pure.</summary>
public static class QualityMeasure
{
    /// <summary>A class is shown when its probability among all classes reaches this.</summary>
    private const double ShownProbability = 0.5;

    /// <summary>Compares the embeddings of evaluation clips.</summary>
    /// <param name="natural">Of clips as they are; at least one.</param>
    /// <param name="extreme">Of all-dark and all-bright clips; at least one.</param>
    /// <param name="classes">At least one class.</param>
    public static GraphQuality Of(EmbeddingPairs natural, EmbeddingPairs extreme, TextClasses classes)
    {
        var mean = Mean(natural.Exact);
        var scores = natural.Exact.Zip(natural.Other)
            .Select(pair => (Exact: Scores(pair.First, classes), Other: Scores(pair.Second, classes))).ToList();
        return new(
            natural.Exact.Count,
            natural.Exact.Zip(natural.Other, (exact, other) => Cosine(exact, other, mean)).Min(),
            extreme.Exact.Zip(extreme.Other, (exact, other) => Cosine(exact, other, null)).Min(),
            scores.Average(s => Best(s.Exact) == Best(s.Other) ? 1 : 0))
        {
            PlainCosine = natural.Exact.Zip(natural.Other, (exact, other) => Cosine(exact, other, null)).Min(),
            Decisions = scores.Average(s => Shown(s.Exact) == Shown(s.Other) ? 1 : 0),
        };
    }

    private static double[] Scores(float[] embedding, TextClasses classes) =>
        [.. classes.Texts.Select(text => classes.Scale * Cosine(embedding, text, null))];

    private static int Best(double[] scores) => scores.Index().MaxBy(s => s.Item).Index;

    // At most one class reaches the probability.
    private static int Shown(double[] scores)
    {
        var best = Best(scores);
        return 1 / scores.Sum(s => Math.Exp(s - scores[best])) >= ShownProbability ? best : -1;
    }

    private static float[] Mean(IReadOnlyList<float[]> embeddings) =>
        [.. Enumerable.Range(0, embeddings[0].Length).Select(i => embeddings.Average(e => e[i]))];

    private static double Cosine(float[] a, float[] b, float[]? mean)
    {
        double dot = 0, ownA = 0, ownB = 0;
        for (var i = 0; i < a.Length; i++)
        {
            double x = a[i] - (mean?[i] ?? 0), y = b[i] - (mean?[i] ?? 0);
            (dot, ownA, ownB) = (dot + x * y, ownA + x * x, ownB + y * y);
        }
        var lengths = Math.Sqrt(ownA * ownB);
        return lengths > 0 ? dot / lengths : ownA == ownB ? 1 : 0;
    }
}
