// Registers the worker's stages as services, one method per stage.
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using StreamActions.Worker.Alerts;
using StreamActions.Worker.Cameras;
using StreamActions.Worker.Configuration;
using StreamActions.Worker.Events;
using StreamActions.Worker.Inference;
using StreamActions.Worker.Running;
using StreamActions.Worker.Sinks;
using StreamActions.Worker.Telemetry;
using StreamActions.Worker.Views;

namespace StreamActions.Worker;

/// <summary>Registers the stages, sinks first and cameras last. Hosted services stop in the reverse order of their registration.</summary>
internal static class WorkerStages
{
    /// <summary>The services that all stages share: the clock, the instruments and the configuration.</summary>
    public static IServiceCollection AddConfiguration(this IServiceCollection services, RunningConfiguration configuration) => services
        .AddMetrics()
        .AddSingleton(TimeProvider.System)
        .AddSingleton(configuration)
        .AddSingleton<WorkerMetrics>();

    /// <summary>Stored events → Kafka, if the operator's file names a broker.</summary>
    public static IServiceCollection AddEventSinks(this IServiceCollection services, SinkOptions options) => services
        .AddSinks(options)
        .AddSingleton<IEventSink>(p => p.GetRequiredService<EventStore>());

    /// <summary>Transitions → stored events.</summary>
    public static IServiceCollection AddEvents(this IServiceCollection services) => services
        .AddSingleton<EventPublisher>()
        .AddSingleton<ITransitionSink>(p => p.GetRequiredService<EventPublisher>())
        .AddSingleton<IVisibilitySink>(p => p.GetRequiredService<EventPublisher>())
        .AddHostedService(p => p.GetRequiredService<EventPublisher>());

    /// <summary>Observations → transitions.</summary>
    public static IServiceCollection AddAlerts(this IServiceCollection services) => services
        .AddSingleton(p => new AlertStage(
            p.GetRequiredService<RunningConfiguration>().Alerts,
            p.GetRequiredService<ITransitionSink>(),
            p.GetRequiredService<TimeProvider>()))
        .AddSingleton<IObservationSink>(p => p.GetRequiredService<AlertStage>())
        .AddSingleton<IViewStatus>(p => p.GetRequiredService<AlertStage>());

    /// <summary>Watches cameras and inference. It is registered before them, so it stops after them and can log the totals.</summary>
    public static IServiceCollection AddFleetWatch(this IServiceCollection services) => services
        .AddSingleton<CapacityCheck>()
        .AddHostedService<FleetWatch>();

    /// <summary>Frames of views → observations.</summary>
    public static IServiceCollection AddInference(this IServiceCollection services, InferenceOptions options, IActionModel model)
    {
        // A short delay of the encoder costs no frame; a longer one would only make all later windows late.
        const int MostWaiting = 3;
        var plan = RunPlan.For(model.Device, options, Environment.ProcessorCount);
        return services
            .AddSingleton(model)
            .AddSingleton(p => new SamplingControl(plan, options.MaxLatency, p.GetRequiredService<TimeProvider>()))
            .AddSingleton(model.Encoder(new(options.Stride, plan.MaxBatch, MostWaiting)))
            .AddSingleton(p => new EncoderQueue(plan.MaxBatch, options.MaxDelay, p.GetRequiredService<TimeProvider>()))
            .AddSingleton<IViewEncoding, EncoderStage>()
            .AddHostedService<EncoderLoop>();
    }

    /// <summary>Cameras → frames of views.</summary>
    /// <param name="services">The services.</param>
    /// <param name="once">True when a recording that fails is not opened again.</param>
    public static IServiceCollection AddCameras(this IServiceCollection services, bool once) => services
        .AddSingleton<FrameSourceFactory>(p =>
            ActivatorUtilities.CreateInstance<FrameSources>(p, p.GetRequiredService<IActionModel>().Manifest.Clip).Open)
        .AddSingleton(p => OpeningSlots.ForFleet(p.GetRequiredService<TimeProvider>()))
        .AddSingleton(Random.Shared)
        .AddSingleton<CameraServices>(p => ActivatorUtilities.CreateInstance<CameraServices>(p))
        .AddSingleton<CameraFactory>(p => (camera, configuration) => Camera(p, camera, configuration, once))
        .AddSingleton(Fleet)
        .AddSingleton<WorkerRuntime>()
        .AddHostedService(p => p.GetRequiredService<CameraFleet>());

    private static CameraFleet Fleet(IServiceProvider p)
    {
        var (configuration, factory) = (p.GetRequiredService<RunningConfiguration>(), p.GetRequiredService<CameraFactory>());
        CameraWorker[] cameras = [.. configuration.File.Cameras.Values.Select(camera => factory(camera, configuration))];
        return new(cameras, p.GetRequiredService<ILogger<CameraFleet>>());
    }

    private static CameraWorker Camera(IServiceProvider p, CameraOptions camera, RunningConfiguration configuration, bool once)
    {
        var clip = p.GetRequiredService<IActionModel>().Manifest.Clip;
        CameraViews views = new(camera, configuration.ViewsOf(camera.Name), clip, p.GetRequiredService<IViewEncoding>());
        return new(camera, FrameSources.Deadlines(camera, clip.SampleFps), once, views, p.GetRequiredService<CameraServices>());
    }
}
