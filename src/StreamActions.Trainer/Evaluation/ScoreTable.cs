// Accumulates the figures of a set from the scores of its clips.
using StreamActions.Trainer.Data;

namespace StreamActions.Trainer.Evaluation;

/// <summary>Scores of a clip per class.</summary>
/// <param name="Text">By text.</param>
/// <param name="Head">By the classification head, or null for all clips of the set.</param>
internal sealed record ClipScores(double[] Text, double[]? Head);

/// <summary>Counts results clip by clip and computes a set's figures. Keeps counts only, no clips.</summary>
/// <param name="name">The set's name.</param>
/// <param name="classes">Its classes, in the order of the scores.</param>
/// <param name="warmUp">Number of warm-up frames of the warmed-up scores; 0 without such scores.</param>
internal sealed class ScoreTable(string name, IReadOnlyList<ClipClass> classes, int warmUp = 0)
{
    private const int Five = 5;

    private readonly int[][] _confusion = [.. classes.Select(_ => new int[classes.Count])];
    private readonly Count[] _counts = new Count[classes.Count], _warm = new Count[classes.Count];
    private bool _classified;

    private struct Count
    {
        public int Clips, Text, Text5, Head, Head5, Pairs, Ordered, Shuffled;

        // Counts all but the shuffled clips.
        public void Add(ClipScores scores, int label, int? reverse)
        {
            Clips++;
            Tally(Scores.Rank(scores.Text, label), ref Text, ref Text5);
            if (scores.Head is not null)
                Tally(Scores.Rank(scores.Head, label), ref Head, ref Head5);
            if (reverse is not { } other)
                return;
            Pairs++;
            Ordered += scores.Text[label] > scores.Text[other] ? 1 : 0;
        }

        private static void Tally(int rank, ref int one, ref int five)
        {
            one += rank == 0 ? 1 : 0;
            five += rank < Five ? 1 : 0;
        }
    }

    /// <summary>Adds a clip.</summary>
    /// <param name="label">Index of its class.</param>
    /// <param name="scores">Its scores.</param>
    /// <param name="shuffled">Score per class by text with shuffled frames; required for a class with a reverse.</param>
    /// <param name="warmedUp">Its scores after a warm-up, or null for all clips of the set.</param>
    public void Add(int label, ClipScores scores, double[]? shuffled, ClipScores? warmedUp = null)
    {
        var pair = shuffled is null ? null : classes[label].Reverse;
        _counts[label].Add(scores, label, pair);
        _confusion[label][Scores.Predict(scores.Text, label)]++;
        _classified |= scores.Head is not null;
        if (pair is { } reverse)
            _counts[label].Shuffled += shuffled![label] > shuffled[reverse] ? 1 : 0;
        if (warmedUp is not null)
            _warm[label].Add(warmedUp, label, pair);
    }

    /// <summary>Computes the figures.</summary>
    /// <exception cref="TrainerException">No clip was added.</exception>
    public SetReport Report()
    {
        var clips = _counts.Sum(c => c.Clips);
        if (clips == 0)
            throw new TrainerException($"the set {name} has no clip to evaluate on");
        TopShares ByText(Count[] of) => new(new(of.Sum(c => c.Text), clips), new(of.Sum(c => c.Text5), clips));
        TopShares? ByClassifier(Count[] of) =>
            _classified ? new(new(of.Sum(c => c.Head), clips), new(of.Sum(c => c.Head5), clips)) : null;
        var pairs = _counts.Sum(c => c.Pairs);
        return new()
        {
            Name = name,
            Clips = clips,
            Chance = Math.Round(1.0 / classes.Count, 4),
            ChanceTop5 = Math.Round(Math.Min(1.0, (double)Five / classes.Count), 4),
            ByText = ByText(_counts),
            ByClassifier = ByClassifier(_counts),
            TimeOrder = pairs == 0 ? null : new(new(_counts.Sum(c => c.Ordered), pairs), new(_counts.Sum(c => c.Shuffled), pairs)),
            WarmedUp = warmUp == 0
                ? null
                : new(warmUp, ByText(_warm), ByClassifier(_warm), Share.OrNull(_warm.Sum(c => c.Ordered), pairs)),
            Classes = [.. classes.Select((c, i) => Class(c, _counts[i]))],
            Confusion = _confusion,
        };
    }

    private ClassReport Class(ClipClass of, Count count) => new(of.Name, of.Phrase, count.Clips,
        Share.OrNull(count.Text, count.Clips), _classified ? Share.OrNull(count.Head, count.Clips) : null,
        Share.OrNull(count.Ordered, count.Pairs));
}
