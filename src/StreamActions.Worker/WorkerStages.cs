// The worker's stages as services, one method a stage, in the order in which data flows.
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using StreamActions.Video;
using StreamActions.Worker.Batches;
using StreamActions.Worker.Cameras;
using StreamActions.Worker.Configuration;
using StreamActions.Worker.Decisions;
using StreamActions.Worker.Inference;
using StreamActions.Worker.Sinks;
using StreamActions.Worker.Telemetry;

namespace StreamActions.Worker;

/// <summary>Registers the stages. Hosted services stop in the reverse order of their registration: cameras first, the sinks last.</summary>
internal static class WorkerStages
{
    /// <summary>What every stage shares: the clock, the operator's file, the instruments.</summary>
    public static IServiceCollection AddOperatorsFile(this IServiceCollection services, StreamActionsFile file) => services
        .AddMetrics()
        .AddSingleton(TimeProvider.System)
        .AddSingleton(file)
        .AddSingleton<WorkerMetrics>();

    /// <summary>Events: stored, and relayed when Kafka is named.</summary>
    public static IServiceCollection AddEventSinks(this IServiceCollection services, StreamActionsFile file) => services
        .AddSinks(file.Sinks)
        .AddSingleton<IEventSink>(p => p.GetRequiredService<EventStore>());

    /// <summary>Scores → events.</summary>
    public static IServiceCollection AddDecisions(this IServiceCollection services) => services
        .AddSingleton(p =>
        {
            var (file, model) = (p.GetRequiredService<StreamActionsFile>(), p.GetRequiredService<IActionModel>());
            return new Decider(
                file,
                AlertScorers.Make(file, model, p.GetRequiredService<ILogger<Decider>>()),
                new(model.Manifest.Name, model.Manifest.Version, model.Sha256),
                p.GetRequiredService<IEventSink>(), p.GetRequiredService<WorkerMetrics>(), p.GetRequiredService<TimeProvider>(),
                p.GetRequiredService<ILogger<Decider>>(), model.Manifest.Clip.FrameInterval * file.Inference.Stride);
        });

    /// <summary>Windows → batches → scores.</summary>
    public static IServiceCollection AddInference(this IServiceCollection services, InferenceOptions options, IActionModel model) => services
        .AddSingleton(model)
        .AddSingleton(p => new BatchCollector(options.MaxBatch, options.MaxDelay, p.GetRequiredService<TimeProvider>()))
        .AddHostedService<InferenceLoop>();

    /// <summary>Cameras → windows.</summary>
    /// <param name="services">The services.</param>
    /// <param name="once">True when every recording is read once, and nobody waits for one that fails.</param>
    public static IServiceCollection AddCameras(this IServiceCollection services, bool once) => services
        .AddSingleton<FrameSourceFactory>(p => new FrameSources(
            p.GetRequiredService<IActionModel>().Manifest.Clip, p.GetRequiredService<WorkerMetrics>(), p.GetRequiredService<TimeProvider>(),
            p.GetRequiredService<ILogger<FrameSources>>()).Open)
        .AddSingleton(p => OpeningSlots.ForFleet(p.GetRequiredService<TimeProvider>()))
        .AddSingleton(p => Fleet(p, once))
        .AddHostedService(p => p.GetRequiredService<CameraFleet>());

    /// <summary>An eye on all of it. Registered before what it watches, it stops last and can say what was done.</summary>
    public static IServiceCollection AddFleetWatch(this IServiceCollection services) => services.AddHostedService<FleetWatch>();

    private static CameraFleet Fleet(IServiceProvider p, bool once)
    {
        var file = p.GetRequiredService<StreamActionsFile>();
        var views = Decider.ViewsOf(file).Select(v => v.View).ToLookup(v => v.Camera);
        return new(
        [
            .. file.Cameras.Values.Select(camera => new CameraWorker(
                camera, views[camera.Name], p.GetRequiredService<IActionModel>().Manifest, file.Inference.Stride, p.GetRequiredService<FrameSourceFactory>(),
                p.GetRequiredService<OpeningSlots>(), ReaderDeadlines.For(camera.Source.Kind, p.GetRequiredService<IActionModel>().Manifest.Clip.SampleFps),
                p.GetRequiredService<BatchCollector>(), p.GetRequiredService<Decider>(), p.GetRequiredService<IEventSink>(), p.GetRequiredService<WorkerMetrics>(),
                p.GetRequiredService<TimeProvider>(), Random.Shared, once, p.GetRequiredService<ILogger<CameraWorker>>())),
        ], p.GetRequiredService<ILogger<CameraFleet>>());
    }
}
