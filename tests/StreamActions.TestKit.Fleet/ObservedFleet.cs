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

/// <summary>A running fleet. It observes the stages and replaces none.</summary>
internal sealed class ObservedFleet : IAsyncDisposable
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(20);

    private readonly IHost _host;
    private readonly CancellationTokenSource _stop = new();
    private readonly LineLog _lines;
    private readonly Task _looking;

    private ObservedFleet(IHost host, IReadOnlyDictionary<string, ObservedCamera> cameras, LineLog lines)
    {
        (_host, Cameras, _lines) = (host, cameras, lines);
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
    public static async Task<ObservedFleet> StartAsync(
        TemporaryFolder folder, IActionModel model, IReadOnlyDictionary<string, string> cameras)
    {
        var path = folder.File("fleet.yaml");
        await File.WriteAllTextAsync(path, $$"""
            model: {{Path.Combine(RepositoryPaths.Root, "models", "demo")}}
            sinks: { store: { path: {{folder.File("events.db")}}, keep: 1d } }
            cameras:
            {{string.Join('\n', cameras.Select(c => $"  {c.Key}: {{ source: \"{c.Value}\" }}"))}}
            alerts: { fall: { phrases: ["a person falls down"] } }
            """);
        var (file, problems) = StreamActionsFileReader.Read(path, _ => null);
        if (file is null)
            throw new InvalidOperationException(string.Join('\n', problems));
        var observed = cameras.Keys.ToDictionary(name => name, _ => new ObservedCamera());
        LineLog lines = new();
        var host = Build(file, model, observed, lines);
        await host.StartAsync();
        return new(host, observed, lines);
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
            await Task.Delay(LookEvery);
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
            await Task.Delay(LookEvery, CancellationToken.None);
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
