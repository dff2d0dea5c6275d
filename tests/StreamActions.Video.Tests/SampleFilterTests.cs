// The sampling of a live stream: the frame nearest to each due time, and no lost frame at the model's rate.
using CsCheck;

namespace StreamActions.Video.Tests;

public class SampleFilterTests
{
    private const double OwnClock = 1 / 90000.0, NoClock = 1 / 25.0;

    // A stream at the model's rate, each frame off by less than half of the interval.
    private static readonly Gen<(double Fps, double[] Jitter)> AtTheModelsRate = Gen.Select(
        Gen.Double[1, 30], Gen.Double[-0.499, 0.499].Array[2, 200]);

    // A stream faster than the model, each frame off by less than half of its own interval.
    private static readonly Gen<(double Fps, double StreamFps, double[] Jitter)> Faster = Gen.Select(
        Gen.Double[1, 10], Gen.Double[1.5, 8], Gen.Double[-0.45, 0.45].Array[50, 400],
        (fps, times, jitter) => (fps, fps * times, jitter));

    [Fact]
    public void Expression_JitterBelowHalfAnIntervalAtTheModelsRate_LosesNoFrame() => AtTheModelsRate.Sample(stream =>
    {
        var times = stream.Jitter.Select((jitter, k) => (k + jitter) / stream.Fps).ToArray();
        return Selected(stream.Fps, times).Count == times.Length;
    });

    [Fact]
    public void Expression_FasterStream_TakesOneFrameNearEachDueTime() => Faster.Sample(stream =>
    {
        var (fps, streamFps, jitter) = stream;
        var selected = Selected(fps, [.. jitter.Select((off, k) => (k + off) / streamFps)]);
        // The first frames teach the interval; from then on, each is a sample interval after the last one, to within two frames.
        return selected.Skip(4).Zip(selected.Skip(5), (a, b) => b - a).All(gap => Math.Abs(gap - 1 / fps) <= 2.5 / streamFps)
            && Math.Abs(selected.Count - (jitter.Length / streamFps * fps)) <= 3;
    });

    [Fact]
    public void Expression_FrameRateNoMultiple_TakesTheNearestFrame()
    {
        // 15 frames a second at 4: due at 0.25, 0.5, 0.75 … after the start of the due times.
        var selected = Selected(4, [.. Enumerable.Range(0, 60).Select(k => k / 15.0)]);

        var steps = selected.Skip(2).Zip(selected.Skip(3), (a, b) => Math.Round((b - a) * 15));
        Assert.All(steps, step => Assert.InRange(step, 3, 4));
        Assert.InRange(selected.Count, 15, 17);
    }

    [Fact]
    public void Expression_SlowerStream_TakesEveryFrame() =>
        Assert.Equal(20, Selected(4, [.. Enumerable.Range(0, 20).Select(k => k * 0.4)]).Count);

    [Fact]
    public void Expression_EverySecondStampBack_TakesTheModelsRate()
    {
        var stamps = Enumerable.Range(0, 150).Select(k => k / 15.0 - (k % 2 == 0 ? 0.2 : 0)).ToArray();

        var selected = Selected(4, stamps);

        Assert.InRange(selected.Count, 38, 43);
        Assert.All(selected.Zip(selected.Skip(1)), pair => Assert.True(pair.First < pair.Second));
    }

    [Fact]
    public void Expression_StampsStartAgain_Continues()
    {
        var stamps = Enumerable.Range(0, 40).Select(k => k * 0.25).ToArray();

        Assert.InRange(Selected(4, [.. stamps, .. stamps]).Count, 79, 81);
    }

    [Fact]
    public void Expression_GapInTheStamps_StartsAgainAfterIt() =>
        Assert.Equal(20, Selected(4, [.. Enumerable.Range(0, 20).Select(k => (k * 0.25) + (k < 10 ? 0 : 7.1))]).Count);

    [Fact]
    public void Expression_StampsNeverAdvance_StillGivesFrames()
    {
        var arrivals = Enumerable.Range(0, 150).Select(k => k / 15.0).ToArray();

        Assert.InRange(Selected(4, [.. arrivals.Select(_ => 1.5)], arrivals).Count, 6, 8);
    }

    [Fact]
    public void Expression_NoStamps_StillGivesFrames()
    {
        var arrivals = Enumerable.Range(0, 150).Select(k => k / 15.0).ToArray();

        Assert.InRange(Selected(4, [.. arrivals.Select(_ => double.NaN)], arrivals).Count, 6, 8);
    }

    [Theory]
    [InlineData(true, OwnClock)]
    [InlineData(false, NoClock)]
    public void Expression_WrongOrNoClock_SamplesByArrival(bool byArrival, double timeBase)
    {
        // 10 pictures a second, stamped as 25: what ffmpeg gives for MJPEG over http.
        var arrivals = Enumerable.Range(0, 100).Select(k => 1e9 + (k / 10.0)).ToArray();
        var stamps = Enumerable.Range(0, 100).Select(k => k / 25.0).ToArray();

        Assert.InRange(Selected(4, stamps, arrivals, byArrival, timeBase).Count, 39, 42);
    }

    [Fact]
    public void Expression_BurstsWithRightStamps_SamplesByStamp()
    {
        // 15 frames at each whole second.
        var stamps = Enumerable.Range(0, 150).Select(k => k / 15.0).ToArray();
        var arrivals = Enumerable.Range(0, 150).Select(k => Math.Floor(k / 15.0)).ToArray();

        Assert.Equal(Selected(4, stamps), Selected(4, stamps, arrivals));
    }

    [Theory]
    [InlineData("[Parsed_metadata_3 @ 0x5] [info] frame:3    pts:66000   pts_time:0.733333", 0.7333333)]
    [InlineData("[Parsed_metadata_3 @ 0x5] [info] frame:400000 pts:9000022500 pts_time:100000", 100000.25)]
    [InlineData("[Parsed_metadata_3 @ 0x5] [info] frame:2    pts:-12000  pts_time:-0.133333", -0.1333333)]
    [InlineData("[Parsed_metadata_3 @ 0x5] [info] frame:2    pts:NOPTS   pts_time:NOPTS", null)]
    public void PrintedStamp_LineOfAFrame_IsExactForDays(string line, double? expected)
    {
        Assert.True(SampleFilter.PrintedStamp(line, out var stamp));
        Assert.Equal(expected, stamp?.TotalSeconds is { } seconds ? Math.Round(seconds, 7) : null);
    }

    [Fact]
    public void PrintedStamp_OtherLine_IsNone() => Assert.False(SampleFilter.PrintedStamp("[Parsed_metadata_3 @ 0x5] [info] k=1", out _));

    // The stamps of the selected frames.
    private static List<double> Selected(
        double fps, double[] stamps, double[]? arrivals = null, bool byArrival = false, double timeBase = OwnClock)
    {
        FfmpegExpression expression = new(SampleFilter.Expression(fps, byArrival));
        List<double> selected = [];
        for (var k = 0; k < stamps.Length; k++)
        {
            var arrival = (arrivals ?? stamps)[k] + 1e6;
            if (expression.Evaluate(("t", stamps[k]), ("TB", timeBase), ("time", arrival)) != 0)
                selected.Add(stamps[k]);
        }
        return selected;
    }
}
