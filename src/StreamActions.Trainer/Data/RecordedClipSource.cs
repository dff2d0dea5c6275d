// Recordings as training data. An epoch contains every clip once; an unreadable recording is reported and replaced.
using StreamActions.Core.Clips;
using StreamActions.Scenes;
using StreamActions.Trainer.Data.Augmentation;
using StreamActions.Trainer.Data.Decoding;
using StreamActions.Trainer.Data.Layouts;
using StreamActions.Video;

namespace StreamActions.Trainer.Data;

/// <summary>Clips of recordings. The clip at an index depends only on the seed, the index and the files. Thread safe.</summary>
internal sealed class RecordedClipSource : IClipSource
{
    private const ulong OrderStream = 1, ClipStream = 2;
    private readonly DataSet _data;
    private readonly ClipSpec _clip;
    private readonly RecordedClipOptions _options;
    private readonly TrainingFrames _frames;
    private readonly HeldOutRecordings _heldOut;
    private readonly SkippedRecordings _skipped;
    private readonly int[][] _byClass;
    private readonly int[] _placeInClass;

    /// <summary>Creates the source; it decodes nothing yet.</summary>
    /// <param name="data">The recordings, from <see cref="DataSetReader.Open"/>.</param>
    /// <param name="clip">Size and timing of clips.</param>
    /// <param name="options">Options for making clips.</param>
    /// <exception cref="TrainerException">An option is out of range.</exception>
    public RecordedClipSource(DataSet data, ClipSpec clip, RecordedClipOptions options)
    {
        options.Check(clip);
        (_data, _clip, _options) = (data, clip, options);
        Classes = [.. data.Classes.Select(c => new ClipClass(c.Name, c.Phrases[0], c.Reverse))];
        var shortSide = (int)Math.Ceiling(clip.Size * options.Augmentation.ShortSideJitter);
        _frames = new(clip, options.Augmentation.Sampling, shortSide, data.Training.Count, options.Decoding);
        _skipped = new("training", data.Training.Count, options.OnSkipped);
        _heldOut = new(data, Classes, clip, options);
        int[] MembersOf(int label) => [.. Enumerable.Range(0, data.Training.Count).Where(i => data.Training[i].Label == label)];
        _byClass = [.. data.Classes.Select((_, label) => MembersOf(label))];
        _placeInClass = new int[data.Training.Count];
        foreach (var members in _byClass)
            for (var place = 0; place < members.Length; place++)
                _placeInClass[members[place]] = place;
    }

    public IReadOnlyList<ClipClass> Classes { get; }

    public IReadOnlySet<int> Untrained => Enumerable.Range(0, _byClass.Length).Where(label => _byClass[label].Length == 0).ToHashSet();

    public IEnumerable<string> Texts =>
        _data.Classes.SelectMany(c => c.Phrases).Concat(_data.Training.Select(c => c.Caption).OfType<string>()).Distinct();

    /// <summary>The training and held-out recordings skipped so far.</summary>
    public IReadOnlyList<SkippedRecording> Skipped => [.. _skipped.All, .. _heldOut.Skipped];

    /// <summary>Bytes of cached pixels.</summary>
    public long HeldBytes => _frames.HeldBytes;

    /// <summary>The entry of the data set at an index, before an unreadable recording is replaced.</summary>
    public RecordedClip Entry(long index) => _data.Training[Number(index)];

    /// <inheritdoc/>
    /// <exception cref="DataSetException">Too many recordings cannot be used; the message lists them.</exception>
    public TrainingClip Training(long index, int earlier = 0)
    {
        if (_data.Training.Count == 0)
            throw new InvalidOperationException("these recordings were opened for evaluation only");
        var first = Number(index);
        var label = _data.Training[first].Label;
        foreach (var number in Candidates(first, index))
            if (TryMake(number, earlier, new SeededRandom(Seeds.Of(_options.Seed + ClipStream, (ulong)index))) is { } clip)
                return clip;
        throw _skipped.Failure(_data.FreeCaptions
            ? "none of the recordings can be used"
            : $"none of the {_byClass[label].Length} recordings of class '{Classes[label].Name}' can be used");
    }

    public long? ClipsInEpoch => _data.Training.Count;

    public IReadOnlyList<string> Notes => _data.Notes;

    public IReadOnlyList<EvaluationSet> Evaluation(int perClass, int earlier = 0) => [_heldOut.Set(perClass, earlier)];

    private int Number(long index) => EpochOrder.At(Seeds.Of(_options.Seed, OrderStream), index, _data.Training.Count);

    /// <summary>
    /// The recording at the index, then the others of its class. Free captions mostly have one recording each, so all other recordings
    /// follow for them.
    /// </summary>
    private IEnumerable<int> Candidates(int first, long index)
    {
        var label = _data.Training[first].Label;
        var own = Substitutes(_byClass[label].Length, _placeInClass[first], index).Select(place => _byClass[label][place]).Prepend(first);
        return _data.FreeCaptions
            ? own.Concat(Substitutes(_data.Training.Count, first, index).Where(number => _data.Training[number].Label != label))
            : own;
    }

    /// <summary>All places but the given one. The first of them depends on the index.</summary>
    private static IEnumerable<int> Substitutes(int count, int place, long index) =>
        Enumerable.Range(1, count - 1).Select(attempt => (place + 1 + (int)(((ulong)index + (ulong)attempt) % (ulong)(count - 1))) % count);

    private TrainingClip? TryMake(int number, int earlier, Random random)
    {
        var recording = _data.Training[number];
        var owner = _data.Classes[recording.Label];
        try
        {
            var sampled = _frames.Sample(number, recording, earlier, random);
            var caption = recording.Caption ?? owner.Phrases[random.Next(owner.Phrases.Count)];
            var sensitive = owner.DirectionSensitive || DirectionWords.In(caption);
            return new(ClipAugmenter.Make(sampled, _clip, _options.Augmentation, sensitive, random), recording.Label, null, caption, null);
        }
        catch (SourceException e) when (e.Failure != SourceFailure.ReaderMissing)
        {
            _skipped.Add(recording.Path, e.Message);
            _skipped.RequireHalf();
            return null;
        }
    }
}
