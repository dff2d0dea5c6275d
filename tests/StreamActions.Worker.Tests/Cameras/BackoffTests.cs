// The waits between attempts to open a camera.
using StreamActions.Worker.Cameras;

namespace StreamActions.Worker.Tests.Cameras;

public sealed class BackoffTests
{
    [Theory]
    [InlineData(0, 0, 0.5)]
    [InlineData(0, 1, 0.375)]
    [InlineData(1, 0, 1)]
    [InlineData(3, 0, 4)]
    [InlineData(44, 0, 4)]
    [InlineData(45, 0, 8)]
    [InlineData(46, 1, 12)]
    [InlineData(47, 0, 30)]
    [InlineData(1_000_000, 1, 22.5)]
    public void After_FailuresInARow_GrowsToFourSecondsThenToThirty(int failures, double jitter, double seconds) =>
        Assert.Equal(seconds, Backoff.After(failures, jitter).TotalSeconds, 9);

    [Fact]
    public void Next_LiveForResetAfter_StartsAgainAtShortestWait()
    {
        Backoff backoff = new();
        var almost = Backoff.ResetAfter - TimeSpan.FromMilliseconds(1);
        TimeSpan[] liveFor = [TimeSpan.Zero, almost, TimeSpan.Zero, Backoff.ResetAfter, TimeSpan.Zero];

        Assert.Equal([0.5, 1, 2, 0.5, 1], liveFor.Select(live => backoff.Next(live, 0).TotalSeconds));
    }
}
