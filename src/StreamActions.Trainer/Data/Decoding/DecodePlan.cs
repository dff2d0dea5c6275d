// Which part of a recording to decode for a clip, and at what rate. Pure: computed from the recording's header.
using StreamActions.Core.Clips;
using StreamActions.Video;

namespace StreamActions.Trainer.Data.Decoding;

/// <summary>The part of a recording to decode.</summary>
/// <param name="Fps">Frames per second to decode.</param>
/// <param name="Stride">Decoded frames from one frame of a strided clip to the next.</param>
/// <param name="Window">
/// Length of the decoded window, which begins between 0 and <paramref name="Room"/>; null decodes the whole recording.
/// </param>
/// <param name="Room">Latest begin of a window.</param>
/// <param name="MostFrames">Maximum number of decoded frames.</param>
/// <param name="Keep">True to cache the decoded frames: the whole set then fits the cache.</param>
internal sealed record DecodePlan(double Fps, int Stride, TimeSpan? Window, TimeSpan Room, int MostFrames, bool Keep)
{
    /// <summary>How frames are sampled.</summary>
    public FrameSampling Sampling { get; init; }

    /// <summary>Number of possible begins of a strided clip within one sample interval.</summary>
    private const int Phases = 4;
    private const double HighestFps = 120;

    /// <summary>
    /// Makes the plan for a recording. A recording of unknown length is decoded from its start up to the memory limit.
    /// </summary>
    /// <param name="facts">The recording's header data.</param>
    /// <param name="clip">The clip to make.</param>
    /// <param name="sampling">How frames are sampled.</param>
    /// <param name="frameBytes">Approximate bytes of a decoded frame.</param>
    /// <param name="options">Memory limits.</param>
    /// <param name="recordings">Number of recordings that share the cache; 0 caches nothing.</param>
    /// <param name="exact">True decodes at the clip's own sample rate, as the worker does for a camera.</param>
    public static DecodePlan For(
        RecordingFacts facts, ClipSpec clip, FrameSampling sampling, long frameBytes, DecodingOptions options, int recordings, bool exact)
    {
        var most = (int)Math.Clamp(options.RecordingBytes / frameBytes, clip.Frames, int.MaxValue / frameBytes);
        var seconds = facts.Length?.TotalSeconds;
        bool Keeps(double fps) =>
            recordings > 0 && Math.Min(most, (seconds ?? double.MaxValue) * fps) * frameBytes * recordings <= options.CacheBytes;
        if (sampling == FrameSampling.Segments)
        {
            var fps = Math.Min(HighestFps, Math.Min(facts.Fps ?? clip.SampleFps * Phases, most / (seconds ?? double.Epsilon)));
            return new(fps, 1, null, TimeSpan.Zero, most, Keeps(fps)) { Sampling = sampling };
        }
        var stride = exact ? 1 : (int)Math.Clamp(Math.Min(facts.Fps ?? 0, HighestFps) / clip.SampleFps, 1, Phases);
        while (stride > 1 && (clip.Frames - 1) * stride + 1 > most)
            stride--;
        var rate = clip.SampleFps * stride;
        var window = TimeSpan.FromSeconds(((clip.Frames - 1) * stride + 1) / rate);
        // Short and cached recordings are decoded whole. Of a longer one, a clip would use only a small part.
        if (seconds is not { } length || length * rate <= most && (Keeps(rate) || exact || length <= 2 * window.TotalSeconds))
            return new(rate, stride, null, TimeSpan.Zero, most, Keeps(rate));
        return new(rate, stride, window, TimeSpan.FromSeconds(Math.Max(0, length - window.TotalSeconds)), most, Keep: false);
    }

    /// <summary>Decoded frames from one earlier frame to the next: as far apart as the frames of the clip.</summary>
    /// <param name="count">Number of decoded frames.</param>
    /// <param name="frames">Frames in a clip.</param>
    public int Step(int count, int frames) => Sampling == FrameSampling.Segments ? Math.Max(1, count / frames) : Stride;

    /// <summary>The part to read when a window begins at <paramref name="from"/>, and its number of frames before the window.</summary>
    /// <param name="from">Begin of the window.</param>
    /// <param name="earlier">
    /// Clip frames wanted before the window. The part has fewer when the recording begins later, and none when it is read as a whole.
    /// </param>
    public (RecordingPart Part, int Before) Part(TimeSpan from, int earlier = 0)
    {
        var before = (int)Math.Min((long)earlier * Stride, (long)(from.TotalSeconds * Fps));
        var lead = TimeSpan.FromSeconds(before / Fps);
        return (new(Fps) { From = from - lead, Length = Window + lead, MostFrames = MostFrames + before }, before);
    }
}
