// One camera: its states, its back-off, and the events and log lines about it.
using System.Runtime.CompilerServices;
using StreamActions.TestKit;
using StreamActions.Video;
using StreamActions.Worker.Cameras;
using StreamActions.Worker.Configuration;
using StreamActions.Worker.Events;
using StreamActions.Worker.Tests.Alerts;

namespace StreamActions.Worker.Tests.Cameras;

public sealed class CameraWorkerTests
{
    private static readonly CameraOptions Live = SampleAlerts.Dock with
    {
        Source = new(SourceKind.Stream, "rtsp://u:secret@dock", "rtsp://***@dock"),
        Pace = RecordingPace.Realtime,
    };

    private static readonly SourceException Refused = new(SourceFailure.Refused, "rtsp://***@dock: connection refused");

    private static StreamActionsFile File(CameraOptions camera) => SampleAlerts.File([camera], SampleAlerts.Fight);

    private static IEnumerable<(DateTimeOffset, byte)> Pictures(Rig rig, int seconds = 1) =>
        FakeFrameSource.Row(rig.Time.GetUtcNow(), 4, new byte[seconds]);

    [Fact]
    public async Task RunAsync_CameraRefuses_RetriesWithBackoffAndReportsOnce()
    {
        List<DateTimeOffset> openings = [];
        Rig? made = null;
        await using var rig = made = new(File(Live), (_, _) =>
        {
            openings.Add(made!.Time.GetUtcNow());
            return FakeFrameSource.Failing(made.Time, Refused);
        });
        await rig.StartAsync();
        await rig.UntilAsync(() => openings.Count > 9, TimeSpan.FromMilliseconds(50));

        // The scripted clock advances while threads wake up, so a wait may seem too long, but never too short.
        Assert.All(openings.Skip(1).Zip(openings, (next, before) => next - before).Take(9).Index(), wait =>
            Assert.True(wait.Item >= Backoff.After(wait.Index, 1), $"wait {wait.Index} is {wait.Item}"));
        var blind = Assert.IsType<CameraEvent>(Assert.Single(rig.Sink.Events));
        Assert.Equal((true, "offline", Refused.Message), (blind.Blind, blind.Reason, blind.Detail));
        Assert.Single(rig.Lines.All, line => line.Text.Contains("is offline", StringComparison.Ordinal));
    }

    [Fact]
    public async Task RunAsync_FlappingCamera_BackoffKeepsGrowing()
    {
        // The camera is live only for a moment after each opening.
        List<DateTimeOffset> openings = [];
        Rig? made = null;
        await using var rig = made = new(File(Live), (_, _) =>
        {
            openings.Add(made!.Time.GetUtcNow());
            return FakeFrameSource.Failing(made.Time, Refused, Pictures(made));
        });
        await rig.StartAsync();
        await rig.UntilAsync(() => openings.Count > 6, TimeSpan.FromMilliseconds(50));
        Assert.True(openings[6] - openings[5] >= Backoff.After(5, 1));
    }

    [Fact]
    public async Task RunAsync_CameraReturns_PublishesSeeing()
    {
        Rig? made = null;
        await using var rig = made = new(File(Live), (_, opening) =>
            opening < 3 ? FakeFrameSource.Failing(made!.Time, Refused) : FakeFrameSource.Silent(made!.Time, Pictures(made)));
        await rig.StartAsync();
        await rig.UntilAsync(() => rig.Sink.Events.Count == 2, TimeSpan.FromMilliseconds(100));

        Assert.Equal([true, false], rig.Sink.Events.Cast<CameraEvent>().Select(e => e.Blind));
        var status = rig.Cameras["dock"].Status;
        Assert.Equal((CameraState.Live, 3, ""), (status.State, status.Generation, status.Reason));
    }

    [Fact]
    public async Task RunAsync_UnexpectedException_OpensAgain()
    {
        Rig? made = null;
        await using var rig = made = new(File(Live), (_, opening) =>
            opening == 1 ? throw new InvalidOperationException("a defect") : FakeFrameSource.Silent(made!.Time, Pictures(made)));
        await rig.StartAsync();
        await rig.UntilAsync(() => rig.Cameras["dock"].Status.State == CameraState.Live, TimeSpan.FromMilliseconds(100));
        Assert.Contains("a defect", Assert.IsType<CameraEvent>(rig.Sink.Events[0]).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunAsync_StreamEnds_OpensAgain()
    {
        List<FakeFrameSource> sources = [];
        Rig? made = null;
        await using var rig = made = new(File(Live), (_, _) =>
        {
            sources.Add(FakeFrameSource.Ending(made!.Time, Pictures(made)));
            return sources[^1];
        });
        await rig.StartAsync();
        await rig.UntilAsync(() => rig.Cameras["dock"].Status.Generation == 3, TimeSpan.FromMilliseconds(100));
        Assert.All(sources.Take(2), source => Assert.True(source.IsDisposed));
    }

    [Fact]
    public async Task RunAsync_OpenedAgain_NoWindowMixesTwoOpenings()
    {
        List<int> generations = [];
        var model = new Inference.FakeActionModel(frames: 3)
        {
            IsBroken = w =>
            {
                generations.Add(w.Generation);
                Assert.All(w.Frames, f => Assert.Equal(w.Generation, f.Pixels[0]));
                return false;
            },
        };
        Rig? made = null;
        // Opening n shows brightness n. Its frames follow those of the opening before without a gap.
        var recording = SampleAlerts.Dock;
        await using var rig = made = new(File(recording), (_, opening) =>
        {
            var pictures = FakeFrameSource.Row(DateTimeOffset.UnixEpoch.AddSeconds(opening), 4, (byte)opening);
            return opening < 3 ? FakeFrameSource.Failing(made!.Time, Refused, pictures) : FakeFrameSource.Ending(made!.Time, pictures);
        }, model);
        await rig.StartAsync();
        await rig.UntilAsync(() => rig.Cameras["dock"].Status.State == CameraState.Ended, TimeSpan.FromMilliseconds(100));
        Assert.Equal([1, 1, 2, 2, 3, 3], generations);
        Assert.DoesNotContain(rig.Lines.All, line => line.Text.Contains("Inference failed", StringComparison.Ordinal));
    }

    [Fact]
    public async Task RunAsync_PictureChangesSize_NoWindowMixesTwoSizes()
    {
        var windows = 0;
        var model = new Inference.FakeActionModel(frames: 3) { IsBroken = _ => { windows++; return false; } };
        Rig? made = null;
        await using var rig = made = new(File(SampleAlerts.Dock), (_, _) => new ResizingSource(made!.Time), model);
        await rig.StartAsync();
        await rig.AllEndedAsync();
        // Four pictures of each size give two windows each. Windows across the change would make six.
        Assert.Equal(4, windows);
    }

    [Fact]
    public async Task RunAsync_OnceAndRecordingUnreadable_DoesNotRetry()
    {
        Rig? made = null;
        SourceException unreadable = new(SourceFailure.Unsupported, "dock.mp4: no video");
        await using var rig = made = new(File(SampleAlerts.Dock), (_, _) => FakeFrameSource.Failing(made!.Time, unreadable), once: true);
        await rig.StartAsync();
        await rig.AllEndedAsync();
        Assert.Equal((CameraState.Offline, 1), (rig.Cameras["dock"].Status.State, rig.Cameras["dock"].Status.Generation));
        Assert.Contains(rig.Lines.All, line => line.Text.Contains("no further attempt", StringComparison.Ordinal));
    }

    private sealed class ResizingSource(TimeProvider time) : IFrameSource
    {
        public async IAsyncEnumerable<Frame> ReadAsync([EnumeratorCancellation] CancellationToken cancellation)
        {
            await Task.CompletedTask;
            for (var i = 0; i < 8; i++)
            {
                var frame = Frame.Rent(i < 4 ? 32 : 64, 36, DateTimeOffset.UnixEpoch.AddSeconds(i / 4.0), time.GetTimestamp(), i);
                frame.Pixels.Clear();
                yield return frame;
            }
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
