// Clips of a source under the classes of a trained model, whose classification head stays as it is.
namespace StreamActions.Trainer.Data;

/// <summary>
/// The same clips, labelled with the classes of a model by name. A clip of a class that the model does not have has no class, and trains
/// through its caption alone.
/// </summary>
internal sealed class RelabelledClipSource : IClipSource
{
    // Above the numbers of visible states.
    private const int Unknown = 1_000_000;
    private readonly IClipSource _source;
    private readonly int[] _places;

    /// <summary>Relabels a source.</summary>
    /// <param name="source">The clips.</param>
    /// <param name="classes">The model's classes.</param>
    public RelabelledClipSource(IClipSource source, IReadOnlyList<ClipClass> classes)
    {
        (_source, Classes) = (source, classes);
        var known = classes.Index().ToDictionary(c => c.Item.Name, c => c.Index, StringComparer.Ordinal);
        _places = [.. source.Classes.Select(c => known.GetValueOrDefault(c.Name, TrainingClip.NoClass))];
    }

    public IReadOnlyList<ClipClass> Classes { get; }

    public IReadOnlySet<int> Untrained => Enumerable.Range(0, Classes.Count)
        .Except(_places.Where((_, label) => !_source.Untrained.Contains(label))).ToHashSet();

    public IEnumerable<string> Texts => _source.Texts;

    public long? ClipsInEpoch => _source.ClipsInEpoch;

    public IReadOnlyList<string> Notes => _source.Notes;

    public IReadOnlyList<SkippedRecording> Skipped => _source.Skipped;

    public TrainingClip Training(long index, int earlier = 0)
    {
        var clip = _source.Training(index, earlier);
        int[] alsoTrue = [.. clip.AlsoTrue.Select(Number)];
        return clip.Label == TrainingClip.NoClass ? clip with { CaptionLabel = Number(clip.CaptionLabel), AlsoTrue = alsoTrue } : clip with
        {
            Label = _places[clip.Label],
            CaptionLabel = Number(clip.CaptionLabel),
            AlsoTrue = [Number(clip.Label), .. alsoTrue],
        };
    }

    /// <inheritdoc/>
    /// <remarks>The sets keep the source's classes, which are not the classification head's.</remarks>
    public IReadOnlyList<EvaluationSet> Evaluation(int perClass, int earlier = 0) =>
        [.. _source.Evaluation(perClass, earlier).Select(set => set with { Supervised = false })];

    // Numbers that are no class are visible states. Each unknown class keeps a number of its own.
    private int Number(int label) => label < 0 || label >= _places.Length ? label
        : _places[label] >= 0 ? _places[label]
        : Unknown + label;
}
