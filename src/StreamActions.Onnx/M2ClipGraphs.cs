// The graphs of a bundle, recorded from the network's definition (docs/model.md §8).
using StreamActions.Core.Bundles;
using StreamActions.Model;
using StreamActions.Model.Quantization;
using StreamActions.Model.Weights;
using StreamActions.Onnx.Quantization;

namespace StreamActions.Onnx;

/// <summary>The outputs of an observed graph for one input of one layer. A layer with two inputs has two.</summary>
/// <param name="Weight">Name of the layer's weight.</param>
/// <param name="Least">Output with the least value of each channel.</param>
/// <param name="Greatest">Output with the greatest value of each channel.</param>
internal sealed record ObservedLayer(string Weight, string Least, string Greatest);

/// <summary>Makes the graphs of a bundle from a configuration and weights.</summary>
public static class M2ClipGraphs
{
    /// <summary>
    /// <c>frames</c> uint8 RGB [B, T, S, S, 3] → <c>embedding</c> [B, D] of unit length and, when the network has classes,
    /// <c>class_logits</c> [B, K].
    /// </summary>
    /// <exception cref="CheckpointException">A weight is missing or misshapen.</exception>
    public static byte[] Video(M2ClipConfig config, IReadOnlyDictionary<string, TensorData> weights) =>
        Window("video", config, weights, Plain).ToBytes();

    /// <summary>The graph for video in fp32: that of <see cref="Video"/> for a bidirectional network, else the stream graph.</summary>
    /// <exception cref="CheckpointException">A weight is missing or misshapen.</exception>
    internal static OnnxGraph WindowOrStream(M2ClipConfig config, IReadOnlyDictionary<string, TensorData> weights) =>
        WindowOrStream("video", config, weights, Plain);

    /// <summary>
    /// One frame of each of B streams: <c>frames</c> uint8 RGB [B, S, S, 3], <c>first</c> [B] (networks with differences only) and the
    /// states of the earlier frames → the outputs of <see cref="Video"/> for the window that ends with this frame, and this frame's states
    /// (<see cref="GraphTensors.Past"/>). For causal and per-frame networks.
    /// </summary>
    /// <exception cref="CheckpointException">A weight is missing or misshapen.</exception>
    public static byte[] Stream(M2ClipConfig config, IReadOnlyDictionary<string, TensorData> weights) =>
        Stream("stream", config, weights, Plain).ToBytes();

    /// <summary>
    /// One frame of each of B streams, with the states of all streams in pools: <c>frames</c> uint8 RGB [B, S, S, 3], <c>rows</c> int64
    /// [B, columns] (<see cref="PoolLayout"/>) and the pools → the outputs of <see cref="Video"/> for the windows that end with these
    /// frames, and the pools with this frame's values (<see cref="GraphTensors.Pool"/>). For causal and per-frame networks.
    /// </summary>
    /// <exception cref="CheckpointException">A weight is missing or misshapen.</exception>
    public static byte[] Pool(M2ClipConfig config, IReadOnlyDictionary<string, TensorData> weights, OnnxType numbers = OnnxType.Float) =>
        PoolGraph(config, weights, numbers).ToBytes();

    /// <summary>The graph of <see cref="Pool"/>.</summary>
    internal static OnnxGraph PoolGraph(
        M2ClipConfig config, IReadOnlyDictionary<string, TensorData> weights, OnnxType numbers = OnnxType.Float)
    {
        var (graph, ops, network) = Start("pool", config, weights, Plain, numbers);
        OnnxPoolStates states = new(graph, new(States(config)));
        Step(graph, ops, network, config, states);
        states.WriteOutputs();
        return graph;
    }

    /// <summary>The graph for a GPU in half precision: a window graph for a bidirectional network, else a pool graph.</summary>
    /// <exception cref="CheckpointException">A weight is missing or misshapen.</exception>
    internal static OnnxGraph Half(M2ClipConfig config, IReadOnlyDictionary<string, TensorData> weights) =>
        config.Temporal == TemporalMode.Bidirectional
            ? Window("half", config, weights, Plain, OnnxType.Float16)
            : PoolGraph(config, weights, OnnxType.Float16);

    /// <summary>The stream graph with int8 products; for a bidirectional network the graph of <see cref="Video"/>.</summary>
    /// <exception cref="CheckpointException">A weight is missing or misshapen.</exception>
    public static byte[] Quantized(M2ClipConfig config, QuantizationPlan plan) => QuantizedGraph(config, plan).ToBytes();

    /// <summary>
    /// As <see cref="Stream(M2ClipConfig, IReadOnlyDictionary{string, TensorData})"/> for one stream, but it encodes only some tokens:
    /// <c>token_rows</c> int64 [n], and the <see cref="Caches"/> as further states, which have no stream axis.
    /// </summary>
    /// <exception cref="CheckpointException">A weight is missing or misshapen.</exception>
    public static byte[] Reuse(M2ClipConfig config, IReadOnlyDictionary<string, TensorData> weights) =>
        ReuseGraph(config, weights).ToBytes();

    /// <summary>The graph of <see cref="Reuse"/> with int8 products, as those of <see cref="Quantized"/>.</summary>
    /// <exception cref="CheckpointException">A weight is missing or misshapen.</exception>
    public static byte[] QuantizedReuse(M2ClipConfig config, QuantizationPlan plan) => QuantizedReuseGraph(config, plan).ToBytes();

    /// <summary>The graph of <see cref="Reuse"/>.</summary>
    internal static OnnxGraph ReuseGraph(M2ClipConfig config, IReadOnlyDictionary<string, TensorData> weights) =>
        OfRows("reuse", config, weights, Plain);

    /// <summary>The graph of <see cref="QuantizedReuse"/>.</summary>
    internal static OnnxGraph QuantizedReuseGraph(M2ClipConfig config, QuantizationPlan plan) =>
        OfRows("reuse-int8", config, plan.Network.Weights, (graph, _) => new QuantizedOnnxOps(graph, plan));

    /// <summary>The graph of <see cref="Quantized"/>.</summary>
    internal static OnnxGraph QuantizedGraph(M2ClipConfig config, QuantizationPlan plan) =>
        WindowOrStream("int8", config, plan.Network.Weights, (graph, _) => new QuantizedOnnxOps(graph, plan));

    /// <summary>
    /// The fp32 graph of the same form as <see cref="Quantized"/>, with two more outputs for the input of each layer of the vision blocks:
    /// its least and its greatest value by channel.
    /// </summary>
    internal static (OnnxGraph Graph, IReadOnlyList<ObservedLayer> Layers) Observed(
        M2ClipConfig config, IReadOnlyDictionary<string, TensorData> weights)
    {
        List<ObservedLayer> layers = [];
        var graph = WindowOrStream("observed", config, weights, (graph, parameters) =>
            new ObservedOps<OnnxValue>(new OnnxOps(graph), parameters, (weight, x) =>
            {
                if (!QuantizationPlan.IsInBlock(weight))
                    return;
                ObservedLayer layer = new(weight, $"least.{layers.Count}", $"greatest.{layers.Count}");
                layers.Add(layer);
                var shape = weights[weight].Shape;
                var channels = shape.Length == 2 ? shape[1] : shape[0];   // a matrix [out, in] or a depthwise convolution [channels, …]
                var rows = graph.Node("Reshape", [x, graph.Integers(-1, channels)]);
                foreach (var (name, reduce) in new[] { (layer.Least, "ReduceMin"), (layer.Greatest, "ReduceMax") })
                    graph.Output(name, graph.Node(reduce, [rows, graph.Integers(0)], ("keepdims", 0)), OnnxType.Float, channels);
            }));
        return (graph, layers);
    }

    private delegate ITensorOps<OnnxValue> Recording(OnnxGraph graph, NamedParameters<OnnxValue> parameters);

    private static OnnxOps Plain(OnnxGraph graph, NamedParameters<OnnxValue> parameters) => new(graph);

    private static OnnxGraph WindowOrStream(
        string name, M2ClipConfig config, IReadOnlyDictionary<string, TensorData> weights, Recording record) =>
        config.Temporal == TemporalMode.Bidirectional ? Window(name, config, weights, record) : Stream(name, config, weights, record);

    private static OnnxGraph Window(
        string name,
        M2ClipConfig config,
        IReadOnlyDictionary<string, TensorData> weights,
        Recording record,
        OnnxType numbers = OnnxType.Float)
    {
        var (graph, ops, network) = Start(name, config, weights, record, numbers);
        var frames = graph.Input(GraphTensors.Frames, OnnxType.UInt8, "B", config.Frames, config.ImageSize, config.ImageSize, 3);
        WriteOutputs(graph, ops, config, network.Vision.Forward(network.Vision.Normalize(frames)));
        return graph;
    }

    private static OnnxGraph Stream(
        string name, M2ClipConfig config, IReadOnlyDictionary<string, TensorData> weights, Recording record)
    {
        var (graph, ops, network) = Start(name, config, weights, record);
        OnnxStreamStates states = new(graph);
        Step(graph, ops, network, config, states);
        states.WriteOutputs();
        return graph;
    }

    private static void Step(
        OnnxGraph graph, ITensorOps<OnnxValue> ops, M2ClipNetwork<OnnxValue> network, M2ClipConfig config, IStreamStates<OnnxValue> states)
    {
        var frames = graph.Input(GraphTensors.Frames, OnnxType.UInt8, "B", config.ImageSize, config.ImageSize, 3);
        WriteOutputs(graph, ops, config, network.Vision.Step(network.Vision.Normalize(frames), states));
    }

    private static OnnxGraph OfRows(
        string name, M2ClipConfig config, IReadOnlyDictionary<string, TensorData> weights, Recording record)
    {
        var (graph, ops, network) = Start(name, config, weights, record);
        var frame = graph.Input(GraphTensors.Frames, OnnxType.UInt8, 1, config.ImageSize, config.ImageSize, 3);
        var rows = graph.Input(GraphTensors.TokenRows, OnnxType.Int64, "n");
        OnnxRowStates states = new(graph, rows);
        WriteOutputs(graph, ops, config, network.Vision.StepRows(network.Vision.Normalize(frame), states));
        states.WriteOutputs();
        return graph;
    }

    private static void WriteOutputs(OnnxGraph graph, ITensorOps<OnnxValue> ops, M2ClipConfig config, VisionOutput<OnnxValue> output)
    {
        graph.Output(GraphTensors.Embedding, ops.L2Normalize(output.VideoEmbedding), OnnxType.Float, "B", config.EmbedDim);
        if (output.ClassLogits is { } logits)
            graph.Output(GraphTensors.ClassLogits, AsFloat(graph, logits), OnnxType.Float, "B", config.NumClasses);
    }

    private static OnnxValue AsFloat(OnnxGraph graph, OnnxValue value) =>
        graph.Numbers == OnnxType.Float ? value : graph.Node("Cast", [value], ("to", (int)OnnxType.Float));

    /// <summary>The states of a causal or per-frame network's stream graph, in the order of its forward pass.</summary>
    public static IReadOnlyList<StreamState> States(M2ClipConfig config) =>
        Listed(config).States;

    /// <summary>The further states of the reuse graph (<see cref="Reuse"/>): keys and values of all tokens.</summary>
    public static IReadOnlyList<StreamState> Caches(M2ClipConfig config) => Listed(config).Caches;

    // The constructor and the lists run no operation, so null is never used.
    private static VisionEncoder<ParameterSpec> Listed(M2ClipConfig config) => new(null!, new(new ParameterList()), config);

    /// <summary><c>tokens</c> int64 [N, S] → <c>embedding</c> [N, D] of unit length.</summary>
    /// <exception cref="CheckpointException">A weight is missing or misshapen.</exception>
    public static byte[] Text(M2ClipConfig config, IReadOnlyDictionary<string, TensorData> weights) => TextGraph(config, weights).ToBytes();

    /// <summary>The graph of <see cref="Text"/>.</summary>
    internal static OnnxGraph TextGraph(M2ClipConfig config, IReadOnlyDictionary<string, TensorData> weights)
    {
        var (graph, ops, network) = Start("text", config, weights, Plain);
        var tokens = graph.Input(GraphTensors.Tokens, OnnxType.Int64, "N", config.ContextLength);
        graph.Output(GraphTensors.Embedding, ops.L2Normalize(network.Text.Forward(tokens).Embedding), OnnxType.Float, "N", config.EmbedDim);
        return graph;
    }

    /// <summary>
    /// Every intermediate result for which there are reference values, for parity tests: <c>video</c> float
    /// normalised [B, T, S, S, 3] and <c>tokens</c> int64 [N, S] → frame_embeddings, video_embedding, class_logits,
    /// text_hidden, text_embedding, and mlm_logits of the first B texts with the B clips.
    /// </summary>
    /// <exception cref="CheckpointException">A weight is missing or misshapen.</exception>
    public static byte[] Reference(M2ClipConfig config, IReadOnlyDictionary<string, TensorData> weights, int clips)
    {
        var (graph, ops, network) = Start("reference", config, weights, Plain);
        var video = graph.Input("video", OnnxType.Float, "B", config.Frames, config.ImageSize, config.ImageSize, 3);
        var tokens = graph.Input(GraphTensors.Tokens, OnnxType.Int64, "N", config.ContextLength);
        var vision = network.Vision.Forward(video);
        var text = network.Text.Forward(tokens);
        graph.Output("frame_embeddings", vision.FrameEmbeddings, OnnxType.Float, "B", config.Frames, config.EmbedDim);
        graph.Output("video_embedding", vision.VideoEmbedding, OnnxType.Float, "B", config.EmbedDim);
        if (vision.ClassLogits is { } logits)
            graph.Output(GraphTensors.ClassLogits, logits, OnnxType.Float, "B", config.NumClasses);
        graph.Output("text_hidden", text.Hidden, OnnxType.Float, "N", config.ContextLength, config.TextWidth);
        graph.Output("text_embedding", text.Embedding, OnnxType.Float, "N", config.EmbedDim);
        if (network.Masked is { } masked)
        {
            var words = masked.Forward(ops.Slice(text.Hidden, 0, 0, clips), vision.FrameEmbeddings);
            graph.Output("mlm_logits", words, OnnxType.Float, "B", config.ContextLength, config.MlmVocabSize);
        }
        return graph.ToBytes();
    }

    private static (OnnxGraph Graph, ITensorOps<OnnxValue> Ops, M2ClipNetwork<OnnxValue> Network) Start(
        string name,
        M2ClipConfig config,
        IReadOnlyDictionary<string, TensorData> weights,
        Recording record,
        OnnxType numbers = OnnxType.Float)
    {
        CheckpointException.ThrowUnlessComplete(M2ClipParameters.List(config), weights, $"{name}.onnx");
        OnnxGraph graph = new(name, numbers);
        NamedParameters<OnnxValue> parameters = new(new OnnxParameters(weights));
        var ops = record(graph, parameters);
        return (graph, ops, new(ops, parameters, config));
    }
}
