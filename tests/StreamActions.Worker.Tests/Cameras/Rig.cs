// The whole way from scripted cameras to a sink, with the real stages between.
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using StreamActions.Video;
using StreamActions.Worker.Batches;
using StreamActions.Worker.Cameras;
using StreamActions.Worker.Configuration;
using StreamActions.Worker.Decisions;
using StreamActions.Worker.Inference;
using StreamActions.Worker.Sinks;
using StreamActions.Worker.Telemetry;
using StreamActions.Worker.Tests.Decisions;
using StreamActions.Worker.Tests.Inference;
using StreamActions.Worker.Tests.Sinks;

namespace StreamActions.Worker.Tests.Cameras;

internal sealed class Rig : IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _running = [];
    private readonly InferenceLoop _inference;

    public Rig(StreamActionsFile file, Func<CameraOptions, int, IFrameSource> open, IActionModel? model = null, IEventSink? sink = null, bool once = false,
        ReaderDeadlines? deadlines = null)
    {
        Model = model ?? new FakeActionModel();
        sink ??= Sink;
        Metrics = new(_services.GetRequiredService<IMeterFactory>());
        Collector = new(file.Inference.MaxBatch, file.Inference.MaxDelay, Time);
        Decider = new(file, AlertScorers.Make(file, Model, Lines.Of<Decider>()), new("fake", "1", new('a', 64)), sink, Metrics, Time, Lines.Of<Decider>());
        _inference = new(Collector, Model, Decider, Metrics, Time, Lines.Of<InferenceLoop>());
        var openings = new Dictionary<string, int>();
        var views = Decider.ViewsOf(file).Select(v => v.View).ToLookup(v => v.Camera);
        Slots = OpeningSlots.ForFleet(Time);
        // The scripted clock runs on while threads wake up: only tests of deadlines have any.
        deadlines ??= new(TimeSpan.FromDays(9), TimeSpan.FromDays(9), TimeSpan.FromDays(9));
        Cameras = file.Cameras.Values.ToDictionary(c => c.Name, c => new CameraWorker(
            c, views[c.Name], Model.Manifest, file.Inference.Stride,
            camera =>
            {
                lock (openings)
                    return open(camera, openings[camera.Name] = openings.GetValueOrDefault(camera.Name) + 1);
            },
            Slots, deadlines, Collector, Decider, sink, Metrics, Time, new Random(1), once, Lines.Of<CameraWorker>()));
    }

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));

    public FakeSink Sink { get; } = new();

    public Lines Lines { get; } = new();

    public IActionModel Model { get; }

    public OpeningSlots Slots { get; }

    public WorkerMetrics Metrics { get; }

    public IMeterFactory Meters => _services.GetRequiredService<IMeterFactory>();

    public BatchCollector Collector { get; }

    public Decider Decider { get; }

    public IReadOnlyDictionary<string, CameraWorker> Cameras { get; }

    /// <summary>Whether a meter is this rig's, and not another test's.</summary>
    public bool Owns(Meter meter) => ReferenceEquals(meter.Scope, _services.GetRequiredService<IMeterFactory>());

    public async Task StartAsync()
    {
        await _inference.StartAsync(CancellationToken.None);
        _running.AddRange(Cameras.Values.Select(c => Task.Run(() => c.RunAsync(_stop.Token))));
    }

    /// <summary>Until every recording is over.</summary>
    public Task AllEndedAsync() => Task.WhenAll(_running).WaitAsync(Patience, TestContext.Current.CancellationToken);

    /// <summary>As the host does it: cameras first, then inference.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await AllEndedAsync();
        await _inference.StopAsync(CancellationToken.None).WaitAsync(Patience, TestContext.Current.CancellationToken);
    }

    /// <summary>Waits for something that other threads bring about, moving the clock a little each time.</summary>
    public async Task UntilAsync(Func<bool> condition, TimeSpan step = default)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!condition())
        {
            if (step > TimeSpan.Zero)
                Time.Advance(step);
            await Task.Delay(1, patience.Token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Model.Dispose();
        _stop.Dispose();
        _services.Dispose();
    }
}
