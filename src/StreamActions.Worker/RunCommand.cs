// The run verb: checks the configuration, the readers and the model, then starts the stages.
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using StreamActions.Core.Bundles;
using StreamActions.Core.Text;
using StreamActions.Video;
using StreamActions.Worker.Alerts;
using StreamActions.Worker.Cameras;
using StreamActions.Worker.Configuration;
using StreamActions.Worker.Inference;
using StreamActions.Worker.Running;
using StreamActions.Worker.Sinks;
using StreamActions.Worker.Telemetry;

namespace StreamActions.Worker;

/// <summary>The <c>run</c> verb.</summary>
internal static class RunCommand
{
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(9);

    /// <summary>Runs until a signal, or with <paramref name="untilEnd"/> until every recording is over.</summary>
    /// <returns>0 after an orderly end, 1 when the worker could not start or a recording could not be read to its end.</returns>
    public static async Task<int> RunAsync(string configuration, bool untilEnd, TextWriter errors, CancellationToken cancellation)
    {
        var outcome = StreamActionsFileReader.Read(configuration, Environment.GetEnvironmentVariable);
        if (outcome.File is not { } file)
            return Refuse(errors, outcome.Problems.Select(p => p.ToString()));
        foreach (var warning in outcome.Warnings)
            await errors.WriteLineAsync($"warning: {warning}").ConfigureAwait(false);
        var secrets = outcome.Secrets;
        using var logging = LoggerFactory.Create(builder => Console(builder, secrets));
        OnnxActionModel? model = null;
        try
        {
            FrameSources.CheckReaders(file.Cameras.Values);
            var opened = ThreadChoice.Open(
                ModelBundle.Open(file.Model),
                file.Inference,
                file.Cameras.Values.Count(c => c.Enabled && c.Pace != RecordingPace.Fast),
                TimeProvider.System,
                logging.CreateLogger<OnnxActionModel>());
            (model, file) = (opened.Model, file with { Inference = opened.Options });
            if (AlertCompiler.Problems(file, model) is { Count: > 0 } missing)
                return Refuse(errors, missing.Select(m => secrets.Redact($"{configuration}: {m}")));
            var logger = logging.CreateLogger<RunningConfiguration>();
            var cache = PhraseCache.Beside(file.Sinks.Store.Path, logger);
            var running = await RunningConfiguration.CompileAsync(file, model, logger, cache).ConfigureAwait(false);
            using var host = Build(running, secrets, model, untilEnd);
            // Creates all stages before any starts, so that a stage which cannot be created fails here.
            _ = host.Services.GetServices<IHostedService>().ToArray();
            host.Services.GetRequiredService<CapacityCheck>().Run(running, model.Manifest.Clip);
            var lifetime = host.Services.GetRequiredService<IHostApplicationLifetime>();
            var fleet = host.Services.GetRequiredService<CameraFleet>();
            if (untilEnd)
                _ = fleet.AllEnded.ContinueWith(_ => lifetime.StopApplication(), TaskScheduler.Default);
            // Runs until the host stops the stages in order. Disposing the host disposes them, the store last.
            await host.RunAsync(cancellation).ConfigureAwait(false);
            // With untilEnd, an offline camera is a recording that was not read to its end.
            return untilEnd && fleet.Cameras.Any(c => c.Status.State == CameraState.Offline) ? 1 : 0;
        }
        catch (Exception e) when (e is BundleException or SourceException or SinkException)
        {
            return Refuse(errors, [secrets.Redact(e.Message)]);
        }
        finally
        {
            model?.Dispose();
        }
    }

    private static IHost Build(RunningConfiguration configuration, Secrets secrets, OnnxActionModel model, bool untilEnd)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        Console(builder.Logging, secrets);
        builder.Services
            .Configure<HostOptions>(o => o.ShutdownTimeout = ShutdownTimeout)
            .AddConfiguration(configuration)
            .AddEventSinks(configuration.File.Sinks)
            .AddEvents()
            .AddAlerts()
            .AddFleetWatch()
            .AddInference(configuration.File.Inference, model)
            .AddCameras(once: untilEnd);
        return builder.Build();
    }

    private static void Console(ILoggingBuilder logging, Secrets secrets) => logging
        .SetMinimumLevel(LogLevel.Information)
        .AddFilter("Microsoft", LogLevel.Warning)
        .AddConsole(o => o.FormatterName = ConsoleLineFormatter.FormatterName)
        .AddConsoleFormatter<ConsoleLineFormatter, ConsoleFormatterOptions>()
        .Services.AddSingleton(secrets).TryAddSingleton(TimeProvider.System);

    private static int Refuse(TextWriter errors, IEnumerable<string> problems)
    {
        foreach (var problem in problems)
            errors.WriteLine($"error: {problem}");
        return 1;
    }
}
