// Opens a graph on the CPU or on a GPU.
using Microsoft.Extensions.Logging;
using Microsoft.ML.OnnxRuntime;
using StreamActions.Core.Bundles;

namespace StreamActions.Worker.Inference;

/// <summary>Opens sessions on the devices <c>auto</c>, <c>cpu</c> and <c>cuda:N</c>.</summary>
internal static partial class DeviceChoice
{
    /// <summary>The number of the device <c>cuda:N</c>.</summary>
    public static int IndexOf(string device) =>
        int.Parse(device.AsSpan(device.IndexOf(':', StringComparison.Ordinal) + 1), System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>The name of the CPU, which every machine has.</summary>
    public const string Cpu = "cpu";

    private const string Auto = "auto";

    /// <summary>Opens a graph. <c>auto</c> falls back to the CPU and logs it when the CUDA provider or a CUDA device is missing.</summary>
    /// <param name="graphFor">Path of the graph for a GPU (true) or for the CPU.</param>
    /// <param name="device"><c>auto</c>, <c>cpu</c> or <c>cuda:N</c>.</param>
    /// <param name="threads">Threads of one run; 0 lets the runtime choose.</param>
    /// <param name="logger">Logs the fall back to the CPU.</param>
    /// <param name="cudaGraphs">Whether a GPU records runs as CUDA graphs.</param>
    /// <returns>The session, and the device that was opened: <c>cpu</c> or <c>cuda:N</c>.</returns>
    /// <exception cref="BundleException">The device <c>cuda:N</c> cannot be used.</exception>
    /// <exception cref="OnnxRuntimeException">The graph cannot be loaded.</exception>
    public static (InferenceSession Session, string Device) Open(
        Func<bool, string> graphFor, string device, int threads, ILogger logger, bool cudaGraphs = false)
    {
        if (device == Cpu)
            return (OnCpu(graphFor(false), threads), Cpu);
        using var options = Options(threads);
        var index = device == Auto ? "0" : device[(device.IndexOf(':') + 1)..];
        try
        {
            using var cuda = new OrtCUDAProviderOptions();
            cuda.UpdateOptions(new Dictionary<string, string>
            {
                ["device_id"] = index,
                // TF32 rounds factors to 10 bits. The outputs would then deviate from the golden clips by more than the bound.
                ["use_tf32"] = "0",
                // An exhaustive search takes seconds, and each batch size would need one.
                ["cudnn_conv_algo_search"] = "HEURISTIC",
                ["enable_cuda_graph"] = cudaGraphs ? "1" : "0",
            });
            options.AppendExecutionProvider_CUDA(cuda);
            return (new InferenceSession(graphFor(true), options), $"cuda:{index}");
        }
        catch (Exception e) when (e is OnnxRuntimeException or EntryPointNotFoundException or DllNotFoundException or NotSupportedException)
        {
            return (WithoutCuda(graphFor(false), device, threads, e, cudaGraphs, logger), Cpu);
        }
    }

    private static InferenceSession WithoutCuda(
        string graph, string device, int threads, Exception cause, bool cudaGraphs, ILogger logger)
    {
        // If the CPU fails too, the graph is invalid, and this error is thrown instead of one about the device.
        var session = OnCpu(graph, threads);
        if (device != Auto)
        {
            session.Dispose();
            var reason = cause.Message.Split('\n', 2)[0].Trim();
            throw new BundleException(
                $"inference.device: {device} cannot be used ({reason}); build with -p:OnnxRuntimeFlavor=Gpu and run on a machine "
                + $"with CUDA, or set inference.device to cpu{(cudaGraphs ? ", or inference.cuda-graphs to false" : "")}", cause);
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
        // Without spinning, waiting threads leave their cores to the cameras' decoders.
        options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        return options;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "No CUDA device can be used: inference runs on the CPU")]
    private static partial void LogCpu(ILogger logger);
}
