// How long a reader waits for frames.
namespace StreamActions.Video;

/// <summary>The deadlines of one opening of a source.</summary>
/// <param name="Start">Longest wait for the first frame.</param>
/// <param name="Due">After this time without a frame, the source counts as stalled.</param>
/// <param name="Steady">After this time without a frame, the reader stops and the source fails.</param>
public sealed record ReaderDeadlines(TimeSpan Start, TimeSpan Due, TimeSpan Steady)
{
    /// <summary>
    /// The default deadlines: seconds for streams and devices, up to a minute for recordings, because decoding may be slow. A slowly
    /// sampled source gets two sample intervals before it counts as stalled, and three before its reader stops.
    /// </summary>
    /// <param name="kind">The kind of source.</param>
    /// <param name="sampleFps">Frames wanted per second, above 0.</param>
    public static ReaderDeadlines For(SourceKind kind, double sampleFps)
    {
        var (start, due, steady) = kind == SourceKind.File ? (60, 10, 60) : (10, 2, 5);
        return new(
            TimeSpan.FromSeconds(start),
            TimeSpan.FromSeconds(Math.Max(due, 2 / sampleFps)),
            TimeSpan.FromSeconds(Math.Max(steady, 3 / sampleFps)));
    }
}
