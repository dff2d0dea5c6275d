// One line per interval, the suppressed reports counted.
using Microsoft.Extensions.Time.Testing;
using StreamActions.Worker.Telemetry;

namespace StreamActions.Worker.Tests.Telemetry;

public sealed class LogThrottleTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly LogThrottle _throttle;

    public LogThrottleTests() => _throttle = new LogThrottle(_time, TimeSpan.FromSeconds(30));

    [Fact]
    public void ShouldLog_WithinInterval_SuppressesAndCounts()
    {
        Assert.True(_throttle.ShouldLog(out _));
        Assert.False(_throttle.ShouldLog(out _));
        Assert.False(_throttle.ShouldLog(out _));

        _time.Advance(TimeSpan.FromSeconds(30));

        Assert.True(_throttle.ShouldLog(out var suppressed));
        Assert.Equal(2, suppressed);
    }

    [Fact]
    public void ShouldLog_ClockSetBack_Logs()
    {
        SteppedClock clock = new() { Now = _time.GetUtcNow() };
        LogThrottle throttle = new(clock, TimeSpan.FromSeconds(30));
        Assert.True(throttle.ShouldLog(out _));

        clock.Now -= TimeSpan.FromHours(1);

        Assert.True(throttle.ShouldLog(out _));
    }

    [Fact]
    public void Recovered_WithoutFault_ReturnsFalse() => Assert.False(_throttle.Recovered());

    [Fact]
    public void Recovered_AfterFaults_ReturnsTrueOnce()
    {
        _throttle.ShouldLog(out _);
        _throttle.ShouldLog(out _);

        Assert.True(_throttle.Recovered());
        Assert.False(_throttle.Recovered());
    }

    /// <summary>A clock that a test may set back.</summary>
    private sealed class SteppedClock : TimeProvider
    {
        public DateTimeOffset Now { get; set; }

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
