// The held-out recordings as an evaluation set.
using StreamActions.Core.Clips;
using StreamActions.Trainer.Data.Decoding;
using StreamActions.Trainer.Data.Layouts;
using StreamActions.Video;

namespace StreamActions.Trainer.Data;

/// <summary>Decodes held-out recordings during evaluation, a few in parallel.</summary>
internal sealed class HeldOutRecordings
{
    private readonly IReadOnlyList<ClipClass> _classes;
    private readonly HeldOutViews _views;
    private readonly SkippedRecordings _skipped;
    private readonly int _readAhead;
    // In a seeded order: an evaluation may take few clips of a class, and neighbours in a list often show the same scene.
    private readonly RecordedClip[][] _byClass;

    public HeldOutRecordings(DataSet data, IReadOnlyList<ClipClass> classes, ClipSpec clip, RecordedClipOptions options)
    {
        (_classes, _readAhead) = (classes, options.ReadAhead);
        _views = new(clip, options.Augmentation.Sampling, options.Views, options.Decoding);
        _skipped = new("held-out", data.HeldOut.Count, options.OnSkipped);
        var ordered = data.HeldOut.OrderBy(c => HeldOutSplit.Place(options.Seed, c.Name)).ThenBy(c => c.Name, StringComparer.Ordinal)
            .ToLookup(c => c.Label);
        _byClass = [.. classes.Select((_, label) => ordered[label].ToArray())];
    }

    /// <summary>The recordings skipped so far.</summary>
    public IReadOnlyList<SkippedRecording> Skipped => _skipped.All;

    /// <summary>The set with at most <paramref name="perClass"/> clips per class. Reading it fails when no recording can be used.</summary>
    /// <param name="perClass">Maximum number of clips per class.</param>
    /// <param name="earlier">Number of frames of the recording to add before each clip.</param>
    public EvaluationSet Set(int perClass, int earlier) => new("held-out", _classes, Supervised: true, Clips(perClass, earlier));

    private IEnumerable<HeldOutClip> Clips(int perClass, int earlier)
    {
        var spare = _byClass.Select(clips => new Queue<RecordedClip>(clips.Skip(perClass))).ToArray();
        var chosen = _byClass.SelectMany(clips => clips.Take(perClass));
        var none = true;
        var work = chosen.Select(clip => (Func<(int, HeldOutClip?)>)(() => (clip.Label, TryRead(clip, earlier))));
        foreach (var (label, read) in ReadAhead.InOrder(work, _readAhead))
        {
            var clip = read;
            while (clip is null && spare[label].TryDequeue(out var next))
                clip = TryRead(next, earlier);
            if (clip is null)
                continue;
            none = false;
            yield return clip;
        }
        // A few unreadable recordings must not end hours of training. Without any clip there is no figure to report.
        if (none)
            throw _skipped.Failure("none of the recordings can be used");
    }

    private HeldOutClip? TryRead(RecordedClip clip, int earlier)
    {
        try
        {
            return new(_views.Read(clip.Path, earlier), clip.Label);
        }
        catch (SourceException e) when (e.Failure != SourceFailure.ReaderMissing)
        {
            _skipped.Add(clip.Path, e.Message);
            return null;
        }
    }
}
