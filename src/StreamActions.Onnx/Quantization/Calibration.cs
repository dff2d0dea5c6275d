// Measures the ranges of a network's activations.
using StreamActions.Model;
using StreamActions.Model.Quantization;
using StreamActions.Model.Weights;

namespace StreamActions.Onnx.Quantization;

/// <summary>Measures ranges in ONNX Runtime: the fp32 graph with the ranges as further outputs.</summary>
public static class Calibration
{
    /// <summary>
    /// The ranges of the inputs of the vision blocks' layers over clips. A causal or per-frame network meets each clip as a stream.
    /// </summary>
    /// <param name="config">Sizes of the network.</param>
    /// <param name="weights">Its weights.</param>
    /// <param name="clips">uint8 RGB [frames, S, S, 3] each; of T frames for a bidirectional network.</param>
    /// <exception cref="CheckpointException">A weight is missing or misshapen.</exception>
    public static ChannelRanges Measure(M2ClipConfig config, IReadOnlyDictionary<string, TensorData> weights, IEnumerable<byte[]> clips)
    {
        var (graph, layers) = M2ClipGraphs.Observed(config, weights);
        using ClipRunner runner = new(graph, config);
        ChannelRanges ranges = new();
        foreach (var outputs in clips.SelectMany(runner.Outputs))
        {
            foreach (var layer in layers)
                ranges.Observe(layer.Weight, new(outputs[layer.Least], outputs[layer.Greatest]));
        }
        return ranges;
    }
}
