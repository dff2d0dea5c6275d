// One graph of a bundle, opened on a device as the worker opens it.
using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using StreamActions.Core.Bundles;
using StreamActions.Worker.Inference;

namespace StreamActions.DeviceCheck;

/// <summary>A window or pool graph on a device. Any graph can be chosen, also one that the worker would not take for the device.</summary>
/// <param name="Video">The part that runs it.</param>
/// <param name="Memory">The device's memory.</param>
/// <param name="Seconds">Time of opening the session.</param>
internal sealed record OpenedGraph(IOnnxVideo Video, IDeviceMemory Memory, double Seconds) : IDisposable
{
    /// <summary>Opens a graph.</summary>
    /// <param name="bundle">The bundle.</param>
    /// <param name="graph">One of its window or pool graphs.</param>
    /// <param name="device">cpu or cuda:N.</param>
    /// <param name="cudaGraphs">
    /// Whether runs are recorded as CUDA graphs. On a CPU, only the batch sizes are as if they were.
    /// </param>
    /// <exception cref="BundleException">The device cannot be used.</exception>
    public static OpenedGraph Open(ModelBundle bundle, BundleGraph graph, string device, bool cudaGraphs)
    {
        var started = Stopwatch.GetTimestamp();
        var gpu = device != DeviceChoice.Cpu;
        var (session, _) = DeviceChoice.Open(_ => bundle.PathOf(graph.File), device, 0, NullLogger.Instance, cudaGraphs);
        IDeviceMemory memory = gpu ? new CudaMemory(DeviceChoice.IndexOf(device)) : new HostMemory();
        IOnnxVideo video = graph.Form == GraphForm.Pool
            ? new OnnxPoolModel(new(session, bundle.Manifest, memory, cudaGraphs))
            : new OnnxWindowModel(session, bundle.Manifest, gpu);
        return new(video, memory, Stopwatch.GetElapsedTime(started).TotalSeconds);
    }

    /// <summary>Largest difference from the golden clips' outputs, which a CPU computed in fp32.</summary>
    public double Deviation(ModelBundle bundle) =>
        GoldenReplay.Measure(bundle, Video.RunClips, _ => GoldenClips.Read(bundle).TextEmbeddings).Video;

    /// <inheritdoc/>
    public void Dispose() => Video.Dispose();
}
