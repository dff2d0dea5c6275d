// Batches are full or delayed, and fair over cameras. A newer step replaces an older one. The queue counts every step.
using CsCheck;
using Microsoft.Extensions.Time.Testing;
using StreamActions.Worker.Inference;
using StreamActions.Worker.Views;

namespace StreamActions.Worker.Tests.Inference;

public sealed class EncoderQueueTests
{
    private static readonly TimeSpan MaxDelay = TimeSpan.FromMilliseconds(50);
    private static readonly View Dock = new("dock", null), Gate = new("dock", "gate"), Aisle = new("aisle", null);
    private readonly FakeTimeProvider _time = new();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public void TryTake_FullBatch_ReturnsAtOnce()
    {
        using var queue = new EncoderQueue(2, MaxDelay, _time);
        queue.Post(Pictures.Step(Dock));
        Assert.Null(queue.TryTake());
        queue.Post(Pictures.Step(Aisle));
        Assert.Equal([Dock, Aisle], queue.TakeNow().Select(w => w.View));
    }

    [Fact]
    public void TryTake_SingleStep_ReturnsAfterMaxDelay()
    {
        using var queue = new EncoderQueue(8, MaxDelay, _time);
        queue.Post(Pictures.Step(Dock));
        _time.Advance(MaxDelay / 2);
        List<EncoderStep> batch = [];
        Assert.False(queue.TryTake(batch, out var left));
        Assert.Equal(MaxDelay / 2, left);
        _time.Advance(MaxDelay / 2);
        Assert.Equal([Dock], queue.TakeNow().Select(w => w.View));
    }

    [Fact]
    public void TryTake_RunsAreShorterThanMaxDelay_WaitsForTimeOfRunOnly()
    {
        using var queue = new EncoderQueue(8, MaxDelay, _time);
        queue.Post(Pictures.Step(Dock));
        _time.Advance(MaxDelay);
        queue.Done(queue.TryTake()!, took: MaxDelay / 5);
        queue.Post(Pictures.Step(Dock));
        Assert.Null(queue.TryTake());
        _time.Advance(MaxDelay / 5);
        Assert.NotNull(queue.TryTake());
    }

    [Fact]
    public async Task Take_SingleStep_BlocksUntilMaxDelay()
    {
        using var queue = new EncoderQueue(8, MaxDelay, _time);
        queue.Post(Pictures.Step(Dock));
        List<EncoderStep> batch = [];
        var taking = Task.Run(() => queue.Take(batch), Cancelled);
        // Only the timer of the queue can wake the thread.
        while (!taking.IsCompleted)
        {
            _time.Advance(MaxDelay);
            await Task.Delay(1, Cancelled);
        }
        Assert.True(await taking);
        Assert.Equal([Dock], batch.Select(w => w.View));
    }

    [Fact]
    public void TryTake_WaitingStepReplaced_KeepsItsWaitingTime()
    {
        using var queue = new EncoderQueue(8, MaxDelay, _time);
        queue.Post(Pictures.Step(Dock, seconds: 1));
        _time.Advance(MaxDelay * 0.9);
        queue.Post(Pictures.Step(Dock, seconds: 2));
        _time.Advance(MaxDelay * 0.1);
        Assert.Equal(DateTimeOffset.UnixEpoch.AddSeconds(2), Assert.Single(queue.TakeNow()).To);
    }

    [Fact]
    public void Post_ViewHasWaitingStep_ReplacesAndCountsIt()
    {
        using var queue = new EncoderQueue(8, MaxDelay, _time);
        var old = Pictures.Step(Dock);
        Assert.True(queue.Post(old));
        Assert.False(queue.Post(Pictures.Step(Dock)));
        Assert.True(Pictures.IsReleased(old.Window.Frames[0]));
        Assert.Equal(new(2, 1, 0), queue.Counts()["dock"]);
    }

    [Fact]
    public void TryTake_CameraWithManyZones_DoesNotSlowOtherCameras()
    {
        using var queue = new EncoderQueue(1, TimeSpan.Zero, _time);
        View[] zones = [.. Enumerable.Range(0, 5).Select(i => new View("many", $"zone-{i}"))];
        List<string> served = [];
        for (var i = 0; i < 8; i++)
        {
            foreach (var view in zones.Append(Aisle))
                queue.Post(Pictures.Step(view));
            served.Add(queue.TakeNow()[0].View.Camera);
        }
        Assert.Equal(4, served.Count(camera => camera == "aisle"));
    }

    [Fact]
    public void TryTake_ViewsOfOneCamera_TakeTurns()
    {
        using var queue = new EncoderQueue(1, TimeSpan.Zero, _time);
        List<View> served = [];
        for (var i = 0; i < 4; i++)
        {
            queue.Post(Pictures.Step(Dock));
            queue.Post(Pictures.Step(Gate));
            served.Add(queue.TakeNow()[0].View);
        }
        Assert.Equal([Dock, Gate, Dock, Gate], served);
    }

    [Fact]
    public async Task PostWaitingAsync_ViewHasWaitingStep_WaitsUntilItIsTaken()
    {
        using var queue = new EncoderQueue(1, MaxDelay, _time);
        await queue.PostWaitingAsync(Pictures.Step(Dock, seconds: 1), Cancelled);
        var posting = queue.PostWaitingAsync(Pictures.Step(Dock, seconds: 2), Cancelled);
        Assert.False(posting.IsCompleted);
        var first = queue.TakeNow();
        await posting;
        var second = queue.TakeNow();
        Assert.Equal([1, 2], first.Concat(second).Select(w => (w.To - DateTimeOffset.UnixEpoch).TotalSeconds));
        Assert.Equal(new(2, 0, 0), queue.Counts()["dock"]);
    }

    [Fact]
    public async Task PostWaitingAsync_OtherViewOfCameraBusy_WaitsUntilItIsDone()
    {
        using var queue = new EncoderQueue(1, MaxDelay, _time);
        await queue.PostWaitingAsync(Pictures.Step(new View("dock", "gate"), seconds: 1), Cancelled);
        // Another camera does not wait for it.
        await queue.PostWaitingAsync(Pictures.Step(Aisle, seconds: 1), Cancelled);
        var posting = queue.PostWaitingAsync(Pictures.Step(new View("dock", "door"), seconds: 1), Cancelled);
        var first = queue.TakeNow();
        Assert.False(posting.IsCompleted);
        queue.Done(first);
        await posting;
    }

    [Fact]
    public async Task PostWaitingAsync_Cancelled_ReleasesAndCountsStep()
    {
        using var queue = new EncoderQueue(8, MaxDelay, _time);
        queue.Post(Pictures.Step(Dock));
        var waiting = Pictures.Step(Dock);
        using var cancellation = new CancellationTokenSource();
        var posting = queue.PostWaitingAsync(waiting, cancellation.Token);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => posting);
        Assert.Equal(new(2, 0, 1), queue.Counts()["dock"]);
        Assert.True(Pictures.IsReleased(waiting.Window.Frames[0]));
    }

    [Fact]
    public void Complete_StepsWait_ReturnsThemThenEmpty()
    {
        using var queue = new EncoderQueue(8, MaxDelay, _time);
        queue.Post(Pictures.Step(Dock));
        queue.Complete();
        Assert.Equal([Dock], queue.TakeNow().Select(w => w.View));
        var late = Pictures.Step(Aisle);
        Assert.False(queue.Post(late));
        Assert.True(Pictures.IsReleased(late.Window.Frames[0]));
        Assert.Empty(queue.TakeNow());
        Assert.Equal(new(1, 0, 1), queue.Counts()["aisle"]);
    }

    [Fact]
    public async Task Abandon_StepsWait_ReleasesThemAndCountsThemAsLate()
    {
        using var queue = new EncoderQueue(8, MaxDelay, _time);
        var waiting = Pictures.Step(Dock);
        queue.Post(waiting);
        queue.Post(Pictures.Step(Gate));
        queue.Post(Pictures.Step(Aisle));
        queue.Complete();
        queue.Abandon();
        Assert.True(Pictures.IsReleased(waiting.Window.Frames[0]));
        Assert.Equal((new(2, 0, 2), new WindowCounts(1, 0, 1)), (queue.Counts()["dock"], queue.Counts()["aisle"]));
        Assert.Empty(queue.TakeNow());
        await queue.DrainedAsync("dock", Cancelled);
    }

    [Fact]
    public async Task DrainedAsync_StepWaitsOrIsInBatch_CompletesAfterIt()
    {
        using var queue = new EncoderQueue(1, MaxDelay, _time);
        queue.Post(Pictures.Step(Dock));
        var drained = queue.DrainedAsync("dock", Cancelled);
        Assert.False(drained.IsCompleted);
        var batch = queue.TryTake()!;
        Assert.False(drained.IsCompleted);
        queue.Done(batch);
        await drained;
    }

    [Fact]
    public void TryTake_StepOfViewInFlight_WaitsUntilItIsDone()
    {
        using var queue = new EncoderQueue(1, TimeSpan.Zero, _time);
        queue.Post(Pictures.Step(Dock, seconds: 1));
        var first = queue.TryTake()!;
        queue.Post(Pictures.Step(Dock, seconds: 2));
        Assert.Null(queue.TryTake());
        queue.Post(Pictures.Step(Gate));
        Assert.Equal([Gate], queue.TakeNow().Select(w => w.View));
        queue.Done(first);
        Assert.Equal(DateTimeOffset.UnixEpoch.AddSeconds(2), Assert.Single(queue.TakeNow()).To);
    }

    [Fact]
    public void Complete_StepWaitsBehindStepInFlight_IsReturnedAfterIt()
    {
        using var queue = new EncoderQueue(1, TimeSpan.Zero, _time);
        queue.Post(Pictures.Step(Dock, seconds: 1));
        var first = queue.TryTake()!;
        queue.Post(Pictures.Step(Dock, seconds: 2));
        queue.Complete();
        Assert.Null(queue.TryTake());
        queue.Done(first);
        Assert.Single(queue.TakeNow());
        Assert.Empty(queue.TakeNow());
    }

    [Fact]
    public void PostTakeDone_SeveralLanesInAnyOrder_RunsViewsOneStepAtATimeInOrder() =>
        Gen.Select(Gen.Int[0, 99].Array[0, 150], Gen.Int[1, 3], Gen.Int[1, 4]).Sample((actions, maxBatch, lanes) =>
        {
            using var queue = new EncoderQueue(maxBatch, TimeSpan.Zero, _time);
            var running = new IReadOnlyList<EncoderStep>?[lanes];
            Dictionary<View, DateTimeOffset> last = [];
            var posted = 0;
            foreach (var action in actions)
            {
                var lane = action % lanes;
                if (action < 50)
                {
                    queue.Post(Pictures.Step(new($"camera-{action % 3}", $"zone-{action % 2}"), ++posted));
                }
                else if (running[lane] is { } done)
                {
                    queue.Done(done);
                    running[lane] = null;
                }
                else if (queue.TryTake() is { Count: > 0 } batch)
                {
                    running[lane] = batch;
                    var views = running.Where(b => b is not null).SelectMany(b => b!).Select(step => step.View).ToArray();
                    Assert.Equal(views.Length, views.Distinct().Count());
                    foreach (var step in batch)
                    {
                        Assert.True(step.To > last.GetValueOrDefault(step.View));
                        last[step.View] = step.To;
                        step.Dispose();
                    }
                }
            }
            // The newest step of each view is taken once the lanes are free.
            foreach (var batch in running)
                queue.Done(batch ?? []);
            queue.Complete();
            var rest = 0;
            for (var batch = queue.TakeNow(); batch.Count > 0; batch = queue.TakeNow())
                rest += batch.Count;
            Assert.InRange(rest, 0, 6);
            Assert.True(queue.DrainedAsync("camera-0", CancellationToken.None).IsCompleted);
        }, iter: 300);

    [Fact]
    public void PostAndTake_AnyOrder_CountsEveryStep() =>
        Gen.Select(Gen.Int[0, 11].Array[0, 80], Gen.Int[1, 4]).Sample((steps, maxBatch) =>
        {
            using var queue = new EncoderQueue(maxBatch, TimeSpan.Zero, _time);
            var taken = new Dictionary<string, int>();
            int posted = 0, waiting = 0;
            foreach (var action in steps)
            {
                // Nine views of three cameras post; the rest are takes.
                if (action < 9)
                {
                    posted++;
                    waiting += queue.Post(Pictures.Step(new($"camera-{action % 3}", $"zone-{action / 3}"), posted)) ? 1 : 0;
                }
                else if (waiting > 0)
                {
                    var batch = queue.TryTake()!;
                    Assert.Equal(Math.Min(maxBatch, waiting), batch.Count);
                    Assert.Equal(batch.Count, batch.Select(w => w.View).Distinct().Count());
                    waiting -= batch.Count;
                    foreach (var step in batch.Cast<WindowStep>())
                    {
                        taken[step.View.Camera] = taken.GetValueOrDefault(step.View.Camera) + 1;
                        Assert.False(Pictures.IsReleased(step.Window.Frames[0]));
                        step.Dispose();
                    }
                    queue.Done(batch);
                }
            }
            var counts = queue.Counts();
            Assert.Equal(posted, counts.Values.Sum(c => c.Posted));
            Assert.Equal(posted, counts.Values.Sum(c => c.Dropped) + taken.Values.Sum() + waiting);
        }, iter: 200);
}
