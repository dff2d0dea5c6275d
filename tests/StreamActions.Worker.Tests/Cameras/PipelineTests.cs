// All stages together, from cameras to the store. Only the cameras and the model are fakes.
using StreamActions.TestKit;
using StreamActions.Video;
using StreamActions.Worker.Alerts;
using StreamActions.Worker.Cameras;
using StreamActions.Worker.Configuration;
using StreamActions.Worker.Events;
using StreamActions.Worker.Tests.Alerts;
using StreamActions.Worker.Tests.Inference;
using StreamActions.Worker.Tests.Sinks;
using StreamActions.Worker.Tests.Telemetry;

namespace StreamActions.Worker.Tests.Cameras;

public sealed class PipelineTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 8, 0, 0, TimeSpan.Zero);

    // Brightness by second: two dark, seven bright, five dark.
    private static readonly byte[] Scene = [0, 0, 255, 255, 255, 255, 255, 255, 255, 0, 0, 0, 0, 0];

    private static readonly CameraOptions Aisle = SampleAlerts.Dock with { Name = "aisle" };

    private static readonly ActionPhase[] OneEvent = [ActionPhase.Begin, ActionPhase.Update, ActionPhase.End];

    private static IEnumerable<(DateTimeOffset, byte)> Pictures => FakeFrameSource.Row(Start, 4, Scene);

    private static StreamActionsFile DockFile => SampleAlerts.File([SampleAlerts.Dock], SampleAlerts.Fight);

    private static StreamActionsFile FileOf(params CameraOptions[] cameras) =>
        SampleAlerts.File(cameras, SampleAlerts.Fight with { Cameras = ["dock", "aisle"] });

    [Fact]
    public async Task Run_RecordingWithAction_StoresBeginUpdateAndEnd()
    {
        using var folder = new StoreFolder();
        await using var store = folder.Open();
        Rig? made = null;
        await using var rig = made = new(DockFile, (_, _) => FakeFrameSource.Ending(made!.Time, Pictures), sink: store);
        await rig.StartAsync();
        await rig.AllEndedAsync();

        var stored = (await store.ReadPendingAsync(100, TestContext.Current.CancellationToken)).Select(p => p.Event).ToArray();
        Assert.Equal(["streamactions.action.begin", "streamactions.action.update", "streamactions.action.end"], stored.Select(e => e.Type));
        Assert.All(stored, e => Assert.Equal("dock", e.Key));
        Assert.Equal(CameraState.Ended, rig.Cameras["dock"].Status.State);
    }

    [Fact]
    public async Task Run_SameRecordingsTwice_GivesSameEvents()
    {
        List<string[]> runs = [];
        for (var run = 0; run < 2; run++)
        {
            Rig? made = null;
            await using var rig = made = new(FileOf(SampleAlerts.Dock, Aisle), (_, _) => FakeFrameSource.Ending(made!.Time, Pictures));
            await rig.StartAsync();
            await rig.AllEndedAsync();
            runs.Add([.. rig.Sink.Events.Select(EventIdentity.Of).Order()]);
        }
        Assert.Equal(6, runs[0].Length);
        Assert.Equal(runs[0], runs[1]);
    }

    [Fact]
    public async Task Run_OneCameraFails_OtherCameraGetsSameWindows()
    {
        // Camera dock fails in the middle of every opening. Camera aisle must get the same windows as without dock.
        SourceException refused = new(SourceFailure.Refused, "dock.mp4: refused");
        List<(DateTimeOffset, DateTimeOffset)[]> seen = [];
        foreach (var withDock in new[] { false, true })
        {
            List<(DateTimeOffset, DateTimeOffset)> windows = [];
            var model = new FakeActionModel
            {
                IsBroken = w =>
                {
                    if (w.View.Camera == "aisle")
                        windows.Add((w.From, w.To));
                    return false;
                },
            };
            Rig? made = null;
            await using var rig = made = new(
                withDock ? FileOf(SampleAlerts.Dock, Aisle) : FileOf(Aisle),
                (camera, _) => camera.Name == "aisle"
                    ? FakeFrameSource.Ending(made!.Time, Pictures)
                    : FakeFrameSource.Failing(made!.Time, refused, Pictures.Take(9)),
                model);
            await rig.StartAsync();
            await rig.UntilAsync(() => rig.Cameras["aisle"].Status.State == CameraState.Ended);
            if (withDock)
            {
                await rig.UntilAsync(() => rig.Cameras["dock"].Status.Generation > 2, TimeSpan.FromSeconds(1));
                Assert.Contains(rig.Sink.Events.OfType<CameraEvent>(), e => e is { Camera: "dock", Blind: true, Reason: "offline" });
            }
            seen.Add([.. windows]);
            Assert.Equal(OneEvent, rig.Sink.Actions.Where(e => e.Camera == "aisle").Select(e => e.Phase));
        }
        Assert.Equal(Scene.Length * 4 - 1, seen[0].Length);
        Assert.Equal(seen[0], seen[1]);
    }

    [Fact]
    public async Task Run_InferenceFailsOnce_ContinuesWithNextBatch()
    {
        var model = new FakeActionModel
        {
            OnRun = run =>
            {
                if (run == 3)
                    throw new InvalidOperationException("out of memory");
            },
        };
        Rig? made = null;
        await using var rig = made = new(DockFile, (_, _) => FakeFrameSource.Ending(made!.Time, Pictures), model);
        using Measurements dropped = new(rig.Meters, "streamactions.windows.dropped");
        await rig.StartAsync();
        await rig.AllEndedAsync();
        Assert.Equal((1, "dock/failed"), Assert.Single(dropped.Seen));
        Assert.Equal(OneEvent, rig.Sink.Phases);
        Assert.Contains(rig.Lines.All, line => line.Text.Contains("out of memory", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Run_OutputsContainNaN_DropsOnlyThatWindow()
    {
        var model = new FakeActionModel { IsBroken = w => w.To == Start.AddSeconds(5) };
        Rig? made = null;
        await using var rig = made = new(DockFile, (_, _) => FakeFrameSource.Ending(made!.Time, Pictures), model);
        await rig.StartAsync();
        await rig.AllEndedAsync();
        Assert.Equal(OneEvent, rig.Sink.Phases);
        Assert.All(rig.Sink.Actions, e => Assert.InRange(e.Score, 0, 1));
    }

    [Fact]
    public async Task Stop_WindowsWait_DecidesThemAndLeavesEventsOpen()
    {
        // The model holds the first batch until the cameras have stopped: one window is in flight, and the newest waits.
        using var hold = new ManualResetEventSlim();
        List<DateTimeOffset> decided = [];
        var model = new FakeActionModel
        {
            OnRun = run =>
            {
                if (run == 1)
                    hold.Wait(Rig.Timeout, CancellationToken.None);
            },
            IsBroken = w => { decided.Add(w.To); return false; },
        };
        var bright = FakeFrameSource.Row(Start, 4, 255, 255, 255).ToArray();
        Rig? made = null;
        var live = SampleAlerts.Dock with { Pace = RecordingPace.Realtime };
        await using var rig = made = new(
            SampleAlerts.File([live], SampleAlerts.Fight with { BeginAfter = TimeSpan.Zero }),
            (_, _) => FakeFrameSource.Silent(made!.Time, bright), model);
        await rig.StartAsync();
        await rig.UntilAsync(() => rig.Queue.Counts().TryGetValue("dock", out var counts) && counts.Posted == bright.Length - 1);
        var stopping = rig.StopAsync();
        hold.Set();
        await stopping;

        Assert.Equal(Start.AddSeconds(2.75), decided[^1]);
        Assert.Equal([ActionPhase.Begin], rig.Sink.Phases);
    }
}
