// From what a network gives for a clip's views to one score a class, and what follows from scores.
namespace StreamActions.Trainer.Evaluation;

/// <summary>Scores of classes: pure functions.</summary>
internal static class Scores
{
    /// <summary>Softmax of each view's logits, then their mean: a view that is sure counts for more than views that are not.</summary>
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
    /// Classes that are not clearly below the true one: 0 when it is the best. A tie counts against it, and so does a score that is no
    /// number: a model that says the same of everything is never right.
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

    /// <summary>The class a clip is taken for: its own when that one's rank is 0, else the best of the others.</summary>
    public static int TakenFor(double[] scores, int label)
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
