// Combines the logits of a clip's views to one score per class, and ranks classes by score.
namespace StreamActions.Trainer.Evaluation;

/// <summary>Pure functions on class scores.</summary>
internal static class Scores
{
    /// <summary>Mean over views of the softmax of their logits: a confident view counts more than an uncertain one.</summary>
    public static double[] OfViews(IReadOnlyList<float[]> logits)
    {
        var mean = new double[logits[0].Length];
        foreach (var view in logits)
        {
            var highest = view.Max();
            double[] weights = [.. view.Select(l => Math.Exp((double)l - highest))];
            var sum = weights.Sum() * logits.Count;
            for (var k = 0; k < mean.Length; k++)
                mean[k] += weights[k] / sum;
        }
        return mean;
    }

    /// <summary>
    /// Number of classes that do not score below the true class; 0 when it is the best. Ties and NaN count against the true class, so a
    /// model with constant output is never right.
    /// </summary>
    public static int Rank(double[] scores, int label)
    {
        var rank = 0;
        for (var k = 0; k < scores.Length; k++)
        {
            if (k != label && !(scores[k] < scores[label]))
                rank++;
        }
        return rank;
    }

    /// <summary>The predicted class: the true one when its rank is 0, else the best of the others.</summary>
    public static int Predict(double[] scores, int label)
    {
        var best = label;
        for (var k = 0; k < scores.Length; k++)
        {
            if (k != label && (best == label ? !(scores[k] < scores[label]) : scores[k] > scores[best]))
                best = k;
        }
        return best;
    }
}
