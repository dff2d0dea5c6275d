// A running worker applies a new configuration. Unchanged cameras and alerts keep running.
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using StreamActions.TestKit;
using StreamActions.Video;
using StreamActions.Worker.Alerts;
using StreamActions.Worker.Configuration;
using StreamActions.Worker.Running;
using StreamActions.Worker.Tests.Alerts;
using StreamActions.Worker.Tests.Cameras;
using StreamActions.Worker.Tests.Inference;

namespace StreamActions.Worker.Tests.Running;

public sealed class WorkerRuntimeTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 8, 0, 0, TimeSpan.Zero);

    // A recording at pace: realtime. Its frames carry their capture times, and it does not wait for the encoder.
    private static readonly CameraOptions Dock = SampleAlerts.Dock with { Pace = RecordingPace.Realtime };

    private static readonly CameraOptions Aisle = Dock with
    {
        Name = "aisle",
        Source = new(SourceKind.File, "/nowhere/aisle.mp4", "file:aisle.mp4"),
    };

    private static StreamActionsFile File(params CameraOptions[] cameras) =>
        SampleAlerts.File(cameras, SampleAlerts.Fight with { Cameras = [.. cameras.Select(c => c.Name)], BeginAfter = TimeSpan.Zero });

    // A camera with a bright picture. It gives a frame for each call of Show.
    private sealed class Feed(TimeProvider time) : IFrameSource
    {
        private readonly Channel<int> _frames = Channel.CreateUnbounded<int>();

        public int Read { get; private set; }

        public void Show(int index) => _frames.Writer.TryWrite(index);

        public async IAsyncEnumerable<Frame> ReadAsync([EnumeratorCancellation] CancellationToken cancellation)
        {
            await foreach (var index in _frames.Reader.ReadAllAsync(cancellation))
            {
                var frame = Frame.Rent(32, 18, Start.AddSeconds(index / 4.0), time.GetTimestamp(), index);
                frame.Pixels.Fill(255);
                Read++;
                yield return frame;
            }
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    [Fact]
    public async Task ApplyAsync_CameraAddedAndRemoved_OtherCameraLosesNoFrameAndKeepsEvent()
    {
        Dictionary<string, List<Feed>> feeds = new() { ["dock"] = [], ["aisle"] = [] };
        var encoded = 0;
        var model = new FakeActionModel
        {
            IsBroken = w =>
            {
                encoded += w.View.Camera == "dock" ? 1 : 0;
                return false;
            },
        };
        Rig? made = null;
        await using var rig = made = new(File(Dock), (camera, _) =>
        {
            Feed feed = new(made!.Time);
            feeds[camera.Name].Add(feed);
            return feed;
        }, model);
        await rig.StartAsync();
        await rig.UntilAsync(() => feeds["dock"].Count == 1);
        await ShowAsync("dock", 0, 7);
        await rig.UntilAsync(() => rig.Sink.Phases.SequenceEqual([ActionPhase.Begin]));

        await rig.Runtime.ApplyAsync(rig.Compile(File(Dock, Aisle)));
        await rig.UntilAsync(() => feeds["aisle"].Count == 1);
        await ShowAsync("aisle", 0, 7);
        await ShowAsync("dock", 8, 15);
        Assert.Equal(["dock", "aisle"], rig.Sink.Actions.Where(e => e.Phase == ActionPhase.Begin).Select(e => e.Camera));

        await rig.Runtime.ApplyAsync(rig.Compile(File(Dock)));
        await ShowAsync("dock", 16, 23);
        await rig.Publisher.SettledAsync("aisle");
        Assert.Equal("aisle", Assert.Single(rig.Sink.Actions, e => e.Phase == ActionPhase.End).Camera);
        Assert.Equal(["dock"], rig.Fleet.Cameras.Select(c => c.Name));
        // Camera dock was opened once, gave a window for each frame but the first, and has its event still open.
        Assert.Single(feeds["dock"]);
        Assert.Equal(23, encoded);
        Assert.True(rig.Alerts.IsBusy(new("dock", null)));

        async Task ShowAsync(string camera, int from, int to)
        {
            for (var i = from; i <= to; i++)
            {
                feeds[camera][^1].Show(i);
                await rig.UntilAsync(() => rig.Queue.Counts().GetValueOrDefault(camera).Posted >= i);
                await rig.Queue.DrainedAsync(camera, TestContext.Current.CancellationToken);
            }
            await rig.Publisher.SettledAsync(camera);
        }
    }

    [Fact]
    public async Task ApplyAsync_CameraChanged_OpensAgainAndEndsEvent()
    {
        List<string> opened = [];
        Rig? made = null;
        var bright = FakeFrameSource.Row(Start, 4, 255, 255, 255).ToArray();
        await using var rig = made = new(File(Dock), (camera, _) =>
        {
            opened.Add(camera.Transport);
            return FakeFrameSource.Silent(made!.Time, bright);
        });
        await rig.StartAsync();
        await rig.UntilAsync(() => rig.Sink.Phases.Contains(ActionPhase.Begin));

        await rig.Runtime.ApplyAsync(rig.Compile(File(Dock with { Transport = "udp" })));
        await rig.UntilAsync(() => opened.Count == 2 && rig.Sink.Phases.Contains(ActionPhase.End));

        Assert.Equal(["tcp", "udp"], opened);
    }

    [Fact]
    public async Task ApplyAsync_WindowOfChangedCameraInFlight_DoesNotReachNewAlerts()
    {
        using ManualResetEventSlim running = new(), release = new();
        var model = new FakeActionModel
        {
            OnRun = _ =>
            {
                running.Set();
                Assert.True(release.Wait(Rig.Timeout, CancellationToken.None));
            },
        };
        Rig? made = null;
        var bright = FakeFrameSource.Row(Start, 4, 255).ToArray();
        await using var rig = made = new(File(Dock), (_, opening) => FakeFrameSource.Silent(made!.Time, opening == 1 ? bright : []), model);
        await rig.StartAsync();
        Assert.True(running.Wait(Rig.Timeout, TestContext.Current.CancellationToken));

        var applying = rig.Runtime.ApplyAsync(rig.Compile(File(Dock with { Transport = "udp" })));
        // Without the wait for the window, this completes at once.
        await Task.WhenAny(applying, Task.Delay(TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken));
        var waited = !applying.IsCompleted;
        release.Set();
        await applying.WaitAsync(Rig.Timeout, TestContext.Current.CancellationToken);
        await rig.Queue.DrainedAsync("dock", TestContext.Current.CancellationToken);

        Assert.True(waited);
        Assert.False(rig.Alerts.IsBusy(new("dock", null)));
    }

    [Fact]
    public async Task CompileAsync_EmbeddingTakesLong_CamerasAndInferenceContinue()
    {
        using ManualResetEventSlim embedding = new(), release = new();
        var block = false;
        var model = new FakeActionModel
        {
            OnEmbed = () =>
            {
                if (!block)
                    return;
                embedding.Set();
                Assert.True(release.Wait(Rig.Timeout, CancellationToken.None));
            },
        };
        Rig? made = null;
        var pictures = FakeFrameSource.Row(Start, 4, 0, 255, 255, 255, 255, 0, 0, 0, 0, 0);
        await using var rig = made = new(
            SampleAlerts.File([SampleAlerts.Dock], SampleAlerts.Fight), (_, _) => FakeFrameSource.Ending(made!.Time, pictures), model);
        block = true;
        var compiling = RunningConfiguration.CompileAsync(File(Dock), model, rig.Lines.Of<WorkerRuntimeTests>());
        Assert.True(embedding.Wait(Rig.Timeout, TestContext.Current.CancellationToken));

        await rig.StartAsync();
        await rig.AllEndedAsync();
        Assert.Equal([ActionPhase.Begin, ActionPhase.Update, ActionPhase.End], rig.Sink.Phases);
        Assert.False(compiling.IsCompleted);
        release.Set();
        Assert.NotNull((await compiling).Alerts);
    }
}
