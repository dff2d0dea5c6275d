// Smoothed scores: between the scores, dependent on time alone, and reset after a long gap.
using CsCheck;
using StreamActions.Worker.Alerts;

namespace StreamActions.Worker.Tests.Alerts;

public sealed class ScoreSmootherTests
{
    private static readonly DateTimeOffset Start = DateTimeOffset.UnixEpoch;

    [Fact]
    public void Add_AnyScores_StaysBetweenThem() =>
        Gen.Select(Gen.Double[0, 1], Gen.Double[0, 8]).Array[1, 40].Sample(windows =>
        {
            var smoother = new ScoreSmoother();
            var at = Start;
            double low = 1, high = 0;
            foreach (var (score, seconds) in windows)
            {
                (low, high) = (Math.Min(low, score), Math.Max(high, score));
                Assert.InRange(smoother.Add(at += TimeSpan.FromSeconds(seconds), score), low - 1e-12, high + 1e-12);
            }
        });

    [Fact]
    public void Add_SameScoreTwiceAsOften_GivesSameValue() =>
        Gen.Select(Gen.Double[0, 1], Gen.Double[0, 1], Gen.Double[0.02, 4]).Sample((before, after, seconds) =>
        {
            var (once, twice) = (new ScoreSmoother(), new ScoreSmoother());
            once.Add(Start, before);
            twice.Add(Start, before);
            twice.Add(Start.AddSeconds(seconds / 2), after);
            Assert.Equal(once.Add(Start.AddSeconds(seconds), after), twice.Add(Start.AddSeconds(seconds), after), 1e-9);
        });

    [Fact]
    public void Add_AfterOneTimeConstant_KeepsThirtySevenPercent()
    {
        var smoother = new ScoreSmoother();
        smoother.Add(Start, 1);
        Assert.Equal(1 / Math.E, smoother.Add(Start + ScoreSmoother.TimeConstant, 0), 9);
    }

    [Theory]
    [InlineData(5.01)]
    [InlineData(-1)]
    public void Add_AfterLongGapOrBackwards_StartsAgain(double seconds)
    {
        var smoother = new ScoreSmoother();
        smoother.Add(Start, 1);
        Assert.Equal(0.1, smoother.Add(Start.AddSeconds(seconds), 0.1));
    }
}
