// The ffmpeg filter that samples a live stream: it selects the frame nearest to each due time.
using System.Globalization;

namespace StreamActions.Video;

/// <summary>Builds the expression of ffmpeg's <c>select</c> filter for live streams. Pure.</summary>
/// <remarks>
/// <para>
/// A frame is due every 1 / fps seconds of the clock. The filter takes the first frame that is at most half of the stream's frame interval
/// early: the nearest one. The interval is a moving average. A stream at about the model's rate or below loses no frame: there, the
/// tolerance is a whole sample interval, and the due times alone limit the rate.
/// </para>
/// <para>
/// The clock is the stream's own. Formats without a clock (MJPEG over http, single pictures) get stamps in 1/25 s from ffmpeg; for these,
/// and for a stream whose clock is wrong (<see cref="ClockJudge"/>), the clock is the time of arrival. Stamps that go back a little are
/// not due; stamps that go back by more than two seconds start again. With a clock that stands still, a frame passes every
/// <see cref="LongestWait"/>, so that <see cref="ClockJudge"/> can see it.
/// </para>
/// </remarks>
internal static class SampleFilter
{
    /// <summary>A frame passes after this time of arrival without one, whatever its stamp.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(1.5);

    // The registers of the expression: the frame's time, the highest time so far, the next due time, the average interval, the arrival of
    // the last selected frame, whether a frame was seen, whether this frame is due.
    private const string Now = "0", Highest = "1", Due = "2", Interval = "3", Passed = "4", Seen = "5", IsDue = "6";

    // The clock of RTP video: the unit of the printed stamps.
    private const int TicksPerSecond = 90_000;

    // Above this share of the sample interval, the stream's rate counts as the model's or lower.
    private const string SlowShare = "0.8";

    /// <summary>The filters, from <c>select</c> to the one that prints the time of each selected frame.</summary>
    /// <param name="fps">Frames wanted per second.</param>
    /// <param name="byArrival">Whether the stream's clock is wrong.</param>
    public static string For(double fps, bool byArrival) =>
        $"select='{Expression(fps, byArrival)}',settb=1/{TicksPerSecond},metadata=mode=add:key=k:value=1,metadata=mode=print";

    /// <summary>The stamp in a line that the last filter prints: <c>frame:3    pts:66000   pts_time:0.733333</c>.</summary>
    /// <param name="line">The line.</param>
    /// <param name="stamp">The stamp; null for a frame without one.</param>
    /// <returns>False for another line.</returns>
    public static bool PrintedStamp(string line, out TimeSpan? stamp)
    {
        stamp = null;
        // Not pts_time: ffmpeg prints six digits of it, which is a second after a day.
        var at = line.IndexOf(" pts:", StringComparison.Ordinal);
        if (at < 0)
            return false;
        var text = line.AsSpan(at + " pts:".Length);
        var end = text.IndexOf(' ');
        if (long.TryParse(end < 0 ? text : text[..end], CultureInfo.InvariantCulture, out var ticks)
            && ticks is > long.MinValue / 1000 and < long.MaxValue / 1000)
            stamp = TimeSpan.FromTicks(ticks * 1000 / (TicksPerSecond / 10_000));
        return true;
    }

    /// <summary>The expression: 1 for a frame that is selected, else 0.</summary>
    internal static string Expression(double fps, bool byArrival)
    {
        var period = (1 / fps).ToString("R", CultureInfo.InvariantCulture);
        var wait = LongestWait.TotalSeconds.ToString("R", CultureInfo.InvariantCulture);
        var clock = byArrival ? "time(0)" : $"if(lt(abs(TB-0.04),0.000001),time(0),if(isnan(t),{Get(Highest)},t))";
        var starts = Set(Seen, "1") + ";" + Set(Highest, Get(Now)) + ";" + Set(Due, Get(Now)) + ";"
            + Set(Interval, $"if({Get(Interval)},{Get(Interval)},{period})") + ";" + Set(IsDue, "1");
        var tolerance = $"if(gte({Get(Interval)},{SlowShare}*{period}),{period},{Get(Interval)}/2)";
        var average = $"{Get(Interval)}+(min({Get(Now)}-{Get(Highest)},2*{period})-{Get(Interval)})/8";
        var advances = Set(Interval, average) + ";" + Set(Highest, Get(Now)) + ";"
            + Set(IsDue, $"gte({Get(Now)},{Get(Due)}-{tolerance}-0.000001)");
        return string.Join(';',
            Set(Now, clock),
            Set(IsDue, "0"),
            $"if(not({Get(Seen)})+lt({Get(Now)},{Get(Highest)}-2),({starts}),if(gt({Get(Now)},{Get(Highest)}),({advances})))",
            // After a gap the due times start again with this frame.
            $"if({Get(IsDue)},{Set(Due, $"if(gt({Get(Now)},{Get(Due)}+{period}),{Get(Now)},{Get(Due)})+{period}")})",
            $"if({Get(IsDue)}+gt(time(0)-{Get(Passed)},{wait}),({Set(Passed, "time(0)")};1),0)");
    }

    private static string Get(string register) => $"ld({register})";

    private static string Set(string register, string value) => $"st({register},{value})";
}
