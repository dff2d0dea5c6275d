// Accumulates the figures of a set from the scores of its clips.
using StreamActions.Trainer.Data;

namespace StreamActions.Trainer.Evaluation;

/// <summary>Counts results clip by clip and computes a set's figures. Keeps counts only, no clips.</summary>
/// <param name="name">The set's name.</param>
/// <param name="classes">Its classes, in the order of the scores.</param>
internal sealed class ScoreTable(string name, IReadOnlyList<ClipClass> classes)
{
    private const int Five = 5;

    private readonly int[][] _confusion = [.. classes.Select(_ => new int[classes.Count])];
    private readonly Count[] _counts = new Count[classes.Count];
    private bool _classified;

    private struct Count
    {
        public int Clips, Text, Text5, Head, Head5, Pairs, Ordered, Shuffled;
    }

    /// <summary>Adds a clip.</summary>
    /// <param name="label">Index of its class.</param>
    /// <param name="text">Score per class by text.</param>
    /// <param name="head">Score per class by the classification head, or null for all clips of the set.</param>
    /// <param name="shuffled">Score per class by text with shuffled frames; required for a class with a reverse.</param>
    public void Add(int label, double[] text, double[]? head, double[]? shuffled)
    {
        ref var count = ref _counts[label];
        count.Clips++;
        _confusion[label][Scores.Predict(text, label)]++;
        Tally(Scores.Rank(text, label), ref count.Text, ref count.Text5);
        if (head is not null)
        {
            _classified = true;
            Tally(Scores.Rank(head, label), ref count.Head, ref count.Head5);
        }
        if (classes[label].Reverse is { } reverse && shuffled is not null)
        {
            count.Pairs++;
            count.Ordered += text[label] > text[reverse] ? 1 : 0;
            count.Shuffled += shuffled[label] > shuffled[reverse] ? 1 : 0;
        }
    }

    /// <summary>Computes the figures.</summary>
    /// <exception cref="TrainerException">No clip was added.</exception>
    public SetReport Report()
    {
        int Sum(Func<Count, int> of) => _counts.Sum(of);
        var clips = Sum(c => c.Clips);
        if (clips == 0)
            throw new TrainerException($"the set {name} has no clip to evaluate on");
        TopShares Tops(Func<Count, int> one, Func<Count, int> five) => new(new(Sum(one), clips), new(Sum(five), clips));
        var pairs = Sum(c => c.Pairs);
        return new()
        {
            Name = name,
            Clips = clips,
            Chance = Math.Round(1.0 / classes.Count, 4),
            ChanceTop5 = Math.Round(Math.Min(1.0, (double)Five / classes.Count), 4),
            ByText = Tops(c => c.Text, c => c.Text5),
            ByClassifier = _classified ? Tops(c => c.Head, c => c.Head5) : null,
            TimeOrder = pairs == 0 ? null : new(new(Sum(c => c.Ordered), pairs), new(Sum(c => c.Shuffled), pairs)),
            Classes = [.. classes.Select((c, i) => Class(c, _counts[i]))],
            Confusion = _confusion,
        };
    }

    private ClassReport Class(ClipClass of, Count count) => new(of.Name, of.Phrase, count.Clips,
        Share.OrNull(count.Text, count.Clips), _classified ? Share.OrNull(count.Head, count.Clips) : null,
        Share.OrNull(count.Ordered, count.Pairs));

    private static void Tally(int rank, ref int one, ref int five)
    {
        one += rank == 0 ? 1 : 0;
        five += rank < Five ? 1 : 0;
    }
}
