// The limit on cameras that are opened at a time.
using CsCheck;
using Microsoft.Extensions.Time.Testing;
using StreamActions.TestKit;
using StreamActions.Video;
using StreamActions.Worker.Cameras;
using StreamActions.Worker.Tests.Alerts;

namespace StreamActions.Worker.Tests.Cameras;

public sealed class OpeningSlotsTests
{
    private static readonly TimeSpan Hold = TimeSpan.FromSeconds(2);
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task EnterAsync_AllSlotsTaken_ServesInOrder()
    {
        OpeningSlots slots = new(2, Hold, _time);
        var turns = Enumerable.Range(0, 5).Select(_ => slots.EnterAsync(CancellationToken.None)).ToArray();
        Assert.Equal([true, true, false, false, false], turns.Select(t => t.IsCompletedSuccessfully));

        var slot = await turns[1];
        slot.Dispose();
        slot.Dispose();
        await turns[2];
        Assert.Equal([true, true, true, false, false], turns.Select(t => t.IsCompletedSuccessfully));
        Assert.Equal(2, slots.Taken);
    }

    [Fact]
    public async Task EnterAsync_SlotHeldTooLong_IsFreedAfterHold()
    {
        OpeningSlots slots = new(1, Hold, _time);
        var holder = await slots.EnterAsync(CancellationToken.None);
        var next = slots.EnterAsync(CancellationToken.None);

        _time.Advance(Hold - TimeSpan.FromMilliseconds(1));
        Assert.False(next.IsCompleted);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        await next;

        // Disposing the expired slot frees no second one.
        holder.Dispose();
        Assert.Equal(1, slots.Taken);
    }

    [Fact]
    public async Task EnterAsync_Cancelled_TakesNoSlot()
    {
        OpeningSlots slots = new(1, Hold, _time);
        using CancellationTokenSource cancel = new();
        var holder = await slots.EnterAsync(CancellationToken.None);
        var cancelled = slots.EnterAsync(cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);

        holder.Dispose();
        Assert.Equal(0, slots.Taken);
    }

    [Fact]
    public async Task EnterAsync_TimerFiresWhileCreated_FreesSlot()
    {
        OpeningSlots slots = new(1, Hold, new ImmediateTimers());
        using var holder = await slots.EnterAsync(CancellationToken.None);
        Assert.Equal(0, slots.Taken);
    }

    // Timers fire while they are created, as they can when another thread advances a scripted clock.
    private sealed class ImmediateTimers : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            callback(state);
            return base.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }

    [Fact]
    public void EnterAsync_AnyOrder_NeverExceedsCountAndLosesNoSlot() => Gen.Int[0, 3].List[1, 60].Sample(steps =>
    {
        FakeTimeProvider time = new();
        OpeningSlots slots = new(3, Hold, time);
        List<(Task<IDisposable> Turn, CancellationTokenSource Cancel)> entered = [];
        foreach (var (index, step) in steps.Index())
        {
            if (step <= 1)
            {
                CancellationTokenSource cancel = new();
                entered.Add((slots.EnterAsync(cancel.Token), cancel));
            }
            else if (step == 2 && entered.Count > 0)
            {
                entered[index % entered.Count].Cancel.Cancel();
            }
            else
            {
                time.Advance(TimeSpan.FromSeconds(0.7));
            }
            Assert.InRange(slots.Taken, 0, 3);
        }
        // In the end, all have had their slot, and no slot is taken.
        Assert.True(SpinWait.SpinUntil(
            () =>
            {
                time.Advance(Hold);
                return slots.Taken == 0 && entered.All(e => e.Turn.IsCompleted);
            }, Rig.Timeout));
    }, iter: 200, threads: 1);

    [Fact]
    public async Task RunAsync_ManyCamerasTimeOut_OtherCameraBecomesLive()
    {
        // Twenty cameras whose opening takes ten seconds to time out, and after them one that answers at once.
        var cameras = Enumerable.Range(0, 21).Select(i => SampleAlerts.Dock with
        {
            Name = i < 20 ? $"silent-{i}" : "well",
            Source = new(SourceKind.Stream, "rtsp://dock", "rtsp://dock"),
            Pace = RecordingPace.Realtime,
        }).ToArray();
        Rig? made = null;
        await using var rig = made = new(
            SampleAlerts.File(cameras, SampleAlerts.Fight with { Cameras = [.. cameras.Select(c => c.Name)] }),
            (camera, _) => camera.Name == "well"
                ? FakeFrameSource.Silent(made!.Time, FakeFrameSource.Row(made.Time.GetUtcNow(), 4, 0))
                : FakeFrameSource.Silent(made!.Time),
            deadlines: ReaderDeadlines.For(SourceKind.Stream, 4));
        await rig.StartAsync();
        // While the clock stands still, all slots become taken, and no more cameras are opened.
        await rig.UntilAsync(() => rig.Slots.Taken == 8);
        var most = 0;
        await rig.UntilAsync(
            () =>
            {
                most = Math.Max(most, rig.Slots.Taken);
                return rig.Cameras["well"].Status.State == CameraState.Live;
            }, TimeSpan.FromMilliseconds(50));
        Assert.Equal(8, most);
        // Waiting for a slot is no failure: each camera is in its first or second opening.
        Assert.All(rig.Cameras.Values, camera => Assert.InRange(camera.Status.Generation, 0, 2));
    }
}
