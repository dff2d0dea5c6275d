// The network's operations as ONNX nodes, chosen for speed in ONNX Runtime.
using StreamActions.Model;
using StreamActions.Model.Weights;

namespace StreamActions.Onnx;

/// <summary>Records the operations of the forward pass into a graph. It transforms weights while recording.</summary>
public class OnnxOps(OnnxGraph graph) : ITensorOps<OnnxValue>
{
    private readonly Dictionary<(string Rows, int Axis), OnnxValue> _places = [];

    /// <summary>The graph.</summary>
    protected OnnxGraph Graph { get; } = graph;

    /// <inheritdoc/>
    public virtual OnnxValue Pixels(OnnxValue frames, ReadOnlySpan<float> scale, ReadOnlySpan<float> shift)
    {
        // In 32 bits: half a step of a 16-bit float is as large as half a step of a dark pixel.
        OnnxValue Floats(ReadOnlySpan<float> values) => Graph.Constant(OnnxType.Float, values, values.Length);
        var x = Graph.Node("Cast", [frames], ("to", (int)OnnxType.Float));
        x = Graph.Node("Mul", [x, Floats(scale)]);
        x = Graph.Node("Add", [x, Floats(shift)]);
        return Graph.Numbers == OnnxType.Float ? x : Graph.Node("Cast", [x], ("to", (int)Graph.Numbers));
    }

    /// <inheritdoc/>
    public OnnxValue PatchEmbedding(OnnxValue pictures, OnnxValue weight, int size, int patch) =>
        Graph.Node("MatMul", [Patches(pictures, new(size, patch)), Graph.Constant(PatchMatrix(Numbers(weight)))]);

    /// <inheritdoc/>
    public virtual OnnxValue PictureTokens(
        OnnxValue pictures, OnnxValue weight, OnnxValue classToken, OnnxValue positions, PatchGrid grid)
    {
        // The class token is a patch of zeros, and the table of positions also has the class token.
        var x = Graph.Node("MatMul", [PadStart(Patches(pictures, grid), 1, 1, 3), Graph.Constant(PatchMatrix(Numbers(weight)))]);
        return Add(x, Graph.Constant(TokenTable(classToken, positions, [])));
    }

    /// <inheritdoc/>
    public virtual OnnxValue PictureTokensAt(
        TokenRows<OnnxValue> rows, OnnxValue picture, OnnxValue weight, OnnxValue classToken, OnnxValue positions, PatchGrid grid)
    {
        var patches = GatherRows(PadStart(Patches(picture, grid), 1, 1, 3), rows.Tokens, 1);
        var x = Graph.Node("MatMul", [patches, Graph.Constant(PatchMatrix(Numbers(weight)))]);
        return Add(x, GatherRows(Graph.Constant(TokenTable(classToken, positions, [])), rows.Tokens, 0));
    }

    /// <summary>Pictures [N, S, S, 3] → patches [N, (S/p)², p·p·3], row by row.</summary>
    protected OnnxValue Patches(OnnxValue pictures, PatchGrid grid)
    {
        var (along, patch) = (grid.Size / grid.Patch, grid.Patch);
        var x = Reshape(pictures, -1, along, patch, along, patch, 3);
        x = Graph.Node("Transpose", [x], ("perm", new long[] { 0, 1, 3, 2, 4, 5 }));
        return Reshape(x, -1, along * along, patch * patch * 3);
    }

    /// <summary>A patch convolution's weight [C, 3, p, p] → the matrix of <see cref="Patches"/>, [p·p·3, C].</summary>
    protected static TensorData PatchMatrix(TensorData weight)
    {
        int width = (int)weight.Shape[0], places = (int)(weight.Shape[2] * weight.Shape[3]);
        var matrix = new float[weight.Values.Length];
        for (var c = 0; c < width; c++)
            for (var colour = 0; colour < 3; colour++)
                for (var place = 0; place < places; place++)
                    matrix[(place * 3 + colour) * width + c] = weight.Values[(c * 3 + colour) * places + place];
        return new([places * 3, width], matrix);
    }

    /// <summary>What is added to the tokens [L, C]: positions, the class token in the first row, a bias (or none) in the others.</summary>
    protected static TensorData TokenTable(OnnxValue classToken, OnnxValue positions, ReadOnlySpan<float> patchBias)
    {
        var (first, table) = (Numbers(classToken).Values, Numbers(positions));
        float[] values = [.. table.Values];
        for (var i = 0; i < values.Length; i++)
            values[i] += i < first.Length ? first[i] : patchBias.IsEmpty ? 0 : patchBias[i % first.Length];
        return new(table.Shape, values);
    }

    /// <inheritdoc/>
    public virtual OnnxValue Linear(OnnxValue x, OnnxValue weight, OnnxValue? bias)
    {
        var y = Graph.Node("MatMul", [x, Graph.Constant(Transposed(Numbers(weight)))]);
        return bias is null ? y : Graph.Node("Add", [y, bias]);
    }

    /// <inheritdoc/>
    public virtual (OnnxValue Query, OnnxValue Key, OnnxValue Value) LinearQkv(
        OnnxValue queries, OnnxValue context, OnnxValue weight, OnnxValue bias, int width)
    {
        OnnxValue Part(OnnxValue x, int index) =>
            Linear(x, Slice(weight, 0, index * width, width), Slice(bias, 0, index * width, width));
        return (Part(queries, 0), Part(context, 1), Part(context, 2));
    }

    /// <inheritdoc/>
    public OnnxValue MatMul(OnnxValue x, OnnxValue matrix) => Graph.Node("MatMul", [x, matrix]);

    /// <inheritdoc/>
    public OnnxValue LayerNorm(OnnxValue x, OnnxValue weight, OnnxValue bias, double epsilon) =>
        Graph.Node("LayerNormalization", [x, weight, bias], ("axis", -1), ("epsilon", (float)epsilon));

    /// <inheritdoc/>
    public OnnxValue Attention(OnnxValue query, OnnxValue key, OnnxValue value, int heads, bool causal) =>
        Graph.Node(
            "MultiHeadAttention", OnnxGraph.Microsoft, [query, key, value], ("num_heads", heads), ("unidirectional", causal ? 1 : 0));

    /// <inheritdoc/>
    public OnnxValue QuickGelu(OnnxValue x) => Graph.Node("QuickGelu", OnnxGraph.Microsoft, [x], ("alpha", 1.702f));

    /// <inheritdoc/>
    public OnnxValue Gelu(OnnxValue x) => Graph.Node("Gelu", OnnxGraph.Microsoft, [x]);

    /// <inheritdoc/>
    public OnnxValue TemporalConvolution(OnnxValue x, OnnxValue weight, OnnxValue bias, int frames, bool causal)
    {
        var padded = Graph.Node("Pad", [x, causal ? Graph.Integers(2, 0) : Graph.Integers(1, 1), null, Graph.Integers(1)]);
        var sum = bias;
        for (var tap = 0; tap < 3; tap++)
            sum = Add(Graph.Node("Mul", [Slice(padded, 1, tap, frames), Tap(weight, tap)]), sum);
        return sum;
    }

    /// <inheritdoc/>
    public OnnxValue TemporalTaps(OnnxValue twoAgo, OnnxValue oneAgo, OnnxValue now, OnnxValue weight, OnnxValue bias)
    {
        var sum = bias;
        OnnxValue[] frames = [twoAgo, oneAgo, now];
        for (var tap = 0; tap < frames.Length; tap++)
            sum = Add(Graph.Node("Mul", [frames[tap], Tap(weight, tap)]), sum);
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
    public virtual OnnxValue GridConvolution(OnnxValue x, OnnxValue weight, OnnxValue bias, int frames, int grid)
    {
        var w = Numbers(weight);   // [C, 1, 1, 3, 3] → [C, 1, 3, 3]
        var channels = (int)w.Shape[0];
        var y = Graph.Node("Transpose", [Reshape(x, -1, grid, grid, channels)], ("perm", new long[] { 0, 3, 1, 2 }));
        y = Graph.Node("Conv", [y, Graph.Constant(new([channels, 1, 3, 3], w.Values)), bias],
            ("group", channels), ("kernel_shape", new long[] { 3, 3 }), ("pads", new long[] { 1, 1, 1, 1 }));
        y = Graph.Node("Transpose", [y], ("perm", new long[] { 0, 2, 3, 1 }));
        return Reshape(y, -1, frames, grid * grid, channels);
    }

    /// <inheritdoc/>
    public OnnxValue Add(OnnxValue a, OnnxValue b) => Graph.Node("Add", [a, b]);

    /// <inheritdoc/>
    public OnnxValue Subtract(OnnxValue a, OnnxValue b) => Graph.Node("Sub", [a, b]);

    /// <inheritdoc/>
    public OnnxValue ZeroWhere(OnnxValue x, OnnxValue flags) =>
        Graph.Node("Mul", [x, Reshape(Subtract(Vector([1]), flags), -1, 1, 1, 1)]);

    /// <inheritdoc/>
    public OnnxValue Concat(ReadOnlySpan<OnnxValue> parts, int axis) => Graph.Node("Concat", parts, ("axis", axis));

    /// <inheritdoc/>
    public OnnxValue Slice(OnnxValue x, int axis, int start, int length)
    {
        if (x.Constant is { } data && axis == 0)
        {
            var row = data.Values.Length / (int)data.Shape[0];
            return Graph.Constant(new([length, .. data.Shape[1..]], data.Values[(start * row)..((start + length) * row)]));
        }
        return Graph.Node("Slice", [x, Graph.Integers(start), Graph.Integers(start + length), Graph.Integers(axis)]);
    }

    /// <inheritdoc/>
    public OnnxValue PadStart(OnnxValue x, int axis, int count, int rank) =>
        Graph.Node("Pad", [x, Graph.Integers(count, 0), null, Graph.Integers(axis)]);

    /// <inheritdoc/>
    public OnnxValue PrependToken(OnnxValue x, OnnxValue row)
    {
        // The batch size is symbolic: pad with zeros in front, then add the row there.
        var values = Numbers(row);
        var place = PadStart(x, 1, 1, 3);
        var first = Graph.Node("Add", [Slice(place, 1, 0, 1), Graph.Constant(new([1, 1, values.Values.Length], values.Values))]);
        return Graph.Node("Concat", [first, x], ("axis", 1));
    }

    /// <inheritdoc/>
    public virtual OnnxValue Reshape(OnnxValue x, params ReadOnlySpan<long> shape) => Graph.Node("Reshape", [x, Graph.Integers(shape)]);

    /// <inheritdoc/>
    public OnnxValue Mean(OnnxValue x, int axis) => Graph.Node("ReduceMean", [x, Graph.Integers(axis)], ("keepdims", 0));

    /// <inheritdoc/>
    public OnnxValue L2Normalize(OnnxValue x)
    {
        // In 32 bits: the squares of 16-bit floats overflow from 256 on.
        if (Graph.Numbers != OnnxType.Float)
            x = Graph.Node("Cast", [x], ("to", (int)OnnxType.Float));
        return Graph.Node("LpNormalization", [x], ("axis", -1), ("p", 2));
    }

    /// <inheritdoc/>
    public OnnxValue Gather(OnnxValue table, OnnxValue ids) => Graph.Node("Gather", [table, ids], ("axis", 0));

    /// <inheritdoc/>
    public OnnxValue GatherRows(OnnxValue x, OnnxValue rows, int axis) => Graph.Node("Gather", [x, rows], ("axis", axis));

    /// <inheritdoc/>
    public OnnxValue ScatterRows(OnnxValue x, OnnxValue rows, OnnxValue values, int axis)
    {
        // The place of each row: zeros for the axes before it. One list serves all tensors with the same axes.
        if (!_places.TryGetValue((rows.Name, axis), out var places))
        {
            places = Reshape(rows, [.. Enumerable.Repeat(1L, axis), -1, 1]);
            if (axis > 0)
                places = PadStart(places, axis + 1, axis, axis + 2);
            _places[(rows.Name, axis)] = places;
        }
        return Graph.Node("ScatterND", [x, places, values]);
    }

    /// <inheritdoc/>
    public OnnxValue TakeAtHighest(OnnxValue x, OnnxValue ids)
    {
        var narrow = Graph.Node("Cast", [ids], ("to", (int)Protos.TensorProto.Types.DataType.Int32));
        var position = Graph.Node("ArgMax", [narrow], ("axis", 1), ("keepdims", 1));
        return Graph.Node("GatherND", [x, position], ("batch_dims", 1));
    }

    /// <inheritdoc/>
    public OnnxValue Dropout(OnnxValue x, double rate) => x;

    /// <summary>A constant vector.</summary>
    protected OnnxValue Vector(ReadOnlySpan<float> values) => Graph.Constant(new([values.Length], values.ToArray()));

    /// <summary>The values of a parameter.</summary>
    /// <exception cref="InvalidOperationException">The value is computed in the graph.</exception>
    protected static TensorData Numbers(OnnxValue value) =>
        value.Constant ?? throw new InvalidOperationException($"{value.Name} is computed in the graph; this operation needs a parameter");

    /// <summary>[rows, columns] → [columns, rows].</summary>
    protected static TensorData Transposed(TensorData matrix)
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
