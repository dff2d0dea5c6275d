// Makes the graph of a network in half precision for GPUs, and measures what it loses.
using StreamActions.Core.Bundles;
using StreamActions.Model;
using StreamActions.Model.Weights;

namespace StreamActions.Onnx.Quantization;

/// <summary>A graph in half precision.</summary>
/// <param name="Form">Window for a bidirectional network, else pool.</param>
/// <param name="Bytes">The file.</param>
/// <param name="Quality">What it loses.</param>
/// <param name="Golden">How closely it must reproduce the golden clips.</param>
public sealed record HalfGraph(GraphForm Form, byte[] Bytes, GraphQuality Quality, GoldenBound Golden);

/// <summary>
/// Weights and arithmetic in 16-bit floats. Pixels and the last normalisation are in 32 bits, and so are the sums inside of layer norms,
/// softmax and products, as ONNX Runtime computes them on a GPU.
/// </summary>
public static class HalfPrecision
{
    // The measurement runs on a CPU, which rounds the results of few operations to 16 bits. A GPU rounds all of them.
    private const double Slack = 4, LeastBound = 4e-3;

    /// <summary>Makes and measures the graph.</summary>
    /// <param name="config">Sizes of the network.</param>
    /// <param name="weights">Its weights.</param>
    /// <param name="clips">Clips on which the graph is compared with fp32.</param>
    /// <param name="golden">The golden clips with libtorch's outputs.</param>
    /// <exception cref="CheckpointException">A weight is missing or misshapen.</exception>
    public static HalfGraph Make(
        M2ClipConfig config, IReadOnlyDictionary<string, TensorData> weights, QuantizationClips clips, GoldenClips golden)
    {
        var form = FormOf(config);
        var graph = M2ClipGraphs.Half(config, weights);
        var quality = new GraphComparison(config, weights, clips.Evaluation, clips.Classes).QualityOf(graph, form);
        return new(form, graph.ToBytes(), quality, BoundOf(GraphComparison.Deviation(config, graph, form, golden), golden));
    }

    /// <summary>The form of a network's graph in half precision.</summary>
    public static GraphForm FormOf(M2ClipConfig config) =>
        config.Temporal == TemporalMode.Bidirectional ? GraphForm.Window : GraphForm.Pool;

    /// <summary>The bound for a measured deviation.</summary>
    /// <param name="deviation">Largest difference from the golden clips' outputs, measured on a CPU.</param>
    /// <param name="golden">The golden clips. Class logits can be large, and 16-bit floats have errors in proportion.</param>
    public static GoldenBound BoundOf(double deviation, GoldenClips golden)
    {
        var largest = golden.ClassLogits.SelectMany(l => l).Select(Math.Abs).DefaultIfEmpty(0).Max();
        return new(Slack * deviation + LeastBound * Math.Max(1, largest), deviation);
    }
}
