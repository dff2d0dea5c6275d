// What the governor is given: run costs by batch size, and percentiles of latency.
using CsCheck;
using StreamActions.Worker.Inference;

namespace StreamActions.Worker.Tests.Inference;

public sealed class SamplingMeasuresTests
{
    private static TimeSpan Milliseconds(double value) => TimeSpan.FromMilliseconds(value);

    [Fact]
    public void StepsPerSecond_NothingLearned_IsInfinite() =>
        Assert.True(double.IsPositiveInfinity(new RunCosts(new("cpu", 1, 2, 1)).StepsPerSecond));

    [Fact]
    public void StepsPerSecond_RunsOfLanes_CountsAllLanes()
    {
        RunCosts costs = new(new("cpu", 1, 4, 1));
        costs.Learn(1, Milliseconds(200));
        Assert.Equal(20, costs.StepsPerSecond, 6);
        Assert.Equal(Milliseconds(200), costs.Run);
    }

    [Fact]
    public void StepsPerSecond_SeveralBatchSizes_TakesBest()
    {
        RunCosts costs = new(new("cuda:0", 1, 1, 8));
        costs.Learn(8, Milliseconds(8));
        costs.Learn(1, Milliseconds(4));
        Assert.Equal(1000, costs.StepsPerSecond, 6);
    }

    [Fact]
    public void Learn_RunsBecomeSlower_FollowsWithinTwentyRuns()
    {
        RunCosts costs = new(new("cpu", 1, 1, 1));
        costs.Learn(1, Milliseconds(10));
        for (var i = 0; i < 20; i++)
            costs.Learn(1, Milliseconds(100));
        Assert.InRange(costs.StepsPerSecond, 10, 10.2);
    }

    [Fact]
    public void Percentile_AnyLatencies_IsAtMostTenPercentAboveExact() =>
        Gen.Select(Gen.Double[1, 200_000].Array[1, 200], Gen.Double[0.01, 1]).Sample((milliseconds, share) =>
        {
            LatencyHistogram histogram = new();
            foreach (var value in milliseconds)
                histogram.Add(Milliseconds(value));
            var exact = milliseconds.Order().ElementAt((int)Math.Ceiling(share * milliseconds.Length) - 1);
            Assert.InRange(histogram.Percentile(share).TotalMilliseconds, exact * 0.999, exact * 1.1);
            histogram.Clear();
            Assert.Equal((0, TimeSpan.Zero), (histogram.Count, histogram.Percentile(share)));
        });
}
