// Mixes a share of replayed clips into the run's own clips, so that a model learns new actions and keeps the old ones.
namespace StreamActions.Trainer.Data;

/// <summary>
/// Clips of two sources in a fixed proportion. Any range of consecutive clips, such as a batch, holds the share of each source to within
/// one clip. The other source's classes keep their indices, so that its classification head still fits. Own classes with other names
/// follow. Thread safe when both sources are.
/// </summary>
internal sealed class MixedClipSource : IClipSource
{
    /// <summary>Name prefixes of the evaluation sets of the run's own source and of the replayed one.</summary>
    public const string Own = "own/", Other = "other/";

    private readonly IClipSource _own, _other;
    private readonly ClassUnion _union;
    private readonly double _share;

    /// <summary>Mixes two sources.</summary>
    /// <param name="own">The new data to learn.</param>
    /// <param name="other">The replayed data, which must not be forgotten.</param>
    /// <param name="share">Share of training clips from <paramref name="other"/>, in (0, 1).</param>
    /// <exception cref="ArgumentOutOfRangeException">The share is out of range.</exception>
    public MixedClipSource(IClipSource own, IClipSource other, double share)
    {
        if (!(share > 0 && share < 1))
            throw new ArgumentOutOfRangeException(nameof(share), share, "must be above 0 and below 1");
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
    /// <remarks>An epoch holds every own clip once, and the clips replayed between them.</remarks>
    public long? ClipsInEpoch => _own.ClipsInEpoch is { } own ? (long)Math.Ceiling(own / (1 - _share)) : null;

    public IReadOnlyList<string> Notes => [.. _own.Notes, .. _other.Notes];

    public TrainingClip Training(long index, int earlier = 0)
    {
        var others = OthersBefore(index);
        if (OthersBefore(index + 1) > others)
            return _other.Training(others, earlier);
        var clip = _own.Training(index - others, earlier);
        // Other numbers are visible states of the generated source, or NoClass; they stay as they are.
        int Joint(int number) => number >= 0 && number < _own.Classes.Count ? _union.OfSecond(number) : number;
        return clip with
        {
            Label = Joint(clip.Label),
            CaptionLabel = Joint(clip.CaptionLabel),
            AlsoTrue = [.. clip.AlsoTrue.Select(Joint)],
        };
    }

    /// <inheritdoc/>
    /// <remarks>
    /// The first set holds the clips of both sources over all classes. The sets of each source follow as <c>own/…</c> and <c>other/…</c>;
    /// a set over a source's classes is now over all classes.
    /// </remarks>
    public IReadOnlyList<EvaluationSet> Evaluation(int perClass, int earlier = 0)
    {
        EvaluationSet[] own = [.. _own.Evaluation(perClass, earlier).Select(set => Joined(Own, set, _union.OfSecond))];
        EvaluationSet[] other = [.. _other.Evaluation(perClass, earlier).Select(set => Joined(Other, set, label => label))];
        return [new("all", Classes, Supervised: true, own[0].Clips.Concat(other[0].Clips)), .. own, .. other];
    }

    private long OthersBefore(long index) => (long)Math.Floor(index * _share);

    private EvaluationSet Joined(string prefix, EvaluationSet set, Func<int, int> label) => set.Supervised
        ? new(prefix + set.Name, Classes, Supervised: true, set.Clips.Select(clip => clip with { Label = label(clip.Label) }))
        : set with { Name = prefix + set.Name };
}
