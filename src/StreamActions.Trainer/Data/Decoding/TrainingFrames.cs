// The frames of a training clip: sampled from a decoded recording, which is kept where the set is small.
using System.Collections.Concurrent;
using StreamActions.Core.Clips;
using StreamActions.Trainer.Data.Layouts;
using StreamActions.Video;

namespace StreamActions.Trainer.Data.Decoding;

/// <summary>Chosen frames of a recording.</summary>
/// <param name="Frames">Decoded frames, larger than the clip by the jitter so that there is something to crop.</param>
/// <param name="Indices">Which of them make the clip.</param>
internal sealed record SampledFrames(FrameStack Frames, int[] Indices);

/// <summary>
/// Reads training clips. What comes out depends on the recording and the random numbers alone, not on what is kept. Thread safe.
/// </summary>
/// <param name="clip">The clip to be made.</param>
/// <param name="sampling">Which frames.</param>
/// <param name="shortSide">Short side of decoded frames in pixels.</param>
/// <param name="recordings">How many recordings there are.</param>
/// <param name="options">Bounds of memory.</param>
internal sealed class TrainingFrames(ClipSpec clip, FrameSampling sampling, int shortSide, int recordings, DecodingOptions options)
{
    private readonly ConcurrentDictionary<int, RecordingFacts> _facts = [];
    private readonly ConcurrentDictionary<int, SourceException> _broken = [];
    private readonly FrameCache _cache = new(options.CacheBytes);

    /// <summary>Bytes of pixels that are kept.</summary>
    public long HeldBytes => _cache.HeldBytes;

    /// <summary>The frames of a clip.</summary>
    /// <param name="number">The recording's number in its set.</param>
    /// <param name="recording">The recording.</param>
    /// <param name="random">Chooses the frames.</param>
    /// <exception cref="SourceException">It cannot be read, or is too short.</exception>
    public SampledFrames Sample(int number, RecordedClip recording, Random random)
    {
        if (_broken.TryGetValue(number, out var broken))
            throw broken;
        var plan = Once(number, () => PlanFor(number, recording));
        if (plan.Window is not null)
            return Take(recording, FrameStacks.Read(recording.Path, plan.Part(plan.Room * random.NextDouble()), shortSide, clip.Resize),
                plan, random);
        var whole = _cache.Find(number)
            ?? Once(number, () => FrameStacks.Read(recording.Path, plan.Part(TimeSpan.Zero), shortSide, clip.Resize));
        if (plan.Keep)
            _cache.Keep(number, whole);
        return Take(recording, whole, plan, random);
    }

    private DecodePlan PlanFor(int number, RecordedClip recording) => DecodePlan.For(
        _facts.GetOrAdd(number, _ => RecordingFacts.Read(recording.Path, TimeProvider.System)),
        clip, sampling, FrameStacks.UsualBytes(shortSide, clip.Resize), options, recordings, exact: false);

    private SampledFrames Take(RecordedClip recording, FrameStack frames, DecodePlan plan, Random random)
    {
        var indices = sampling == FrameSampling.Segments
            ? ClipSampler.Segments(frames.Count, clip.Frames, random)
            : ClipSampler.Strided(frames.Count, clip.Frames, plan.Stride, random);
        ShortClips.Check(recording.Path, indices);
        return new(frames, indices);
    }

    /// <summary>What fails for the recording as a whole is not tried again; a missing reader is no matter of the recording.</summary>
    private T Once<T>(int number, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (SourceException e) when (e.Failure != SourceFailure.ReaderMissing)
        {
            _broken[number] = e;
            throw;
        }
    }
}
