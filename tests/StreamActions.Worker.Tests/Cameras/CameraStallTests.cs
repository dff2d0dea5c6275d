// Missing frames: the camera stalls, goes offline and is opened again. Readers that cannot be stopped.
using System.Runtime.CompilerServices;
using StreamActions.TestKit;
using StreamActions.Video;
using StreamActions.Worker.Cameras;
using StreamActions.Worker.Configuration;
using StreamActions.Worker.Events;
using StreamActions.Worker.Tests.Alerts;

namespace StreamActions.Worker.Tests.Cameras;

public sealed class CameraStallTests
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(50);
    private static readonly CameraOptions Live = SampleAlerts.Dock with
    {
        Source = new(SourceKind.Stream, "rtsp://u:secret@dock", "rtsp://***@dock"),
        Pace = RecordingPace.Realtime,
    };

    private static readonly ReaderDeadlines Deadlines =
        ReaderDeadlines.For(SourceKind.Stream, 4) with { Patience = TimeSpan.FromSeconds(10) };

    private static IEnumerable<(DateTimeOffset, byte)> Pictures(Rig rig) => FakeFrameSource.Row(rig.Time.GetUtcNow(), 4, 0);

    private static Rig WithDeadlines(Func<Rig, int, IFrameSource> open)
    {
        Rig? made = null;
        return made = new(SampleAlerts.File([Live], SampleAlerts.Fight), (_, opening) => open(made!, opening), deadlines: Deadlines);
    }

    private static CameraStatus Dock(Rig rig) => rig.Cameras["dock"].Status;

    [Fact]
    public async Task RunAsync_FramesStop_StallsGoesOfflineAndOpensAgain()
    {
        List<FakeFrameSource> sources = [];
        await using var rig = WithDeadlines((rig, _) =>
        {
            sources.Add(FakeFrameSource.Silent(rig.Time, Pictures(rig)));
            return sources[^1];
        });
        await rig.StartAsync();
        await rig.UntilAsync(() => Dock(rig).State == CameraState.Live);
        var last = rig.Time.GetUtcNow();

        await rig.UntilAsync(() => Dock(rig).State == CameraState.Stalled, Step);
        var stalled = Dock(rig);
        Assert.Equal((1, "rtsp://***@dock: no frame for 2 s"), (stalled.Generation, stalled.Reason));
        // The state began when the frames stopped, not when the deadline was over.
        Assert.True(stalled.Since >= last && rig.Time.GetUtcNow() >= stalled.Since + Deadlines.Due);
        Assert.Empty(rig.Sink.Events);

        await rig.UntilAsync(() => Dock(rig).State == CameraState.Offline, Step);
        Assert.Equal("rtsp://***@dock: no frame for 5 s", Dock(rig).Reason);
        Assert.True(rig.Time.GetUtcNow() - last >= Deadlines.Steady);
        Assert.True(sources[0].IsDisposed);

        await rig.UntilAsync(() => Dock(rig) is { Generation: 2, State: CameraState.Live }, Step);
        // The state changes before the event is stored.
        await rig.UntilAsync(() => rig.Sink.Events.Count >= 2);
        Assert.Equal([true, false], rig.Sink.Events.Cast<CameraEvent>().Select(e => e.Blind));
    }

    [Fact]
    public async Task RunAsync_FramesResumeInTime_KeepsTheReader()
    {
        TaskCompletionSource pause = new();
        await using var rig = WithDeadlines((rig, _) => new PausingSource(rig.Time, pause.Task));
        await rig.StartAsync();
        await rig.UntilAsync(() => Dock(rig).State == CameraState.Stalled, Step);

        pause.SetResult();
        await rig.UntilAsync(() => Dock(rig).State == CameraState.Live);

        Assert.Equal(1, Dock(rig).Generation);
        Assert.Empty(rig.Sink.Events);
        Assert.Single(rig.Lines.All, line => line.Text.Contains("stalled: no frame for", StringComparison.Ordinal));
    }

    [Fact]
    public async Task RunAsync_NoFirstFrame_GoesOfflineAfterStartDeadline()
    {
        await using var rig = WithDeadlines((rig, _) => FakeFrameSource.Silent(rig.Time));
        await rig.StartAsync();
        var started = rig.Time.GetUtcNow();
        await rig.UntilAsync(() => Dock(rig).State == CameraState.Offline, Step);

        Assert.True(rig.Time.GetUtcNow() - started >= Deadlines.Start);
        Assert.Equal("rtsp://***@dock: no first frame within 10 s", Dock(rig).Reason);
    }

    [Fact]
    public async Task RunAsync_ReaderHangs_OpensNoSecondReaderUntilItReturns()
    {
        TaskCompletionSource release = new();
        List<FakeFrameSource> sources = [];
        await using var rig = WithDeadlines((rig, opening) =>
        {
            sources.Add(opening == 1
                ? FakeFrameSource.Hanging(rig.Time, release.Task, Pictures(rig))
                : FakeFrameSource.Silent(rig.Time, Pictures(rig)));
            return sources[^1];
        });
        await rig.StartAsync();
        await rig.UntilAsync(() => Dock(rig).Reason.Contains("cannot be stopped", StringComparison.Ordinal), Step);
        Assert.Single(sources);

        release.SetResult();
        await rig.UntilAsync(() => Dock(rig) is { State: CameraState.Live, Generation: 2 }, Step);
        Assert.Equal(2, sources.Count);
    }

    [Fact]
    public async Task RunAsync_SourceBlocksItsCaller_GoesOfflineAfterDeadline()
    {
        using ManualResetEventSlim release = new();
        await using var rig = WithDeadlines((rig, _) => new BlockingSource(release));
        await rig.StartAsync();
        await rig.UntilAsync(() => Dock(rig).State == CameraState.Offline, Step);
        release.Set();
    }

    [Fact]
    public async Task RunAsync_Disabled_IsNeverOpened()
    {
        var off = Live with { Enabled = false };
        await using Rig rig = new(SampleAlerts.File([off], SampleAlerts.Fight), (_, _) => throw new InvalidOperationException("opened"));
        Assert.Equal(CameraState.Disabled, Dock(rig).State);
        await rig.StartAsync();
        await rig.AllEndedAsync();
        Assert.Equal((CameraState.Disabled, 0), (Dock(rig).State, Dock(rig).Generation));
        Assert.Contains(rig.Lines.All, line => line.Text.Contains("disabled", StringComparison.Ordinal));
        Assert.Empty(rig.Sink.Events);
    }

    // Gives a frame, pauses, and gives another frame.
    private sealed class PausingSource(TimeProvider time, Task pause) : IFrameSource
    {
        public async IAsyncEnumerable<Frame> ReadAsync([EnumeratorCancellation] CancellationToken cancellation)
        {
            for (var i = 0; i < 2; i++)
            {
                var frame = Frame.Rent(32, 18, time.GetUtcNow(), time.GetTimestamp(), i);
                frame.Pixels.Clear();
                yield return frame;
                await (i == 0 ? pause : Task.Delay(Timeout.Infinite, cancellation));
            }
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    // Blocks the thread that calls it.
    private sealed class BlockingSource(ManualResetEventSlim release) : IFrameSource
    {
        public async IAsyncEnumerable<Frame> ReadAsync([EnumeratorCancellation] CancellationToken cancellation)
        {
            release.Wait(CancellationToken.None);
            await Task.CompletedTask;
            yield break;
        }

        public ValueTask DisposeAsync()
        {
            release.Wait(CancellationToken.None);
            return ValueTask.CompletedTask;
        }
    }
}
