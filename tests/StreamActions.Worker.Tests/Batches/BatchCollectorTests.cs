// Batches: full or late, fair, newest first, and every window accounted for.
using CsCheck;
using Microsoft.Extensions.Time.Testing;
using StreamActions.Worker.Batches;
using StreamActions.Worker.Tests.Windows;
using StreamActions.Worker.Windows;

namespace StreamActions.Worker.Tests.Batches;

public sealed class BatchCollectorTests
{
    private static readonly TimeSpan MaxDelay = TimeSpan.FromMilliseconds(50);
    private static readonly View Dock = new("dock", null), Gate = new("dock", "gate"), Aisle = new("aisle", null);
    private readonly FakeTimeProvider _time = new();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task TakeAsync_FullBatch_ComesWithoutWaiting()
    {
        var collector = new BatchCollector(2, MaxDelay, _time);
        collector.Post(Pictures.Window(Dock));
        var taking = collector.TakeAsync(Cancelled);
        Assert.False(taking.IsCompleted);
        collector.Post(Pictures.Window(Aisle));
        Assert.Equal([Dock, Aisle], (await taking).Select(w => w.View));
    }

    [Fact]
    public async Task TakeAsync_LoneWindow_ComesAfterTheLongestDelay()
    {
        var collector = new BatchCollector(8, MaxDelay, _time);
        collector.Post(Pictures.Window(Dock));
        var taking = collector.TakeAsync(Cancelled);
        _time.Advance(MaxDelay / 2);
        Assert.False(taking.IsCompleted);
        _time.Advance(MaxDelay / 2);
        Assert.Equal([Dock], (await taking).Select(w => w.View));
    }

    [Fact]
    public async Task TakeAsync_WindowReplacedWhileWaiting_KeepsItsPlaceInTime()
    {
        var collector = new BatchCollector(8, MaxDelay, _time);
        collector.Post(Pictures.Window(Dock, seconds: 1));
        _time.Advance(MaxDelay * 0.9);
        collector.Post(Pictures.Window(Dock, seconds: 2));
        var taking = collector.TakeAsync(Cancelled);
        _time.Advance(MaxDelay * 0.1);
        Assert.Equal(DateTimeOffset.UnixEpoch.AddSeconds(2), Assert.Single(await taking).To);
    }

    [Fact]
    public void Post_ViewThatWaits_ReplacesItsWindowAndCountsIt()
    {
        var collector = new BatchCollector(8, MaxDelay, _time);
        var old = Pictures.Window(Dock);
        Assert.True(collector.Post(old));
        Assert.False(collector.Post(Pictures.Window(Dock)));
        Assert.True(Pictures.IsReleased(old.Frames[0]));
        Assert.Equal(new(2, 1, 0), collector.Counts()["dock"]);
    }

    [Fact]
    public async Task TakeAsync_CameraWithManyZones_DoesNotSlowAnother()
    {
        var collector = new BatchCollector(1, TimeSpan.Zero, _time);
        View[] zones = [.. Enumerable.Range(0, 5).Select(i => new View("many", $"zone-{i}"))];
        List<string> served = [];
        for (var i = 0; i < 8; i++)
        {
            foreach (var view in zones.Append(Aisle))
                collector.Post(Pictures.Window(view));
            served.Add((await collector.TakeAsync(Cancelled))[0].View.Camera);
        }
        Assert.Equal(4, served.Count(camera => camera == "aisle"));
    }

    [Fact]
    public async Task TakeAsync_ViewsOfOneCamera_TakeTurns()
    {
        var collector = new BatchCollector(1, TimeSpan.Zero, _time);
        List<View> served = [];
        for (var i = 0; i < 4; i++)
        {
            collector.Post(Pictures.Window(Dock));
            collector.Post(Pictures.Window(Gate));
            served.Add((await collector.TakeAsync(Cancelled))[0].View);
        }
        Assert.Equal([Dock, Gate, Dock, Gate], served);
    }

    [Fact]
    public async Task PostWaitingAsync_ViewThatWaits_WaitsUntilItWasTaken()
    {
        var collector = new BatchCollector(1, MaxDelay, _time);
        await collector.PostWaitingAsync(Pictures.Window(Dock, seconds: 1), Cancelled);
        var posting = collector.PostWaitingAsync(Pictures.Window(Dock, seconds: 2), Cancelled);
        Assert.False(posting.IsCompleted);
        var first = await collector.TakeAsync(Cancelled);
        await posting;
        var second = await collector.TakeAsync(Cancelled);
        Assert.Equal([1, 2], first.Concat(second).Select(w => (w.To - DateTimeOffset.UnixEpoch).TotalSeconds));
        Assert.Equal(new(2, 0, 0), collector.Counts()["dock"]);
    }

    [Fact]
    public async Task PostWaitingAsync_Cancelled_GivesTheWindowBack()
    {
        var collector = new BatchCollector(8, MaxDelay, _time);
        collector.Post(Pictures.Window(Dock));
        var waiting = Pictures.Window(Dock);
        using var cancellation = new CancellationTokenSource();
        var posting = collector.PostWaitingAsync(waiting, cancellation.Token);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => posting);
        Assert.Equal(new(2, 0, 1), collector.Counts()["dock"]);
        Assert.True(Pictures.IsReleased(waiting.Frames[0]));
    }

    [Fact]
    public async Task Complete_WindowsWait_GivesThemAndThenNothing()
    {
        var collector = new BatchCollector(8, MaxDelay, _time);
        collector.Post(Pictures.Window(Dock));
        collector.Complete();
        Assert.Equal([Dock], (await collector.TakeAsync(Cancelled)).Select(w => w.View));
        var late = Pictures.Window(Aisle);
        Assert.False(collector.Post(late));
        Assert.True(Pictures.IsReleased(late.Frames[0]));
        Assert.Empty(await collector.TakeAsync(Cancelled));
        Assert.Equal(new(1, 0, 1), collector.Counts()["aisle"]);
    }

    [Fact]
    public async Task Abandon_WindowsWait_GivesThemBackAndCountsThemAsLate()
    {
        var collector = new BatchCollector(8, MaxDelay, _time);
        var waiting = Pictures.Window(Dock);
        collector.Post(waiting);
        collector.Post(Pictures.Window(Gate));
        collector.Post(Pictures.Window(Aisle));
        collector.Complete();
        collector.Abandon();
        Assert.True(Pictures.IsReleased(waiting.Frames[0]));
        Assert.Equal((new(2, 0, 2), new WindowCounts(1, 0, 1)), (collector.Counts()["dock"], collector.Counts()["aisle"]));
        Assert.Empty(await collector.TakeAsync(Cancelled));
        await collector.DrainedAsync("dock", Cancelled);
    }

    [Fact]
    public async Task DrainedAsync_WindowWaitsOrIsWorkedOn_CompletesOnlyAfterIt()
    {
        var collector = new BatchCollector(1, MaxDelay, _time);
        collector.Post(Pictures.Window(Dock));
        var drained = collector.DrainedAsync("dock", Cancelled);
        Assert.False(drained.IsCompleted);
        var batch = await collector.TakeAsync(Cancelled);
        Assert.False(drained.IsCompleted);
        collector.Done(batch);
        await drained;
    }

    [Fact]
    public Task PostAndTake_AnyOrder_LosesNoWindowUncounted() =>
        Gen.Select(Gen.Int[0, 11].Array[0, 80], Gen.Int[1, 4]).SampleAsync(async (steps, maxBatch) =>
        {
            var collector = new BatchCollector(maxBatch, TimeSpan.Zero, _time);
            var taken = new Dictionary<string, int>();
            int posted = 0, waiting = 0;
            foreach (var step in steps)
            {
                // Nine views of three cameras post; the rest are takes.
                if (step < 9)
                {
                    posted++;
                    waiting += collector.Post(Pictures.Window(new($"camera-{step % 3}", $"zone-{step / 3}"), posted)) ? 1 : 0;
                }
                else if (waiting > 0)
                {
                    var batch = await collector.TakeAsync(CancellationToken.None);
                    Assert.Equal(Math.Min(maxBatch, waiting), batch.Count);
                    Assert.Equal(batch.Count, batch.Select(w => w.View).Distinct().Count());
                    waiting -= batch.Count;
                    foreach (var window in batch)
                    {
                        taken[window.View.Camera] = taken.GetValueOrDefault(window.View.Camera) + 1;
                        Assert.False(Pictures.IsReleased(window.Frames[0]));
                        window.Dispose();
                    }
                    collector.Done(batch);
                }
            }
            var counts = collector.Counts();
            Assert.Equal(posted, counts.Values.Sum(c => c.Posted));
            Assert.Equal(posted, counts.Values.Sum(c => c.Dropped) + taken.Values.Sum() + waiting);
        }, iter: 200);
}
