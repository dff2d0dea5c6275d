// Which processor runs the network.
using Microsoft.Extensions.Logging;
using Microsoft.ML.OnnxRuntime;
using StreamActions.Core.Bundles;

namespace StreamActions.Worker.Inference;

/// <summary>Opens sessions on <c>auto</c>, <c>cpu</c> or <c>cuda:N</c>.</summary>
internal static partial class DeviceChoice
{
    /// <summary>The processor that is always there.</summary>
    public const string Cpu = "cpu";

    private const string Auto = "auto";

    /// <summary>Opens a graph. <c>auto</c> falls back to the CPU and says so, whether the provider is missing or there is no device for it.</summary>
    /// <exception cref="BundleException">An explicit CUDA device cannot be used.</exception>
    /// <exception cref="OnnxRuntimeException">The graph cannot be loaded.</exception>
    public static InferenceSession Open(string graph, string device, int threads, ILogger logger)
    {
        if (device == Cpu)
            return OnCpu(graph, threads);
        using var options = Options(threads);
        try
        {
            using var cuda = new OrtCUDAProviderOptions();
            // TF32 rounds every product to 10 bits, and the golden clips would no longer be met.
            cuda.UpdateOptions(new Dictionary<string, string> { ["device_id"] = device == Auto ? "0" : device[(device.IndexOf(':') + 1)..], ["use_tf32"] = "0" });
            options.AppendExecutionProvider_CUDA(cuda);
            return new InferenceSession(graph, options);
        }
        catch (Exception e) when (e is OnnxRuntimeException or EntryPointNotFoundException or DllNotFoundException or NotSupportedException)
        {
            return WithoutCuda(graph, device, threads, e, logger);
        }
    }

    private static InferenceSession WithoutCuda(string graph, string device, int threads, Exception cause, ILogger logger)
    {
        // Where the CPU fails as well, the graph is to blame, and that is what is thrown.
        var session = OnCpu(graph, threads);
        if (device != Auto)
        {
            session.Dispose();
            throw new BundleException(
                $"inference.device: {device} cannot be used ({cause.Message.Split('\n', 2)[0].Trim()}); build with -p:OnnxRuntimeFlavor=Gpu on a machine with CUDA, or say cpu", cause);
        }
        LogCpu(logger);
        return session;
    }

    private static InferenceSession OnCpu(string graph, int threads)
    {
        using var options = Options(threads);
        return new InferenceSession(graph, options);
    }

    private static SessionOptions Options(int threads)
    {
        var options = new SessionOptions { GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL };
        if (threads > 0)
            options.IntraOpNumThreads = threads;
        // Threads that wait give their core back: cameras decode on it.
        options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        return options;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "No CUDA device can be used: the network runs on the CPU")]
    private static partial void LogCpu(ILogger logger);
}
