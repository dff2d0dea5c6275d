// How long a reader waits for frames.
namespace StreamActions.Video;

/// <summary>The deadlines of one opening of a source.</summary>
/// <param name="Start">Longest wait for the first frame.</param>
/// <param name="Due">After this time without a frame, the source counts as stalled.</param>
/// <param name="Steady">After this time without a frame, the reader stops and the source fails.</param>
public sealed record ReaderDeadlines(TimeSpan Start, TimeSpan Due, TimeSpan Steady)
{
    /// <summary>The longest wait for the first frame of a stream that has answered and sends data, when the operator sets none.</summary>
    public static readonly TimeSpan DefaultPatience = TimeSpan.FromSeconds(90);

    // A camera that sends a frame in ten minutes is not watched anyway.
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(10);

    /// <summary>
    /// Longest wait for the first frame once the source has answered: a stream may send data for a minute before its first key frame.
    /// </summary>
    public TimeSpan Patience { get; init; } = Start;

    /// <summary>Longest wait for the second frame. Later waits follow the intervals of the camera: see <see cref="Stretched"/>.</summary>
    public TimeSpan Second { get; init; } = Steady;

    /// <summary>These deadlines with the <c>start-timeout</c> of a camera.</summary>
    /// <param name="start">The longest wait for the first frame, and for the second one.</param>
    public ReaderDeadlines WithStart(TimeSpan start) =>
        this with { Start = start, Patience = start, Second = start > Steady ? start : Steady };

    /// <summary>These deadlines for a camera whose frames came at this interval: at least two intervals, and three.</summary>
    /// <param name="interval">The longest of the last intervals between frames.</param>
    public ReaderDeadlines Stretched(TimeSpan interval) => Due >= 2 * interval && Steady >= 3 * interval
        ? this
        : this with { Due = Longer(Due, 2 * interval), Steady = Longer(Steady, 3 * interval) };

    private static TimeSpan Longer(TimeSpan a, TimeSpan b)
    {
        var longer = a > b ? a : b;
        return longer > LongestWait && longer != a ? LongestWait : longer;
    }

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
            TimeSpan.FromSeconds(Math.Max(steady, 3 / sampleFps)))
        {
            Patience = kind == SourceKind.Stream ? DefaultPatience : TimeSpan.FromSeconds(start),
        };
    }
}
