// An overloaded camera becomes blind and sees again; a thinned one is named; the status line and the totals.
using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using StreamActions.TestKit;
using StreamActions.Video;
using StreamActions.Worker.Events;
using StreamActions.Worker.Inference;
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
        using var watch = new FleetWatch(rig.Fleet, rig.Queue, rig.Encoder, rig.Alerts, rig.Metrics, rig.Time, rig.Lines.Of<FleetWatch>());
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

    [Fact]
    public async Task ExecuteAsync_WindowsThinned_NamesRateOnceAndCountsCoverage()
    {
        var silent = SampleAlerts.Dock with { Source = new(SourceKind.Stream, "rtsp://dock", "rtsp://dock") };
        Rig? made = null;
        await using var rig = made = new(SampleAlerts.File([silent], SampleAlerts.Fight), (_, _) => FakeFrameSource.Silent(made!.Time));
        using var watch = new FleetWatch(rig.Fleet, rig.Queue, rig.Encoder, rig.Alerts, rig.Metrics, rig.Time, rig.Lines.Of<FleetWatch>());
        using Measurements thinned = new(rig.Meters, "streamactions.windows.thinned");
        await watch.StartAsync(TestContext.Current.CancellationToken);

        Windows(decided: 13, skipped: 27);
        await rig.UntilAsync(() => Warnings().Any(), TimeSpan.FromSeconds(1));
        Assert.Equal((27, "dock"), Assert.Single(thinned.Seen));
        Assert.Equal([("dock", 0.325)], CoverageOf(rig));
        Windows(decided: 14, skipped: 26);
        await rig.UntilAsync(() => thinned.Seen.Count == 2, TimeSpan.FromSeconds(1));
        await rig.UntilAsync(() => CoverageOf(rig).Single().Share == 1, TimeSpan.FromSeconds(1));
        Windows(decided: 40, skipped: 0);
        await rig.UntilAsync(() => Logged(rig, "Camera dock is watched at all 4 windows/s again"), TimeSpan.FromSeconds(1));

        Assert.Equal(
            ["Camera dock is watched at 1.3 windows/s of 4: inference is at its limit (use a larger stride, fewer cameras, or a GPU)"],
            Warnings());
        Assert.Empty(rig.Sink.Events);
        await watch.StopAsync(TestContext.Current.CancellationToken);
        Assert.True(Logged(rig, "0 dropped, 53 thinned"));

        IEnumerable<string> Warnings() => rig.Lines.At(LogLevel.Warning).Where(l => l.Contains("is watched at", StringComparison.Ordinal));

        void Windows(int decided, int skipped)
        {
            for (var i = 0; i < decided; i++)
            {
                rig.Queue.Post(Pictures.Step(Dock));
                foreach (var step in rig.Queue.TakeNow())
                    step.Dispose();
            }
            for (var i = 0; i < skipped; i++)
                rig.Queue.Count(Dock, WindowOutcome.Thinned);
        }
    }

    [Fact]
    public async Task ExecuteAsync_FramesButNoWindow_IsBlindInStatusMetricAndEvent()
    {
        var live = SampleAlerts.Dock with { Source = new(SourceKind.Stream, "rtsp://dock", "rtsp://dock"), Health = new(null, null, null) };
        Rig? made = null;
        await using var rig = made = new(SampleAlerts.File([live], SampleAlerts.Fight), (_, _) => new OnePictureASecond(made!.Time));
        using var watch = new FleetWatch(rig.Fleet, rig.Queue, rig.Encoder, rig.Alerts, rig.Metrics, rig.Time, rig.Lines.Of<FleetWatch>());
        await rig.StartAsync();
        await watch.StartAsync(TestContext.Current.CancellationToken);

        await rig.UntilAsync(() => rig.Sink.Events.Count == 1, TimeSpan.FromMilliseconds(50));

        var blind = Assert.IsType<CameraEvent>(rig.Sink.Events[0]);
        Assert.Equal((true, "starved"), (blind.Blind, blind.Reason));
        Assert.Contains("pictures a second; the model needs", blind.Detail, StringComparison.Ordinal);
        Assert.Equal([("blind", 1)], StatesOf(rig).Where(s => s.Value != 0));
        await rig.UntilAsync(() => Logged(rig, "0 of 1 cameras live, 1 blind (starved), "), TimeSpan.FromMilliseconds(50));
        await watch.StopAsync(TestContext.Current.CancellationToken);
    }

    // A camera of one frame a second, on the scripted clock.
    private sealed class OnePictureASecond(TimeProvider time) : IFrameSource
    {
        public async IAsyncEnumerable<Frame> ReadAsync([EnumeratorCancellation] CancellationToken cancellation)
        {
            for (var k = 0L; ; k++)
            {
                var frame = Frame.Rent(32, 18, time.GetUtcNow(), time.GetTimestamp(), k);
                frame.Pixels.Fill((byte)k);
                yield return frame;
                await Task.Delay(TimeSpan.FromSeconds(1), time, cancellation);
            }
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    private static List<(string Camera, double Share)> CoverageOf(Rig rig)
    {
        List<(string, double)> coverage = [];
        using MeterListener listener = new();
        listener.InstrumentPublished = (instrument, _) =>
        {
            if (instrument.Name == "streamactions.camera.coverage" && rig.Owns(instrument.Meter))
                listener.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<double>((_, value, tags, _) => coverage.Add((tags[0].Value!.ToString()!, value)));
        listener.Start();
        listener.RecordObservableInstruments();
        return coverage;
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
