// Which classes a clip may be of while it is trained on.
using StreamActions.Trainer.Data;

namespace StreamActions.Trainer.Losses;

/// <summary>
/// The classes that take part in losses over classes. One without a training clip is never the right answer, so as a wrong one its text
/// would only be pushed away from every video (docs/model.md §9): it takes no part. Where there are many, a step takes some of them.
/// </summary>
internal sealed class CandidateClasses
{
    /// <summary>Most texts of classes in a step, whose gradients are all kept in memory; the paper's 400 fit whole.</summary>
    public const int Most = 512;

    private readonly int _classes;

    /// <summary>The candidates among so many classes.</summary>
    /// <param name="classes">How many classes there are.</param>
    /// <param name="untrained">Those without a training clip; null for none.</param>
    public CandidateClasses(int classes, IReadOnlySet<int>? untrained) =>
        (_classes, Trained) = (classes, [.. Enumerable.Range(0, classes).Where(label => untrained?.Contains(label) != true)]);

    /// <summary>Those that are trained, in their order.</summary>
    public IReadOnlyList<int> Trained { get; }

    /// <summary>True when that is all of them.</summary>
    public bool AreAll => Trained.Count == _classes;

    /// <summary>The candidates of a step, in order: all that are trained, or the batch's own and random others.</summary>
    /// <param name="labels">Classes of the batch's clips; <see cref="TrainingClip.NoClass"/> is none.</param>
    /// <param name="seed">The step's: the same one gives the same candidates.</param>
    /// <param name="most">Most of them, unless the batch itself has more.</param>
    public IReadOnlyList<int> Of(IEnumerable<int> labels, int seed, int most = Most)
    {
        if (Trained.Count <= most)
            return Trained;
        var own = labels.Where(label => label != TrainingClip.NoClass).ToHashSet();
        int[] others = [.. Trained.Where(label => !own.Contains(label))];
        new Random(seed).Shuffle(others);
        return [.. own.Concat(others.Take(Math.Max(0, most - own.Count))).Order()];
    }

    /// <summary>Where labels are among candidates; of no class stays that.</summary>
    /// <exception cref="InvalidOperationException">A clip is of a class that is none of them.</exception>
    public static long[] Places(IEnumerable<int> labels, IReadOnlyList<int> candidates)
    {
        var places = candidates.Index().ToDictionary(c => c.Item, c => (long)c.Index);
        return [.. labels.Select(label => label == TrainingClip.NoClass ? TrainingClip.NoClass
            : places.TryGetValue(label, out var place) ? place
            : throw new InvalidOperationException($"a training clip is of class {label}, which is said to have none"))];
    }
}
