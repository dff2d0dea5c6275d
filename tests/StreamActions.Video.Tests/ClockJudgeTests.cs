// Which clocks of streams are believed. Times are scripted.
using CsCheck;

namespace StreamActions.Video.Tests;

public class ClockJudgeTests
{
    private static readonly TimeSpan Frame = TimeSpan.FromSeconds(0.25);

    [Theory]
    [InlineData(0)]
    [InlineData(0.1)]
    [InlineData(0.6)]
    [InlineData(1.5)]
    [InlineData(4)]
    public void IsWrong_RateOffByMoreThanAFifth_AfterAFewSeconds(double rate)
    {
        var found = Found(Enumerable.Range(0, 60).Select(k => (k * Frame * rate, k * Frame)));

        Assert.InRange(found!.Value, ClockJudge.Span + ClockJudge.HoldFor - Frame, TimeSpan.FromSeconds(8));
    }

    [Fact]
    public void IsWrong_StampsNeverAdvance_RateIsZero()
    {
        ClockJudge judge = new();
        for (var k = 0; k < 60; k++)
            judge.IsWrong(TimeSpan.FromSeconds(7), k * Frame);

        Assert.Equal(0, judge.Rate);
    }

    [Fact]
    public void IsWrong_RateWithinATenth_IsBelieved() => Gen.Select(
        Gen.Double[0.9, 1.1], Gen.Double[-0.1, 0.1].Array[20, 300]).Sample((rate, jitter) =>
            Found(jitter.Select((off, k) => (k * Frame * rate, (k + off + 1) * Frame))) is null);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(6)]
    public void IsWrong_BurstsWithRightStamps_IsBelieved(int seconds) =>
        Assert.Null(Found(Enumerable.Range(0, 400).Select(k => (k * Frame, TimeSpan.FromSeconds(k / 4 / seconds * seconds)))));

    [Fact]
    public void IsWrong_ServerSendsOldFramesFirst_IsBelieved() =>
        Assert.Null(Found(Enumerable.Range(0, 100).Select(k => (k * Frame, k < 20 ? k * Frame / 30 : (k - 19) * Frame))));

    [Fact]
    public void IsWrong_StreamStallsAndCatchesUp_IsBelieved() => Assert.Null(Found(Enumerable.Range(0, 100).Select(k =>
        (k * Frame, k is > 40 and < 60 ? 60 * Frame + (k * TimeSpan.FromMilliseconds(1)) : k < 60 ? k * Frame : (k + 1) * Frame))));

    // When the clock was found wrong; null for never.
    private static TimeSpan? Found(IEnumerable<(TimeSpan Stamp, TimeSpan Arrival)> frames)
    {
        ClockJudge judge = new();
        foreach (var (stamp, arrival) in frames)
        {
            if (judge.IsWrong(stamp, arrival))
                return arrival;
        }
        return null;
    }
}
