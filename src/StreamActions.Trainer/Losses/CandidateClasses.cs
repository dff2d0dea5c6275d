// Chooses the classes that a training clip is compared with.
using StreamActions.Trainer.Data;

namespace StreamActions.Trainer.Losses;

/// <summary>
/// The candidate classes of losses over classes. A class without a training clip is left out: it is never the right answer, so training
/// would only push its text away from every video (docs/model.md §9). If there are too many candidates, a step uses a random part of them.
/// </summary>
internal sealed class CandidateClasses
{
    /// <summary>
    /// Maximum number of candidates in a step, because the gradients of all their texts are kept in memory. The paper's 400 classes fit.
    /// </summary>
    public const int MaxPerStep = 512;

    private readonly int _classes;

    /// <summary>Chooses the candidates.</summary>
    /// <param name="classes">Number of classes.</param>
    /// <param name="untrained">Indices of the classes without a training clip; null for none.</param>
    public CandidateClasses(int classes, IReadOnlySet<int>? untrained) =>
        (_classes, Trained) = (classes, [.. Enumerable.Range(0, classes).Where(label => untrained?.Contains(label) != true)]);

    /// <summary>Indices of the classes with training clips, in ascending order.</summary>
    public IReadOnlyList<int> Trained { get; }

    /// <summary>True when every class has training clips.</summary>
    public bool AreAll => Trained.Count == _classes;

    /// <summary>The candidates of a step in ascending order: all trained classes, or the batch's classes and random others.</summary>
    /// <param name="labels">Classes of the batch's clips; <see cref="TrainingClip.NoClass"/> for a clip without one.</param>
    /// <param name="seed">Seed of the step; the same seed gives the same candidates.</param>
    /// <param name="most">Maximum number of candidates, unless the batch itself has more classes.</param>
    public IReadOnlyList<int> Of(IEnumerable<int> labels, int seed, int most = MaxPerStep)
    {
        if (Trained.Count <= most)
            return Trained;
        var own = labels.Where(label => label != TrainingClip.NoClass).ToHashSet();
        int[] others = [.. Trained.Where(label => !own.Contains(label))];
        new Random(seed).Shuffle(others);
        return [.. own.Concat(others.Take(Math.Max(0, most - own.Count))).Order()];
    }

    /// <summary>Positions of labels among the candidates; <see cref="TrainingClip.NoClass"/> stays as it is.</summary>
    /// <exception cref="InvalidOperationException">A label is not among the candidates.</exception>
    public static long[] Places(IEnumerable<int> labels, IReadOnlyList<int> candidates)
    {
        var places = candidates.Index().ToDictionary(c => c.Item, c => (long)c.Index);
        return [.. labels.Select(label => label == TrainingClip.NoClass ? TrainingClip.NoClass
            : places.TryGetValue(label, out var place) ? place
            : throw new InvalidOperationException($"a training clip has class {label}, which is not a candidate"))];
    }
}
