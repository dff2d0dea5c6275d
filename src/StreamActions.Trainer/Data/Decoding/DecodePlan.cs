// What of a recording is decoded to make a clip: pure arithmetic on what its header says.
using StreamActions.Core.Clips;
using StreamActions.Video;

namespace StreamActions.Trainer.Data.Decoding;

/// <summary>What to decode.</summary>
/// <param name="Fps">Frames per second to decode.</param>
/// <param name="Stride">Decoded frames from one frame of a strided clip to the next.</param>
/// <param name="Window">How much is decoded, from a place to be chosen in <paramref name="Room"/>; null decodes the whole
/// recording.</param>
/// <param name="Room">Last moment at which a window may begin.</param>
/// <param name="MostFrames">Decoding stops after so many frames.</param>
/// <param name="Keep">Whether what was decoded is worth keeping: the whole set fits the cache then.</param>
internal sealed record DecodePlan(double Fps, int Stride, TimeSpan? Window, TimeSpan Room, int MostFrames, bool Keep)
{
    /// <summary>A strided clip may begin at so many places within a sample interval.</summary>
    private const int Phases = 4;
    private const double HighestFps = 120;

    /// <summary>Plans for a recording. A recording that does not say how long it is is decoded from its start until the bound.</summary>
    /// <param name="facts">What its header says.</param>
    /// <param name="clip">The clip to be made.</param>
    /// <param name="sampling">Which frames.</param>
    /// <param name="frameBytes">Bytes of a decoded frame, about.</param>
    /// <param name="options">Bounds of memory.</param>
    /// <param name="recordings">Recordings that share the cache; 0 when nothing is to be kept.</param>
    /// <param name="exact">True to decode at the clip's own rate, as a camera is.</param>
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
            return new(fps, 1, null, TimeSpan.Zero, most, Keeps(fps));
        }
        var stride = exact ? 1 : (int)Math.Clamp(Math.Min(facts.Fps ?? 0, HighestFps) / clip.SampleFps, 1, Phases);
        while (stride > 1 && (clip.Frames - 1) * stride + 1 > most)
            stride--;
        var rate = clip.SampleFps * stride;
        var window = TimeSpan.FromSeconds(((clip.Frames - 1) * stride + 1) / rate);
        // A short recording is decoded whole, as is one that is kept; of others, most of the decoding would be for nothing.
        if (seconds is not { } length || length * rate <= most && (Keeps(rate) || exact || length <= 2 * window.TotalSeconds))
            return new(rate, stride, null, TimeSpan.Zero, most, Keeps(rate));
        return new(rate, stride, window, TimeSpan.FromSeconds(Math.Max(0, length - window.TotalSeconds)), most, Keep: false);
    }

    /// <summary>The part to read, when a window begins at <paramref name="from"/>.</summary>
    public RecordingPart Part(TimeSpan from) => new(Fps) { From = from, Length = Window, MostFrames = MostFrames };
}
