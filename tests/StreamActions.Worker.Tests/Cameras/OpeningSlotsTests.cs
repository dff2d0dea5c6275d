// Whose turn it is to be opened.
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
    public async Task EnterAsync_MoreThanPlaces_AreServedInTheirOrder()
    {
        OpeningSlots slots = new(2, Hold, _time);
        var turns = Enumerable.Range(0, 5).Select(_ => slots.EnterAsync(CancellationToken.None)).ToArray();
        Assert.Equal([true, true, false, false, false], turns.Select(t => t.IsCompletedSuccessfully));

        var place = await turns[1];
        place.Dispose();
        place.Dispose();
        await turns[2];
        Assert.Equal([true, true, true, false, false], turns.Select(t => t.IsCompletedSuccessfully));
        Assert.Equal(2, slots.Taken);
    }

    [Fact]
    public async Task EnterAsync_OpeningThatTakesLong_CountsNoLongerThanTheHold()
    {
        OpeningSlots slots = new(1, Hold, _time);
        var holder = await slots.EnterAsync(CancellationToken.None);
        var next = slots.EnterAsync(CancellationToken.None);

        _time.Advance(Hold - TimeSpan.FromMilliseconds(1));
        Assert.False(next.IsCompleted);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        await next;

        // Its own end frees nothing more.
        holder.Dispose();
        Assert.Equal(1, slots.Taken);
    }

    [Fact]
    public async Task EnterAsync_Cancelled_DoesNotKeepThePlace()
    {
        OpeningSlots slots = new(1, Hold, _time);
        using CancellationTokenSource cancel = new();
        var holder = await slots.EnterAsync(CancellationToken.None);
        var gone = slots.EnterAsync(cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gone);

        holder.Dispose();
        Assert.Equal(0, slots.Taken);
    }

    [Fact]
    public async Task EnterAsync_HoldOverAtOnce_GivesThePlaceBack()
    {
        // A clock whose timers ring while they are made, as one that another thread moves may.
        OpeningSlots slots = new(1, Hold, new RingingAtOnce());
        using var holder = await slots.EnterAsync(CancellationToken.None);
        Assert.Equal(0, slots.Taken);
    }

    private sealed class RingingAtOnce : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            callback(state);
            return base.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Whatever comes and goes in whatever order, no place is lost and none is given twice.</summary>
    [Fact]
    public void EnterAsync_AnyOrder_NeverMoreThanPlacesAndNoneIsLost() => Gen.Int[0, 3].List[1, 60].Sample(steps =>
    {
        FakeTimeProvider time = new();
        OpeningSlots slots = new(3, Hold, time);
        List<(Task<IDisposable> Turn, CancellationTokenSource Cancel)> asked = [];
        foreach (var (index, step) in steps.Index())
        {
            if (step <= 1)
            {
                CancellationTokenSource cancel = new();
                asked.Add((slots.EnterAsync(cancel.Token), cancel));
            }
            else if (step == 2 && asked.Count > 0)
                asked[index % asked.Count].Cancel.Cancel();
            else
                time.Advance(TimeSpan.FromSeconds(0.7));
            Assert.InRange(slots.Taken, 0, 3);
        }
        // Whoever still holds or waits for a place has had it in the end.
        Assert.True(SpinWait.SpinUntil(() => { time.Advance(Hold); return slots.Taken == 0 && asked.All(a => a.Turn.IsCompleted); }, Rig.Patience));
    }, iter: 200, threads: 1);

    [Fact]
    public async Task RunAsync_ManyBlackHoledCameras_DelayOneThatAnswersByLittle()
    {
        // Twenty cameras whose opening takes ten seconds to time out, and behind them one that answers at once.
        var cameras = Enumerable.Range(0, 21).Select(i => SampleAlerts.Dock with
        {
            Name = i < 20 ? $"hole-{i}" : "well",
            Source = new(SourceKind.Stream, "rtsp://dock", "rtsp://dock"),
            Pace = RecordingPace.Realtime,
        }).ToArray();
        Rig? made = null;
        await using var rig = made = new(
            SampleAlerts.File(cameras, SampleAlerts.Fight with { Cameras = [.. cameras.Select(c => c.Name)] }),
            (camera, _) => FakeFrameSource.Silent(made!.Time, camera.Name == "well" ? FakeFrameSource.Row(made.Time.GetUtcNow(), 4, 0) : []),
            deadlines: ReaderDeadlines.For(SourceKind.Stream, 4));
        await rig.StartAsync();
        // While the clock stands, all places are taken in the end, and nobody gets more.
        await rig.UntilAsync(() => rig.Slots.Taken == 8);
        var most = 0;
        await rig.UntilAsync(
            () =>
            {
                most = Math.Max(most, rig.Slots.Taken);
                return rig.Cameras["well"].Status.State == CameraState.Live;
            }, TimeSpan.FromMilliseconds(50));
        Assert.Equal(8, most);
        // Nobody has failed for waiting: each is in its first or second opening.
        Assert.All(rig.Cameras.Values, camera => Assert.InRange(camera.Status.Generation, 0, 2));
    }
}
