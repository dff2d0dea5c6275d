// Which processor runs the network.
using Microsoft.Extensions.Logging;
using Microsoft.ML.OnnxRuntime;
using StreamActions.Core.Bundles;

namespace StreamActions.Worker.Inference;

/// <summary>Turns <c>auto</c>, <c>cpu</c> or <c>cuda:N</c> into session options.</summary>
internal static partial class DeviceChoice
{
    /// <summary>Options for a session. <c>auto</c> falls back to the CPU and says so once.</summary>
    /// <exception cref="BundleException">An explicit CUDA device cannot be used.</exception>
    public static SessionOptions Options(string device, int threads, ILogger logger)
    {
        var options = new SessionOptions { GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL };
        if (threads > 0)
            options.IntraOpNumThreads = threads;
        // Threads that wait give their core back: cameras decode on it.
        options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        if (device == "cpu")
            return options;
        try
        {
            using var cuda = new OrtCUDAProviderOptions();
            // TF32 rounds every product to 10 bits, and the golden clips would no longer be met.
            cuda.UpdateOptions(new Dictionary<string, string> { ["device_id"] = device == "auto" ? "0" : device[(device.IndexOf(':') + 1)..], ["use_tf32"] = "0" });
            options.AppendExecutionProvider_CUDA(cuda);
        }
        catch (Exception e) when (e is OnnxRuntimeException or EntryPointNotFoundException or DllNotFoundException or NotSupportedException)
        {
            if (device != "auto")
            {
                options.Dispose();
                throw new BundleException($"inference.device: {device} cannot be used ({Line(e.Message)}); build with -p:OnnxRuntimeFlavor=Gpu on a machine with CUDA, or say cpu", e);
            }
            LogCpu(logger);
        }
        return options;
    }

    private static string Line(string message) => message.Split('\n', 2)[0].Trim();

    [LoggerMessage(Level = LogLevel.Information, Message = "No CUDA device can be used: the network runs on the CPU")]
    private static partial void LogCpu(ILogger logger);
}
