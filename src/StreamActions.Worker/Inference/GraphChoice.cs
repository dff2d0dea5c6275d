// Chooses the video graph of a bundle for a device. Pure.
using StreamActions.Core.Bundles;

namespace StreamActions.Worker.Inference;

/// <summary>Chooses graphs.</summary>
internal static class GraphChoice
{
    // Fastest first. An export leaves out a graph that loses more than its stated bound.
    private static readonly GraphPrecision[] OnCpu = [GraphPrecision.Int8, GraphPrecision.Fp32],
        OnGpu = [GraphPrecision.Fp16, GraphPrecision.Fp32, GraphPrecision.Int8];

    /// <summary>
    /// The graph for a device. Of two graphs with one precision, a GPU gets the one that keeps the states in its memory, and a CPU the
    /// other.
    /// </summary>
    /// <param name="bundle">The bundle.</param>
    /// <param name="gpu">Whether it will run on a GPU.</param>
    /// <param name="precision">The operator's choice; null takes the fastest of the bundle.</param>
    /// <exception cref="BundleException">The bundle has no graph of that precision.</exception>
    public static BundleGraph Choose(ModelBundle bundle, bool gpu, GraphPrecision? precision)
    {
        var graphs = bundle.Video.OrderBy(g => (g.Form == GraphForm.Pool) == gpu ? 0 : 1).ToList();
        if (precision is { } asked)
        {
            return graphs.Find(g => g.Precision == asked) ?? throw new BundleException(
                $"inference.precision: model '{bundle.Folder}' has no graph in {Word(asked)}; "
                + $"it has {string.Join(", ", bundle.Video.Select(g => Word(g.Precision)).Distinct(StringComparer.Ordinal))}; "
                + $"use one of these or auto, or export the model again with --precision {Word(asked)}");
        }
        return (gpu ? OnGpu : OnCpu).Select(p => graphs.Find(g => g.Precision == p)).FirstOrDefault(g => g is not null) ?? graphs[0];
    }

    /// <summary>The graph that encodes only some of a frame's tokens.</summary>
    /// <param name="bundle">The bundle.</param>
    /// <param name="gpu">Whether it will run on a GPU.</param>
    /// <param name="precision">The operator's choice; null takes the fastest of the bundle.</param>
    /// <exception cref="BundleException">The bundle or the device has no such graph.</exception>
    public static BundleGraph ChooseReuse(ModelBundle bundle, bool gpu, GraphPrecision? precision)
    {
        if (gpu)
            throw new BundleException("inference.reuse: works on a CPU only; set inference.reuse to off, or inference.device to cpu");
        if (bundle.Manifest.Temporal == TemporalMode.Bidirectional)
        {
            throw new BundleException(
                $"inference.reuse: model '{bundle.Folder}' encodes whole windows, so it has no earlier frames to reuse; "
                + "set inference.reuse to off, or use a causal or per-frame model");
        }
        var graphs = bundle.Reuse.ToList();
        if (graphs.Count == 0)
        {
            throw new BundleException(
                $"inference.reuse: model '{bundle.Folder}' has no graph for it; "
                + "set inference.reuse to off, or export the model with --reuse");
        }
        var wanted = precision is { } asked ? [asked] : OnCpu;
        return wanted.Select(p => graphs.Find(g => g.Precision == p)).FirstOrDefault(g => g is not null) ?? throw new BundleException(
            $"inference.precision: model '{bundle.Folder}' has no graph for inference.reuse in {string.Join(" or ", wanted.Select(Word))}; "
            + $"it has {string.Join(", ", graphs.Select(g => Word(g.Precision)))}");
    }

    private static string Word(GraphPrecision precision) => precision.ToString().ToLowerInvariant();
}
