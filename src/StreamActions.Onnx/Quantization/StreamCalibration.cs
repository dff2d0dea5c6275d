// Measures the ranges of a network's activations while it runs as a stream.
using Microsoft.ML.OnnxRuntime;
using StreamActions.Model;
using StreamActions.Model.Quantization;
using StreamActions.Model.Weights;

namespace StreamActions.Onnx.Quantization;

/// <summary>Measures ranges in ONNX Runtime: the stream graph with the ranges as further outputs.</summary>
public static class StreamCalibration
{
    /// <summary>The ranges of the inputs of the vision blocks' layers, over clips that are streams of their own.</summary>
    /// <param name="config">Sizes of a causal or per-frame network.</param>
    /// <param name="weights">Its weights.</param>
    /// <param name="clips">uint8 RGB [frames, S, S, 3] each.</param>
    /// <exception cref="CheckpointException">A weight is missing or misshapen.</exception>
    public static ChannelRanges Measure(M2ClipConfig config, IReadOnlyDictionary<string, TensorData> weights, IEnumerable<byte[]> clips)
    {
        var (graph, layers) = M2ClipGraphs.ObservedStream(config, weights);
        using InferenceSession session = new(graph);
        var states = M2ClipGraphs.States(config);
        ChannelRanges ranges = new();
        foreach (var outputs in clips.SelectMany(clip => new GraphStream(session, states).Play(clip)))
        {
            foreach (var layer in layers)
                ranges.Observe(layer.Weight, new(outputs[layer.Least], outputs[layer.Greatest]));
        }
        return ranges;
    }
}
