// Batch size and wait follow from the measured duration of runs.
using CsCheck;
using Microsoft.Extensions.Time.Testing;
using StreamActions.Worker.Inference;
using StreamActions.Worker.Views;

namespace StreamActions.Worker.Tests.Inference;

public sealed class BatchRuleTests
{
    private const int Most = 64;
    private static readonly TimeSpan MaxDelay = TimeSpan.FromMilliseconds(30);

    // A device: seconds of a run, and seconds of each step.
    private static readonly Gen<(double Fixed, double Step)> Devices =
        Gen.Select(Gen.Double[0, 0.1], Gen.Double[0.0001, 0.1], (fixedPart, step) => (fixedPart, step));

    private static BatchRule Learnt((double Fixed, double Step) device, IEnumerable<int> sizes, TimeSpan? maxDelay = null)
    {
        BatchRule rule = new(Most, maxDelay ?? MaxDelay);
        foreach (var size in sizes)
            rule.Learn(size, TimeSpan.FromSeconds(device.Fixed + size * device.Step));
        return rule;
    }

    [Fact]
    public void Learn_RunsOfDifferentSizes_FindsBothParts() =>
        Gen.Select(Devices, Gen.Int[1, Most].Array[1, 40]).Sample((device, sizes) =>
        {
            var rule = Learnt(device, [1, Most, .. sizes]);
            Assert.Equal(device.Fixed, rule.FixedSeconds, 1e-5);
            Assert.Equal(device.Step, rule.StepSeconds, 1e-6);
        });

    [Fact]
    public void Size_AnyDevice_IsTheSmallestWithNearlyTheLeastCost() => Devices.Sample(device =>
    {
        var size = Learnt(device, [1, 4, 16, Most]).Size;
        double Cost(int steps) => device.Fixed / steps + device.Step;
        Assert.True(Cost(size) <= 1.0501 * Cost(Most));
        if (size > 1)
            Assert.True(Cost(size - 1) >= 1.0499 * Cost(Most));
    });

    // Waiting for one more step is then never later for both than two runs.
    [Fact]
    public void WaitFor_AnyDevice_IsAtMostWhatAFullerBatchSaves() =>
        Gen.Select(Devices, Gen.Int[1, Most]).Sample((device, ready) =>
        {
            var rule = Learnt(device, [1, 4, 16, Most]);
            var wait = rule.WaitFor(ready);
            Assert.InRange(wait.TotalSeconds, 0, Math.Min(MaxDelay.TotalSeconds, device.Fixed + 1e-5));
            if (ready >= rule.Size)
                Assert.Equal(TimeSpan.Zero, wait);
        });

    [Fact]
    public void WaitFor_BatchesGainNothing_IsZero()
    {
        var rule = Learnt((0, 0.02), [1, 2, 4]);
        Assert.Equal((1, TimeSpan.Zero), (rule.Size, rule.WaitFor(1)));
    }

    [Fact]
    public void WaitFor_NothingMeasured_IsMaxDelayUntilTheBatchIsFull()
    {
        BatchRule rule = new(4, MaxDelay);
        Assert.Equal((4, MaxDelay, TimeSpan.Zero), (rule.Size, rule.WaitFor(3), rule.WaitFor(4)));
    }

    [Fact]
    public void TakeSize_FirstRunOfASizeWasSlow_Recovers()
    {
        // A large batch that took long once makes batches look useless.
        BatchRule rule = new(Most, MaxDelay);
        rule.Learn(1, TimeSpan.FromMilliseconds(5));
        rule.Learn(Most, TimeSpan.FromSeconds(4));
        Assert.Equal(1, rule.Size);
        for (var batch = 0; batch < 300; batch++)
        {
            var size = rule.TakeSize();
            rule.Learn(size, TimeSpan.FromMilliseconds(5 + 0.1 * size));
        }
        Assert.InRange(rule.Size, 20, Most);
        Assert.Equal(0.005, rule.FixedSeconds, 0.002);
    }

    [Fact]
    public void TryTake_QueueHasLearntTheDevice_WaitsTheFixedPartAndTakesItsSize()
    {
        FakeTimeProvider time = new();
        using EncoderQueue queue = new(4, MaxDelay, time);
        View[] views = [.. Enumerable.Range(0, 5).Select(i => new View($"camera-{i}", null))];
        // 8 ms of each run are fixed, and a step adds 50 ms: two steps cost nearly the least.
        foreach (var steps in new[] { 1, 3 })
        {
            foreach (var view in views[..steps])
                queue.Post(Pictures.Step(view));
            time.Advance(MaxDelay);
            queue.Done(queue.TryTake()!, took: TimeSpan.FromMilliseconds(8 + 50 * steps));
        }
        queue.Post(Pictures.Step(views[0]));
        List<EncoderStep> batch = [];
        Assert.False(queue.TryTake(batch, out var left));
        Assert.Equal(8, left.TotalMilliseconds, 0.1);
        time.Advance(TimeSpan.FromMilliseconds(8.1));
        Assert.True(queue.TryTake(batch, out _));
        Assert.Single(batch);
        queue.Done(batch);
        foreach (var view in views)
            queue.Post(Pictures.Step(view));
        Assert.True(queue.TryTake(batch, out _));
        Assert.Equal(2, batch.Count);
    }
}
