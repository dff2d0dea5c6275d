// Opens the model, and opens it again with more threads when a run with one thread is too slow for a camera.
using Microsoft.Extensions.Logging;
using StreamActions.Core.Bundles;
using StreamActions.Worker.Configuration;

namespace StreamActions.Worker.Inference;

/// <summary>Chooses the threads of a run on a CPU by measuring, when the operator leaves threads and runs open.</summary>
internal static partial class ThreadChoice
{
    /// <summary>Opens a bundle.</summary>
    /// <param name="bundle">The bundle, its hashes checked.</param>
    /// <param name="options">The operator's settings.</param>
    /// <param name="cameras">Cameras at their own speed: live ones, and recordings at <c>pace: realtime</c>.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Logs what was chosen.</param>
    /// <returns>The model, and the settings with the chosen threads.</returns>
    /// <exception cref="BundleException">As of <see cref="OnnxActionModel.Open"/>.</exception>
    public static (OnnxActionModel Model, InferenceOptions Options) Open(
        ModelBundle bundle, InferenceOptions options, int cameras, TimeProvider time, ILogger logger)
    {
        var model = OnnxActionModel.Open(bundle, options, logger);
        try
        {
            if (options.Threads > 0 || options.Parallel > 0 || model.Device != DeviceChoice.Cpu)
                return (model, options);
            var clip = bundle.Manifest.Clip;
            var encoder = model.Encoder(new(options.Stride, MaxBatch: 1, MostWaiting: 1));
            var run = CapacityProbe.Measure(encoder, clip, new(model.Device, Threads: 1, Parallel: 1, MaxBatch: 1), time).Alone;
            var interval = clip.FrameInterval * (encoder.RunsEveryFrame ? 1 : options.Stride);
            var threads = RunPlan.ThreadsFor(run, interval, cameras, Environment.ProcessorCount);
            if (threads == 1)
                return (model, options);
            LogThreads(logger, threads, run.TotalMilliseconds, interval.TotalMilliseconds);
            model.Dispose();
            options = options with { Threads = threads };
            model = OnnxActionModel.Open(bundle, options, logger);
            return (model, options);
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    [LoggerMessage(Level = LogLevel.Information,
        Message = "A run with one thread takes {Run:f0} ms, and a camera needs one each {Interval:f0} ms: a run gets {Threads} threads")]
    private static partial void LogThreads(ILogger logger, int threads, double run, double interval);
}
