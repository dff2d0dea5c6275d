// Own clips with a share of others replayed, so that a shipped model learns new actions and keeps the old ones.
namespace StreamActions.Trainer.Data;

/// <summary>
/// Clips of two sources in a fixed proportion: any so many in a row, such as a batch, hold the share of each to within one clip. The
/// other's classes keep their places, so that its head still fits; own classes with other names come after them. Thread safe as its sources
/// are.
/// </summary>
internal sealed class MixedClipSource : IClipSource
{
    /// <summary>What stands before the names of the sets of what is to be learnt, and of what is to be kept.</summary>
    public const string Own = "own/", Other = "other/";

    private readonly IClipSource _own, _other;
    private readonly ClassUnion _union;
    private readonly double _share;

    /// <summary>Mixes.</summary>
    /// <param name="own">What is to be learnt.</param>
    /// <param name="other">What is to be kept.</param>
    /// <param name="share">Share of training clips that come from <paramref name="other"/>, in (0, 1).</param>
    /// <exception cref="ArgumentOutOfRangeException">It is no share.</exception>
    public MixedClipSource(IClipSource own, IClipSource other, double share)
    {
        if (!(share > 0 && share < 1))
            throw new ArgumentOutOfRangeException(nameof(share), share, "above 0, below 1");
        (_own, _other, _share) = (own, other, share);
        _union = new(other.Classes, own.Classes);
    }

    public IReadOnlyList<ClipClass> Classes => _union.Classes;

    public IReadOnlySet<int> Untrained
    {
        get
        {
            var trained = Enumerable.Range(0, _other.Classes.Count).Except(_other.Untrained)
                .Concat(Enumerable.Range(0, _own.Classes.Count).Except(_own.Untrained).Select(_union.OfSecond));
            return Enumerable.Range(0, Classes.Count).Except(trained).ToHashSet();
        }
    }

    public IEnumerable<string> Texts => _other.Texts.Concat(_own.Texts).Distinct();

    public IReadOnlyList<SkippedRecording> Skipped => [.. _own.Skipped, .. _other.Skipped];

    /// <inheritdoc/>
    /// <remarks>Every own clip once, and what is replayed meanwhile.</remarks>
    public long? ClipsInEpoch => _own.ClipsInEpoch is { } own ? (long)Math.Ceiling(own / (1 - _share)) : null;

    public IReadOnlyList<string> Notes => [.. _own.Notes, .. _other.Notes];

    public TrainingClip Training(long index)
    {
        var others = OthersBefore(index);
        if (OthersBefore(index + 1) > others)
            return _other.Training(others);
        var clip = _own.Training(index - others);
        // Numbers that are no classes say something visible; only the generated source has any.
        int Joint(int number) => number >= 0 && number < _own.Classes.Count ? _union.OfSecond(number) : number;
        return clip with { Label = Joint(clip.Label), Says = Joint(clip.Says), AlsoTrue = [.. clip.AlsoTrue.Select(Joint)] };
    }

    /// <inheritdoc/>
    /// <remarks>
    /// First the clips of both over all classes; then each source's sets by their own names, <c>own/…</c> and <c>other/…</c>, those over a
    /// source's classes now over all.
    /// </remarks>
    public IReadOnlyList<EvaluationSet> Evaluation(int perClass)
    {
        EvaluationSet[] own = [.. _own.Evaluation(perClass).Select(set => Joined(Own, set, _union.OfSecond))];
        EvaluationSet[] other = [.. _other.Evaluation(perClass).Select(set => Joined(Other, set, label => label))];
        return [new("all", Classes, Supervised: true, own[0].Clips.Concat(other[0].Clips)), .. own, .. other];
    }

    private long OthersBefore(long index) => (long)Math.Floor(index * _share);

    private EvaluationSet Joined(string prefix, EvaluationSet set, Func<int, int> label) => set.Supervised
        ? new(prefix + set.Name, Classes, Supervised: true, set.Clips.Select(clip => clip with { Label = label(clip.Label) }))
        : set with { Name = prefix + set.Name };
}
