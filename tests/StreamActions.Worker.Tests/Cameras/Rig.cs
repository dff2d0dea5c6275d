// The worker's stages from scripted cameras to a sink, without a host.
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using StreamActions.Video;
using StreamActions.Worker.Alerts;
using StreamActions.Worker.Cameras;
using StreamActions.Worker.Configuration;
using StreamActions.Worker.Events;
using StreamActions.Worker.Inference;
using StreamActions.Worker.Running;
using StreamActions.Worker.Telemetry;
using StreamActions.Worker.Tests.Events;
using StreamActions.Worker.Tests.Inference;
using StreamActions.Worker.Tests.Sinks;
using StreamActions.Worker.Views;

namespace StreamActions.Worker.Tests.Cameras;

internal sealed class Rig : IAsyncDisposable
{
    /// <summary>The longest wait for other threads.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);

    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly EncoderLoop _loop;
    private readonly CameraServices _cameraServices;
    private readonly EncoderStage _encoding;
    private readonly ReaderDeadlines _deadlines;
    private readonly bool _once;

    public Rig(
        StreamActionsFile file, Func<CameraOptions, int, IFrameSource> open, IActionModel? model = null, IEventSink? sink = null,
        bool once = false, ReaderDeadlines? deadlines = null, IVideoEncoder? encoder = null, int parallel = 1)
    {
        // The scripted clock advances while threads wake up. Only tests of deadlines use short ones.
        _deadlines = deadlines ?? new(TimeSpan.FromDays(9), TimeSpan.FromDays(9), TimeSpan.FromDays(9));
        _once = once;
        Model = model ?? new FakeActionModel();
        Metrics = new(Meters);
        Publisher = new(sink ?? Sink, Metrics, Time, Lines.Of<EventPublisher>());
        var configuration = Compile(file);
        Alerts = new(configuration.Alerts, Publisher, Time);
        Queue = new(file.Inference.MaxBatch, file.Inference.MaxDelay, Time);
        Encoder = encoder ?? Model.Encoder(new(file.Inference.Stride, file.Inference.MaxBatch, MostWaiting: 3));
        SamplingControl sampling = new(new("cpu", 1, parallel, file.Inference.MaxBatch), file.Inference.MaxLatency, Time);
        _encoding = new(Encoder, Queue, Alerts, Alerts, sampling, Metrics);
        _loop = new(Queue, Encoder, sampling, Alerts, Metrics, Time, Lines.Of<EncoderLoop>());
        Slots = OpeningSlots.ForFleet(Time);
        var openings = new Dictionary<string, int>();
        _cameraServices = new(
            camera =>
            {
                lock (openings)
                    return open(camera, openings[camera.Name] = openings.GetValueOrDefault(camera.Name) + 1);
            },
            Slots, Publisher, Metrics, Time, new Random(1), Lines.Of<CameraWorker>());
        Fleet = new([.. file.Cameras.Values.Select(camera => Camera(camera, configuration))], Lines.Of<CameraFleet>());
        Runtime = new(configuration, Fleet, Queue, Alerts, Camera);
    }

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));

    public FakeSink Sink { get; } = new();

    public Lines Lines { get; } = new();

    public IActionModel Model { get; }

    public OpeningSlots Slots { get; }

    public WorkerMetrics Metrics { get; }

    public IMeterFactory Meters => _services.GetRequiredService<IMeterFactory>();

    public EncoderQueue Queue { get; }

    public IVideoEncoder Encoder { get; }

    public AlertStage Alerts { get; }

    public EventPublisher Publisher { get; }

    public CameraFleet Fleet { get; }

    public WorkerRuntime Runtime { get; }

    public IReadOnlyDictionary<string, CameraWorker> Cameras => Fleet.Cameras.ToDictionary(c => c.Name);

    /// <summary>Whether a meter belongs to this rig.</summary>
    public bool Owns(Meter meter) => ReferenceEquals(meter.Scope, Meters);

    public RunningConfiguration Compile(StreamActionsFile file) =>
        RunningConfiguration.Compile(file, Model, Lines.Of<RunningConfiguration>());

    public async Task StartAsync()
    {
        await Publisher.StartAsync(CancellationToken.None);
        await _loop.StartAsync(CancellationToken.None);
        await Fleet.StartAsync(CancellationToken.None);
    }

    /// <summary>Completes when every recording is over.</summary>
    public Task AllEndedAsync() => Fleet.AllEnded.WaitAsync(Timeout, TestContext.Current.CancellationToken);

    /// <summary>Stops the stages in the host's order: cameras, encoder, publisher.</summary>
    public async Task StopAsync()
    {
        await Fleet.StopAsync(CancellationToken.None).WaitAsync(Timeout, TestContext.Current.CancellationToken);
        await _loop.StopAsync(CancellationToken.None).WaitAsync(Timeout, TestContext.Current.CancellationToken);
        // The grace period runs on the scripted clock: a test with a stalled store must not wait for it.
        var stopping = Publisher.StopAsync(CancellationToken.None);
        if (await Task.WhenAny(stopping, Task.Delay(TimeSpan.FromSeconds(3))) != stopping)
            Time.Advance(EventPublisher.Grace);
        await stopping.WaitAsync(Timeout, TestContext.Current.CancellationToken);
    }

    /// <summary>Waits until a condition holds. Advances the clock by a step between checks.</summary>
    public async Task UntilAsync(Func<bool> condition, TimeSpan step = default)
    {
        using var timeout = new CancellationTokenSource(Timeout);
        while (!condition())
        {
            if (step > TimeSpan.Zero)
                Time.Advance(step);
            await Task.Delay(1, timeout.Token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Runtime.Dispose();
        Publisher.Dispose();
        Fleet.Dispose();
        Model.Dispose();
        Queue.Dispose();
        _services.Dispose();
    }

    private CameraWorker Camera(CameraOptions camera, RunningConfiguration configuration)
    {
        CameraViews views = new(camera, configuration.ViewsOf(camera.Name), Model.Manifest.Clip, _encoding);
        return new(camera, _deadlines, _once, views, _cameraServices);
    }
}
