// The network's operations as ONNX nodes, chosen for speed in ONNX Runtime.
using StreamActions.Model;
using StreamActions.Model.Weights;

namespace StreamActions.Onnx;

/// <summary>Records the operations of the forward pass into a graph. It transforms weights while recording.</summary>
public sealed class OnnxOps(OnnxGraph graph) : ITensorOps<OnnxValue>
{
    /// <inheritdoc/>
    public OnnxValue Pixels(OnnxValue frames, ReadOnlySpan<float> scale, ReadOnlySpan<float> shift)
    {
        var x = graph.Node("Cast", [frames], ("to", (int)OnnxType.Float));
        x = graph.Node("Mul", [x, Vector(scale)]);
        return graph.Node("Add", [x, Vector(shift)]);
    }

    /// <inheritdoc/>
    public OnnxValue PatchEmbedding(OnnxValue pictures, OnnxValue weight, int size, int patch)
    {
        var grid = size / patch;
        var x = Reshape(pictures, -1, grid, patch, grid, patch, 3);
        x = graph.Node("Transpose", [x], ("perm", new long[] { 0, 1, 3, 2, 4, 5 }));
        x = Reshape(x, -1, grid * grid, patch * patch * 3);
        var w = Numbers(weight);   // [C, 3, p, p] → [p·p·3, C]
        var width = (int)w.Shape[0];
        var matrix = new float[w.Values.Length];
        for (var c = 0; c < width; c++)
            for (var colour = 0; colour < 3; colour++)
                for (var place = 0; place < patch * patch; place++)
                    matrix[(place * 3 + colour) * width + c] = w.Values[(c * 3 + colour) * patch * patch + place];
        return graph.Node("MatMul", [x, graph.Constant(new([patch * patch * 3, width], matrix))]);
    }

    /// <inheritdoc/>
    public OnnxValue Linear(OnnxValue x, OnnxValue weight, OnnxValue? bias)
    {
        var y = graph.Node("MatMul", [x, graph.Constant(Transposed(Numbers(weight)))]);
        return bias is null ? y : graph.Node("Add", [y, bias]);
    }

    /// <inheritdoc/>
    public (OnnxValue Query, OnnxValue Key, OnnxValue Value) LinearQkv(OnnxValue x, OnnxValue weight, OnnxValue bias, int width) =>
        (Part(x, weight, bias, 0, width), Part(x, weight, bias, 1, width), Part(x, weight, bias, 2, width));

    private OnnxValue Part(OnnxValue x, OnnxValue weight, OnnxValue bias, int index, int width) =>
        Linear(x, Slice(weight, 0, index * width, width), Slice(bias, 0, index * width, width));

    /// <inheritdoc/>
    public OnnxValue MatMul(OnnxValue x, OnnxValue matrix) => graph.Node("MatMul", [x, matrix]);

    /// <inheritdoc/>
    public OnnxValue LayerNorm(OnnxValue x, OnnxValue weight, OnnxValue bias, double epsilon) =>
        graph.Node("LayerNormalization", [x, weight, bias], ("axis", -1), ("epsilon", (float)epsilon));

    /// <inheritdoc/>
    public OnnxValue Attention(OnnxValue query, OnnxValue key, OnnxValue value, int heads, bool causal) =>
        graph.Node(
            "MultiHeadAttention", OnnxGraph.Microsoft, [query, key, value], ("num_heads", heads), ("unidirectional", causal ? 1 : 0));

    /// <inheritdoc/>
    public OnnxValue QuickGelu(OnnxValue x) => graph.Node("QuickGelu", OnnxGraph.Microsoft, [x], ("alpha", 1.702f));

    /// <inheritdoc/>
    public OnnxValue Gelu(OnnxValue x) => graph.Node("Gelu", OnnxGraph.Microsoft, [x]);

    /// <inheritdoc/>
    public OnnxValue TemporalConvolution(OnnxValue x, OnnxValue weight, OnnxValue bias, int frames, bool causal)
    {
        var padded = graph.Node("Pad", [x, causal ? graph.Integers(2, 0) : graph.Integers(1, 1), null, graph.Integers(1)]);
        var sum = bias;
        for (var tap = 0; tap < 3; tap++)
            sum = Add(graph.Node("Mul", [Slice(padded, 1, tap, frames), Tap(weight, tap)]), sum);
        return sum;
    }

    /// <inheritdoc/>
    public OnnxValue TemporalTaps(OnnxValue twoAgo, OnnxValue oneAgo, OnnxValue now, OnnxValue weight, OnnxValue bias)
    {
        var sum = bias;
        OnnxValue[] frames = [twoAgo, oneAgo, now];
        for (var tap = 0; tap < frames.Length; tap++)
            sum = Add(graph.Node("Mul", [frames[tap], Tap(weight, tap)]), sum);
        return sum;
    }

    // The factors [C] of one tap of a temporal convolution [C, 1, 3].
    private OnnxValue Tap(OnnxValue weight, int tap)
    {
        var w = Numbers(weight);
        var values = new float[w.Shape[0]];
        for (var c = 0; c < values.Length; c++)
            values[c] = w.Values[c * 3 + tap];
        return Vector(values);
    }

    /// <inheritdoc/>
    public OnnxValue GridConvolution(OnnxValue x, OnnxValue weight, OnnxValue bias, int frames, int grid)
    {
        var w = Numbers(weight);   // [C, 1, 1, 3, 3] → [C, 1, 3, 3]
        var channels = (int)w.Shape[0];
        var y = graph.Node("Transpose", [Reshape(x, -1, grid, grid, channels)], ("perm", new long[] { 0, 3, 1, 2 }));
        y = graph.Node("Conv", [y, graph.Constant(new([channels, 1, 3, 3], w.Values)), bias],
            ("group", channels), ("kernel_shape", new long[] { 3, 3 }), ("pads", new long[] { 1, 1, 1, 1 }));
        y = graph.Node("Transpose", [y], ("perm", new long[] { 0, 2, 3, 1 }));
        return Reshape(y, -1, frames, grid * grid, channels);
    }

    /// <inheritdoc/>
    public OnnxValue Add(OnnxValue a, OnnxValue b) => graph.Node("Add", [a, b]);

    /// <inheritdoc/>
    public OnnxValue Subtract(OnnxValue a, OnnxValue b) => graph.Node("Sub", [a, b]);

    /// <inheritdoc/>
    public OnnxValue ZeroWhere(OnnxValue x, OnnxValue flags) =>
        graph.Node("Mul", [x, Reshape(Subtract(Vector([1]), flags), -1, 1, 1, 1)]);

    /// <inheritdoc/>
    public OnnxValue Concat(ReadOnlySpan<OnnxValue> parts, int axis) => graph.Node("Concat", parts, ("axis", axis));

    /// <inheritdoc/>
    public OnnxValue Slice(OnnxValue x, int axis, int start, int length)
    {
        if (x.Constant is { } data && axis == 0)
        {
            var row = data.Values.Length / (int)data.Shape[0];
            return graph.Constant(new([length, .. data.Shape[1..]], data.Values[(start * row)..((start + length) * row)]));
        }
        return graph.Node("Slice", [x, graph.Integers(start), graph.Integers(start + length), graph.Integers(axis)]);
    }

    /// <inheritdoc/>
    public OnnxValue PadStart(OnnxValue x, int axis, int count, int rank) =>
        graph.Node("Pad", [x, graph.Integers(count, 0), null, graph.Integers(axis)]);

    /// <inheritdoc/>
    public OnnxValue PrependToken(OnnxValue x, OnnxValue row)
    {
        // The batch size is symbolic: pad with zeros in front, then add the row there.
        var values = Numbers(row);
        var place = PadStart(x, 1, 1, 3);
        var first = graph.Node("Add", [Slice(place, 1, 0, 1), graph.Constant(new([1, 1, values.Values.Length], values.Values))]);
        return graph.Node("Concat", [first, x], ("axis", 1));
    }

    /// <inheritdoc/>
    public OnnxValue Reshape(OnnxValue x, params ReadOnlySpan<long> shape) => graph.Node("Reshape", [x, graph.Integers(shape)]);

    /// <inheritdoc/>
    public OnnxValue Mean(OnnxValue x, int axis) => graph.Node("ReduceMean", [x, graph.Integers(axis)], ("keepdims", 0));

    /// <inheritdoc/>
    public OnnxValue L2Normalize(OnnxValue x) => graph.Node("LpNormalization", [x], ("axis", -1), ("p", 2));

    /// <inheritdoc/>
    public OnnxValue Gather(OnnxValue table, OnnxValue ids) => graph.Node("Gather", [table, ids], ("axis", 0));

    /// <inheritdoc/>
    public OnnxValue TakeAtHighest(OnnxValue x, OnnxValue ids)
    {
        var narrow = graph.Node("Cast", [ids], ("to", (int)Protos.TensorProto.Types.DataType.Int32));
        var position = graph.Node("ArgMax", [narrow], ("axis", 1), ("keepdims", 1));
        return graph.Node("GatherND", [x, position], ("batch_dims", 1));
    }

    /// <inheritdoc/>
    public OnnxValue Dropout(OnnxValue x, double rate) => x;

    private OnnxValue Vector(ReadOnlySpan<float> values) => graph.Constant(new([values.Length], values.ToArray()));

    private static TensorData Numbers(OnnxValue value) =>
        value.Constant ?? throw new InvalidOperationException($"{value.Name} is computed in the graph; this operation needs a parameter");

    private static TensorData Transposed(TensorData matrix)
    {
        int rows = (int)matrix.Shape[0], columns = (int)matrix.Shape[1];
        var values = new float[matrix.Values.Length];
        for (var r = 0; r < rows; r++)
            for (var c = 0; c < columns; c++)
                values[c * rows + r] = matrix.Values[r * columns + c];
        return new([columns, rows], values);
    }
}

/// <summary>The tensors of a checkpoint as constants of a graph.</summary>
public sealed class OnnxParameters(IReadOnlyDictionary<string, TensorData> weights) : IParameters<OnnxValue>
{
    /// <summary>The parameter as a constant. It becomes an initialiser when a node uses it.</summary>
    public OnnxValue Get(ParameterSpec spec) => new(spec.Name, weights[spec.Name]);
}
