// The measurement at the start: one lane alone, then all lanes at the same time.
using Microsoft.Extensions.Time.Testing;
using StreamActions.Core.Clips;
using StreamActions.Worker.Inference;

namespace StreamActions.Worker.Tests.Inference;

public sealed class CapacityProbeTests
{
    private static readonly ClipSpec Clip = new(3, 4, 8, ResizeRule.Squash);
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void Measure_OneLane_GivesTimeOfRun()
    {
        using FakeActionModel model = new(Clip) { OnRun = run => _time.Advance(TimeSpan.FromMilliseconds(run == 1 ? 900 : 100)) };
        var measured = CapacityProbe.Measure(model.Encoder(new(2, 1, 1)), Clip, new("cpu", 1, 1, 1), _time);
        // The first run, which allocates, does not count.
        Assert.Equal(TimeSpan.FromMilliseconds(100), measured.Alone);
        Assert.Equal(10, measured.StepsPerSecond, 6);
    }

    [Fact]
    public void Measure_RunTakesLongerThanASecond_RunsOnce()
    {
        var runs = 0;
        using FakeActionModel model = new(Clip)
        {
            OnRun = run =>
            {
                runs = run;
                _time.Advance(TimeSpan.FromSeconds(3));
            },
        };
        CapacityProbe.Measure(model.Encoder(new(2, 1, 1)), Clip, new("cpu", 1, 1, 1), _time);
        Assert.Equal(1, runs);
    }

    [Fact]
    public void Measure_EveryFrame_DiffersEverywhereFromTheOneBefore()
    {
        // A model that reuses earlier frames must show what it needs when everything moves.
        using FakeActionModel model = new(Clip)
        {
            OnRun = _ => _time.Advance(TimeSpan.FromMilliseconds(100)),
            IsBroken = window =>
            {
                for (var t = 1; t < window.Frames.Count; t++)
                {
                    var (before, now) = (window.Frames[t - 1].Pixels.ToArray(), window.Frames[t].Pixels.ToArray());
                    Assert.All(before.Zip(now), pixel => Assert.NotEqual(pixel.First, pixel.Second));
                }
                return false;
            },
        };
        CapacityProbe.Measure(model.Encoder(new(1, 1, 1)), Clip, new("cpu", 1, 1, 1), _time);
    }

    [Fact]
    public void Measure_LargerBatch_CountsItsSteps()
    {
        using FakeActionModel model = new(Clip) { OnRun = _ => _time.Advance(TimeSpan.FromMilliseconds(100)) };
        var measured = CapacityProbe.Measure(model.Encoder(new(1, 4, 1)), Clip, new("cuda:0", 1, 1, 4), _time);
        Assert.Equal(40, measured.StepsPerSecond, 6);
    }

    [Fact]
    public void Measure_SeveralLanes_RunAtTheSameTime()
    {
        // The first runs are of one lane alone. Then each lane waits for the other.
        using Barrier together = new(2);
        HashSet<int> threads = [];
        using FakeActionModel model = new(Clip)
        {
            OnRun = _ =>
            {
                lock (threads)
                    threads.Add(Environment.CurrentManagedThreadId);
                if (threads.Count > 1 && !together.SignalAndWait(TimeSpan.FromSeconds(60), CancellationToken.None))
                    throw new TimeoutException("the lanes do not run at the same time");
            },
        };
        var measured = CapacityProbe.Measure(model.Encoder(new(1, 1, 1)), Clip, new("cpu", 1, 2, 1), _time);
        Assert.Equal(3, threads.Count);
        Assert.True(double.IsPositiveInfinity(measured.StepsPerSecond));
    }
}
