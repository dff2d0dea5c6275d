// Capture time never runs backwards, even when the wall clock is set.
using CsCheck;
using StreamActions.Worker.Cameras;

namespace StreamActions.Worker.Tests.Cameras;

public sealed class CameraClockTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    // Seconds that really pass (sometimes zero), and by how much the wall clock is set in that time.
    private static readonly Gen<(double Passed, double Set)[]> Steps = Gen.Select(
        Gen.Frequency((9, Gen.Double[0.05, 1]), (1, Gen.Const(0.0)), (1, Gen.Double[10, 1000])),
        Gen.Frequency((9, Gen.Const(0.0)), (1, Gen.Double[-1, 1]), (1, Gen.Double[-7200, -2]), (1, Gen.Double[2.5, 7200]))).Array[1, 60];

    [Fact]
    public void Stamp_WallClockIsSet_AdvancesAtTrueRateExceptForJumps() => Steps.Sample(steps =>
    {
        CameraClock clock = new(TimeProvider.System);
        var (wall, real) = (Start, TimeSpan.Zero);
        var before = clock.Stamp(wall, Timestamp(real), out var jumped);
        Assert.Equal((Start, false), (before, jumped));
        foreach (var (passed, set) in steps)
        {
            (wall, real) = (wall + Seconds(passed + set), real + Seconds(passed));
            var expected = before + Seconds(passed);
            var peeked = clock.Peek(wall, Timestamp(real));
            var at = clock.Stamp(wall, Timestamp(real), out jumped);
            Assert.Equal(peeked, at);
            Assert.True(at > before, "time runs backwards");
            // Timestamps are rounded by a tick or two.
            if (jumped)
                Assert.True(wall - expected > CameraClock.LargestLead - Seconds(1e-5), "time jumped although the wall clock is not ahead");
            else
                Assert.InRange((at - before).TotalSeconds, 0.9 * passed - 1e-5, 1.1 * passed + 1e-5);
            before = at;
        }
    });

    [Fact]
    public void Stamp_WallClockSetBackTwoSeconds_AgreesAgainAfterTwentySeconds()
    {
        CameraClock clock = new(TimeProvider.System);
        clock.Stamp(Start, Timestamp(TimeSpan.Zero), out _);
        for (var i = 1; i <= 100; i++)
        {
            var real = Seconds(0.25 * i);
            var at = clock.Stamp(Start + real - Seconds(2), Timestamp(real), out var jumped);
            Assert.False(jumped);
            Assert.Equal(Math.Max(0, 2 - 0.025 * i), (at - (Start + real - Seconds(2))).TotalSeconds, 3);
        }
    }

    [Fact]
    public void Stamp_WallClockFarAhead_JumpsToItOnce()
    {
        CameraClock clock = new(TimeProvider.System);
        clock.Stamp(DateTimeOffset.UnixEpoch, Timestamp(TimeSpan.Zero), out _);
        Assert.Equal(Start, clock.Stamp(Start, Timestamp(Seconds(0.25)), out var jumped));
        Assert.True(jumped);
        Assert.Equal(Start + Seconds(0.25), clock.Stamp(Start + Seconds(0.25), Timestamp(Seconds(0.5)), out jumped));
        Assert.False(jumped);
    }

    [Fact]
    public void Stamp_TimestampBeforeLastOne_IsStillLater()
    {
        CameraClock clock = new(TimeProvider.System);
        var first = clock.Stamp(Start, Timestamp(Seconds(1)), out _);
        Assert.True(clock.Stamp(Start - Seconds(0.5), Timestamp(Seconds(0.5)), out _) > first);
    }

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);

    private static long Timestamp(TimeSpan real) => 1_000_000 + (long)(real.TotalSeconds * TimeProvider.System.TimestampFrequency);
}
