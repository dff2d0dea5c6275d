// The capture time of live frames: the stream's own clock, anchored to arrival.
using CsCheck;

namespace StreamActions.Video.Tests;

public class StreamClockTests
{
    [Fact]
    public void Delay_Bursts_CaptureTimesAreAsFarApartAsTheStamps()
    {
        StreamClock clock = new();
        // Four frames at each whole second, for the four quarters before it.
        var captures = Enumerable.Range(0, 80).Select(k =>
        {
            var (stamp, arrival) = (TimeSpan.FromSeconds(k / 4.0), TimeSpan.FromSeconds((k / 4) + 1));
            return arrival - clock.Delay(stamp, arrival);
        }).ToArray();

        // From the second burst: the first one shows what the shortest way is.
        Assert.All(captures.Skip(4).Zip(captures.Skip(5)), pair => Assert.Equal(0.25, (pair.Second - pair.First).TotalSeconds, 6));
    }

    [Fact]
    public void Delay_AnyArrival_IsNeverNegativeAndAtMostTheLargest() => Gen.Select(
        Gen.Double[0, 100].Array[1, 100], Gen.Double[0, 2].Array[100]).Sample((stamps, gaps) =>
    {
        StreamClock clock = new();
        var arrival = TimeSpan.Zero;
        return stamps.Select((stamp, k) => clock.Delay(TimeSpan.FromSeconds(stamp), arrival += TimeSpan.FromSeconds(gaps[k])))
            .All(delay => delay >= TimeSpan.Zero && delay <= 2 * StreamClock.LargestDelay);
    });

    [Fact]
    public void Delay_CameraClockIsSlow_AnchorFollows()
    {
        StreamClock clock = new();
        var last = TimeSpan.Zero;
        // Ten minutes with a clock that loses a thousandth: 0.6 s in all.
        for (var k = 0; k < 2400; k++)
            last = clock.Delay(TimeSpan.FromSeconds(k * 0.25 * 0.999), TimeSpan.FromSeconds(k * 0.25));

        Assert.InRange(last.TotalSeconds, 0, 0.03);
    }

    [Fact]
    public void Delay_StampsJump_StartsAgainAtArrival()
    {
        StreamClock clock = new();
        clock.Delay(TimeSpan.FromSeconds(100), TimeSpan.FromSeconds(1));

        Assert.Equal(TimeSpan.Zero, clock.Delay(TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(1.25)));
    }

    [Fact]
    public void Take_WrongClock_IsReportedOnceWithItsRate()
    {
        List<string> reported = [];
        SourceOptions options = new()
        {
            Address = "rtsp://user:pw@camera/a",
            Kind = SourceKind.Stream,
            SampleFps = 4,
            OnDegraded = (failure, detail) => reported.Add($"{failure}: {detail}"),
        };
        LiveTimes times = new(options, TimeProvider.System);

        for (var k = 0; k < 60 && !times.ClockIsWrong; k++)
            times.Take(TimeSpan.FromSeconds(k * 0.025), TimeSpan.FromSeconds(k * 0.25));

        Assert.True(options.Findings.ClockIsWrong);
        Assert.Equal(
            ["WrongClock: rtsp://***@camera/a: the stream's clock runs at 0.10 times the real rate; frames take their time of arrival"],
            reported);
    }
}
