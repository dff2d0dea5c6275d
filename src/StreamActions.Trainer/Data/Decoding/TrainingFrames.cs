// Samples the frames of a training clip from a decoded recording. A small set is cached.
using System.Collections.Concurrent;
using StreamActions.Core.Clips;
using StreamActions.Trainer.Data.Layouts;
using StreamActions.Video;

namespace StreamActions.Trainer.Data.Decoding;

/// <summary>Sampled frames of a recording.</summary>
/// <param name="Frames">Decoded frames, larger than the clip by the short-side jitter, for a random crop.</param>
/// <param name="Indices">Indices of the clip's frames among them, after those of the earlier frames.</param>
internal sealed record SampledFrames(FrameStack Frames, int[] Indices);

/// <summary>
/// Reads training clips. The result depends only on the recording and the random numbers, not on the cache. Thread safe.
/// </summary>
/// <param name="clip">The clip to make.</param>
/// <param name="sampling">How frames are sampled.</param>
/// <param name="shortSide">Short side of decoded frames in pixels.</param>
/// <param name="recordings">Number of recordings in the set.</param>
/// <param name="options">Memory limits.</param>
internal sealed class TrainingFrames(ClipSpec clip, FrameSampling sampling, int shortSide, int recordings, DecodingOptions options)
{
    private readonly ConcurrentDictionary<int, RecordingFacts> _facts = [];
    private readonly ConcurrentDictionary<int, SourceException> _broken = [];
    private readonly FrameCache _cache = new(options.CacheBytes);

    /// <summary>Bytes of cached pixels.</summary>
    public long HeldBytes => _cache.HeldBytes;

    /// <summary>Samples the frames of a clip.</summary>
    /// <param name="number">The recording's number in its set.</param>
    /// <param name="recording">The recording.</param>
    /// <param name="earlier">Number of frames to add before the clip. They do not change the clip.</param>
    /// <param name="random">Source of random numbers.</param>
    /// <exception cref="SourceException">The recording cannot be read, or is too short.</exception>
    public SampledFrames Sample(int number, RecordedClip recording, int earlier, Random random)
    {
        if (_broken.TryGetValue(number, out var broken))
            throw broken;
        var plan = RememberFailure(number, () => PlanFor(number, recording));
        SampledFrames Take(FrameStack frames, int before)
        {
            var indices = Indices(frames.Count, before, plan, random);
            ShortClips.Check(recording.Path, indices);
            return new(frames, ClipSampler.WithEarlier(indices, earlier, plan.Step(frames.Count, clip.Frames)));
        }
        if (plan.Window is not null)
        {
            var (part, before) = plan.Part(plan.Room * random.NextDouble(), earlier);
            return Take(FrameStacks.Read(recording.Path, part, shortSide, clip.Resize), before);
        }
        var whole = _cache.Find(number)
            ?? RememberFailure(number, () => FrameStacks.Read(recording.Path, plan.Part(TimeSpan.Zero).Part, shortSide, clip.Resize));
        if (plan.Keep)
            _cache.Keep(number, whole);
        return Take(whole, before: 0);
    }

    private DecodePlan PlanFor(int number, RecordedClip recording) => DecodePlan.For(
        _facts.GetOrAdd(number, _ => RecordingFacts.Read(recording.Path, TimeProvider.System)),
        clip, sampling, FrameStacks.UsualBytes(shortSide, clip.Resize), options, recordings, exact: false);

    private int[] Indices(int count, int before, DecodePlan plan, Random random)
    {
        if (sampling == FrameSampling.Segments)
            return ClipSampler.Segments(count, clip.Frames, random);
        // A damaged recording may end before its window.
        var skipped = Math.Min(before, count - 1);
        return [.. ClipSampler.Strided(count - skipped, clip.Frames, plan.Stride, random).Select(index => skipped + index)];
    }

    /// <summary>
    /// Remembers a failure, so that a broken recording is not decoded again. A missing reader program is not the recording's failure.
    /// </summary>
    private T RememberFailure<T>(int number, Func<T> read)
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
