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
    public async Task TakeAsync_FullBatch_ReturnsAtOnce()
    {
        var queue = new EncoderQueue(2, MaxDelay, _time);
        queue.Post(Pictures.Step(Dock));
        var taking = queue.TakeAsync(Cancelled);
        Assert.False(taking.IsCompleted);
        queue.Post(Pictures.Step(Aisle));
        Assert.Equal([Dock, Aisle], (await taking).Select(w => w.View));
    }

    [Fact]
    public async Task TakeAsync_SingleStep_ReturnsAfterMaxDelay()
    {
        var queue = new EncoderQueue(8, MaxDelay, _time);
        queue.Post(Pictures.Step(Dock));
        var taking = queue.TakeAsync(Cancelled);
        _time.Advance(MaxDelay / 2);
        Assert.False(taking.IsCompleted);
        _time.Advance(MaxDelay / 2);
        Assert.Equal([Dock], (await taking).Select(w => w.View));
    }

    [Fact]
    public async Task TakeAsync_WaitingStepReplaced_KeepsItsWaitingTime()
    {
        var queue = new EncoderQueue(8, MaxDelay, _time);
        queue.Post(Pictures.Step(Dock, seconds: 1));
        _time.Advance(MaxDelay * 0.9);
        queue.Post(Pictures.Step(Dock, seconds: 2));
        var taking = queue.TakeAsync(Cancelled);
        _time.Advance(MaxDelay * 0.1);
        Assert.Equal(DateTimeOffset.UnixEpoch.AddSeconds(2), Assert.Single(await taking).To);
    }

    [Fact]
    public void Post_ViewHasWaitingStep_ReplacesAndCountsIt()
    {
        var queue = new EncoderQueue(8, MaxDelay, _time);
        var old = Pictures.Step(Dock);
        Assert.True(queue.Post(old));
        Assert.False(queue.Post(Pictures.Step(Dock)));
        Assert.True(Pictures.IsReleased(old.Window.Frames[0]));
        Assert.Equal(new(2, 1, 0), queue.Counts()["dock"]);
    }

    [Fact]
    public async Task TakeAsync_CameraWithManyZones_DoesNotSlowOtherCameras()
    {
        var queue = new EncoderQueue(1, TimeSpan.Zero, _time);
        View[] zones = [.. Enumerable.Range(0, 5).Select(i => new View("many", $"zone-{i}"))];
        List<string> served = [];
        for (var i = 0; i < 8; i++)
        {
            foreach (var view in zones.Append(Aisle))
                queue.Post(Pictures.Step(view));
            served.Add((await queue.TakeAsync(Cancelled))[0].View.Camera);
        }
        Assert.Equal(4, served.Count(camera => camera == "aisle"));
    }

    [Fact]
    public async Task TakeAsync_ViewsOfOneCamera_TakeTurns()
    {
        var queue = new EncoderQueue(1, TimeSpan.Zero, _time);
        List<View> served = [];
        for (var i = 0; i < 4; i++)
        {
            queue.Post(Pictures.Step(Dock));
            queue.Post(Pictures.Step(Gate));
            served.Add((await queue.TakeAsync(Cancelled))[0].View);
        }
        Assert.Equal([Dock, Gate, Dock, Gate], served);
    }

    [Fact]
    public async Task PostWaitingAsync_ViewHasWaitingStep_WaitsUntilItIsTaken()
    {
        var queue = new EncoderQueue(1, MaxDelay, _time);
        await queue.PostWaitingAsync(Pictures.Step(Dock, seconds: 1), Cancelled);
        var posting = queue.PostWaitingAsync(Pictures.Step(Dock, seconds: 2), Cancelled);
        Assert.False(posting.IsCompleted);
        var first = await queue.TakeAsync(Cancelled);
        await posting;
        var second = await queue.TakeAsync(Cancelled);
        Assert.Equal([1, 2], first.Concat(second).Select(w => (w.To - DateTimeOffset.UnixEpoch).TotalSeconds));
        Assert.Equal(new(2, 0, 0), queue.Counts()["dock"]);
    }

    [Fact]
    public async Task PostWaitingAsync_Cancelled_ReleasesAndCountsStep()
    {
        var queue = new EncoderQueue(8, MaxDelay, _time);
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
    public async Task Complete_StepsWait_ReturnsThemThenEmpty()
    {
        var queue = new EncoderQueue(8, MaxDelay, _time);
        queue.Post(Pictures.Step(Dock));
        queue.Complete();
        Assert.Equal([Dock], (await queue.TakeAsync(Cancelled)).Select(w => w.View));
        var late = Pictures.Step(Aisle);
        Assert.False(queue.Post(late));
        Assert.True(Pictures.IsReleased(late.Window.Frames[0]));
        Assert.Empty(await queue.TakeAsync(Cancelled));
        Assert.Equal(new(1, 0, 1), queue.Counts()["aisle"]);
    }

    [Fact]
    public async Task Abandon_StepsWait_ReleasesThemAndCountsThemAsLate()
    {
        var queue = new EncoderQueue(8, MaxDelay, _time);
        var waiting = Pictures.Step(Dock);
        queue.Post(waiting);
        queue.Post(Pictures.Step(Gate));
        queue.Post(Pictures.Step(Aisle));
        queue.Complete();
        queue.Abandon();
        Assert.True(Pictures.IsReleased(waiting.Window.Frames[0]));
        Assert.Equal((new(2, 0, 2), new WindowCounts(1, 0, 1)), (queue.Counts()["dock"], queue.Counts()["aisle"]));
        Assert.Empty(await queue.TakeAsync(Cancelled));
        await queue.DrainedAsync("dock", Cancelled);
    }

    [Fact]
    public async Task DrainedAsync_StepWaitsOrIsInBatch_CompletesAfterIt()
    {
        var queue = new EncoderQueue(1, MaxDelay, _time);
        queue.Post(Pictures.Step(Dock));
        var drained = queue.DrainedAsync("dock", Cancelled);
        Assert.False(drained.IsCompleted);
        var batch = await queue.TakeAsync(Cancelled);
        Assert.False(drained.IsCompleted);
        queue.Done(batch);
        await drained;
    }

    [Fact]
    public Task PostAndTake_AnyOrder_CountsEveryStep() =>
        Gen.Select(Gen.Int[0, 11].Array[0, 80], Gen.Int[1, 4]).SampleAsync(async (steps, maxBatch) =>
        {
            var queue = new EncoderQueue(maxBatch, TimeSpan.Zero, _time);
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
                    var batch = await queue.TakeAsync(CancellationToken.None);
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
