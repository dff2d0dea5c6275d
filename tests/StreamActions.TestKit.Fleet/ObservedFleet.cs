// The worker's own stages in this process, from the operator's file to the store, with observed cameras.
using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using StreamActions.Worker;
using StreamActions.Worker.Cameras;
using StreamActions.Worker.Configuration;
using StreamActions.Worker.Inference;
using StreamActions.Worker.Running;
using StreamActions.Worker.Telemetry;

namespace StreamActions.TestKit.Fleet;

/// <summary>Settings of the worker of a fleet.</summary>
internal sealed record FleetSettings
{
    /// <summary>The block <c>inference</c>, in YAML's flow style.</summary>
    public string Inference { get; init; } = "{}";

    /// <summary>Whether windows without motion skip inference.</summary>
    public bool MotionGate { get; init; } = true;

    /// <summary>Time between two looks at the states of the cameras. Each look allocates memory.</summary>
    public TimeSpan LookEvery { get; init; } = TimeSpan.FromMilliseconds(20);
}

/// <summary>A running fleet. It observes the stages and replaces none.</summary>
internal sealed class ObservedFleet : IAsyncDisposable
{
    private static readonly TimeSpan PollEvery = TimeSpan.FromMilliseconds(20);

    private readonly IHost _host;
    private readonly CancellationTokenSource _stop = new();
    private readonly LineLog _lines;
    private readonly TimeSpan _lookEvery;
    private readonly Task _looking;

    private ObservedFleet(IHost host, IReadOnlyDictionary<string, ObservedCamera> cameras, LineLog lines, TimeSpan lookEvery)
    {
        (_host, Cameras, _lines, _lookEvery) = (host, cameras, lines, lookEvery);
        Workers = host.Services.GetRequiredService<CameraFleet>().Cameras.ToDictionary(c => c.Name);
        _looking = Task.Run(LookAsync);
    }

    /// <summary>Observations of each camera.</summary>
    public IReadOnlyDictionary<string, ObservedCamera> Cameras { get; }

    /// <summary>The cameras themselves.</summary>
    public IReadOnlyDictionary<string, CameraWorker> Workers { get; }

    /// <summary>The log of the worker.</summary>
    public IReadOnlyCollection<string> Lines => _lines.Lines;

    /// <summary>The slots in which cameras open.</summary>
    public OpeningSlots Slots => _host.Services.GetRequiredService<OpeningSlots>();

    /// <summary>Starts a worker with these cameras.</summary>
    /// <param name="folder">The folder for its file and its store.</param>
    /// <param name="model">The model; the caller disposes it.</param>
    /// <param name="cameras">Addresses by name.</param>
    /// <param name="settings">Settings of the worker; null for the defaults.</param>
    public static async Task<ObservedFleet> StartAsync(
        TemporaryFolder folder, IActionModel model, IReadOnlyDictionary<string, string> cameras, FleetSettings? settings = null)
    {
        settings ??= new();
        var gate = settings.MotionGate ? "true" : "false";
        var path = folder.File("fleet.yaml");
        await File.WriteAllTextAsync(path, $$"""
            model: {{Path.Combine(RepositoryPaths.Root, "models", "demo")}}
            inference: {{settings.Inference}}
            sinks: { store: { path: {{folder.File("events.db")}}, keep: 1d } }
            cameras:
            {{string.Join('\n', cameras.Select(c => $"  {c.Key}: {{ source: \"{c.Value}\", motion-gate: {gate} }}"))}}
            alerts: { fall: { phrases: ["a person falls down"] } }
            """);
        var (file, problems) = StreamActionsFileReader.Read(path, _ => null);
        if (file is null)
            throw new InvalidOperationException(string.Join('\n', problems));
        var observed = cameras.Keys.ToDictionary(name => name, _ => new ObservedCamera());
        LineLog lines = new();
        var host = Build(file, model, observed, lines);
        await host.StartAsync();
        return new(host, observed, lines, settings.LookEvery);
    }

    /// <summary>The status of a camera.</summary>
    public CameraStatus Status(string camera) => Workers[camera].Status;

    /// <summary>Waits until the condition holds.</summary>
    /// <returns>The waiting time; null after the time-out.</returns>
    public static async Task<TimeSpan?> UntilAsync(Func<bool> condition, TimeSpan patience)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            if (TimeProvider.System.GetElapsedTime(began) > patience)
                return null;
            await Task.Delay(PollEvery);
        }
        return TimeProvider.System.GetElapsedTime(began);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _looking;
        await _host.StopAsync();
        _host.Dispose();
        _stop.Dispose();
    }

    private static IHost Build(StreamActionsFile file, IActionModel model, Dictionary<string, ObservedCamera> cameras, LineLog lines)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Logging.AddProvider(lines);
        var configuration = RunningConfiguration.Compile(file, model, lines);
        builder.Services.AddConfiguration(configuration).AddEventSinks(file.Sinks).AddEvents().AddAlerts().AddFleetWatch()
            .AddInference(file.Inference, model).AddCameras(once: false);
        builder.Services.AddSingleton<FrameSourceFactory>(p =>
        {
            FrameSources sources = new(
                model.Manifest.Clip,
                p.GetRequiredService<WorkerMetrics>(),
                p.GetRequiredService<TimeProvider>(),
                p.GetRequiredService<ILogger<FrameSources>>());
            return camera => cameras[camera.Name].Observe(sources.Open(camera));
        });
        return builder.Build();
    }

    private async Task LookAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            foreach (var (name, camera) in Cameras)
                camera.Look(Status(name));
            await Task.Delay(_lookEvery, CancellationToken.None);
        }
    }

    private sealed class LineLog : ILoggerProvider, ILogger
    {
        private readonly ConcurrentQueue<string> _lines = new();

        public IReadOnlyCollection<string> Lines => _lines;

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
                _lines.Enqueue($"{TimeProvider.System.GetUtcNow():HH:mm:ss.fff} {logLevel}: {formatter(state, exception)}");
        }

        public void Dispose()
        {
        }
    }
}
