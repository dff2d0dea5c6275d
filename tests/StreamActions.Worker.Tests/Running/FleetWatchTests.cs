// An overloaded camera becomes blind and sees again; the status line and the totals.
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using StreamActions.TestKit;
using StreamActions.Video;
using StreamActions.Worker.Events;
using StreamActions.Worker.Running;
using StreamActions.Worker.Tests.Alerts;
using StreamActions.Worker.Tests.Cameras;
using StreamActions.Worker.Tests.Inference;
using StreamActions.Worker.Tests.Telemetry;
using StreamActions.Worker.Views;

namespace StreamActions.Worker.Tests.Running;

public sealed class FleetWatchTests
{
    private static readonly View Dock = new("dock", null);

    [Fact]
    public async Task ExecuteAsync_MostWindowsDropped_ReportsOverloadUntilNoneIsDropped()
    {
        var silent = SampleAlerts.Dock with { Source = new(SourceKind.Stream, "rtsp://dock", "rtsp://dock") };
        Rig? made = null;
        await using var rig = made = new(SampleAlerts.File([silent], SampleAlerts.Fight), (_, _) => FakeFrameSource.Silent(made!.Time));
        using var watch = new FleetWatch(rig.Fleet, rig.Queue, rig.Alerts, rig.Metrics, rig.Time, rig.Lines.Of<FleetWatch>());
        using Measurements dropped = new(rig.Meters, "streamactions.windows.dropped");
        await watch.StartAsync(TestContext.Current.CancellationToken);

        // The encoder does not run, so the queue drops all windows except the newest.
        for (var i = 0; i < 10; i++)
            rig.Queue.Post(Pictures.Step(Dock, i));
        await rig.UntilAsync(() => rig.Sink.Events.Count == 1, TimeSpan.FromSeconds(1));
        Assert.Equal((9, "dock/replaced"), Assert.Single(dropped.Seen));
        Assert.Equal((true, "overload"), rig.Sink.Events.Cast<CameraEvent>().Select(e => (e.Blind, e.Reason)).Single());

        rig.Queue.TakeNow();
        rig.Queue.Post(Pictures.Step(Dock, 20));
        await rig.UntilAsync(() => rig.Sink.Events.Count == 2, TimeSpan.FromSeconds(1));
        Assert.False(((CameraEvent)rig.Sink.Events[1]).Blind);

        await rig.UntilAsync(() => Logged(rig, "0 of 1 cameras live, 1 connecting, "), TimeSpan.FromSeconds(1));
        Assert.Equal([("connecting", 1)], StatesOf(rig).Where(s => s.Value != 0));
        await watch.StopAsync(TestContext.Current.CancellationToken);
        Assert.True(Logged(rig, "0 frames, 0 windows decided, 0 skipped as still, 9 dropped"));
    }

    private static bool Logged(Rig rig, string text) =>
        rig.Lines.At(LogLevel.Information).Any(line => line.Contains(text, StringComparison.Ordinal));

    private static List<(string State, int Value)> StatesOf(Rig rig)
    {
        List<(string, int)> states = [];
        using MeterListener listener = new();
        listener.InstrumentPublished = (instrument, _) =>
        {
            if (instrument.Name == "streamactions.camera.state" && rig.Owns(instrument.Meter))
                listener.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<int>((_, value, tags, _) =>
            states.Add((tags.ToArray().Single(tag => tag.Key == "state").Value!.ToString()!, value)));
        listener.Start();
        listener.RecordObservableInstruments();
        return states;
    }
}
