// Records the network with int8 products for a CPU.
using StreamActions.Model;
using StreamActions.Model.Quantization;
using StreamActions.Model.Weights;

namespace StreamActions.Onnx.Quantization;

/// <summary>
/// Records the layers of a plan with int8 weights and bytes as inputs, and all else as <see cref="OnnxOps"/> does. Scales are constants, so
/// a stream's output does not depend on the other streams of its batch. Layers with one input share its bytes.
/// </summary>
public sealed class QuantizedOnnxOps(OnnxGraph graph, QuantizationPlan plan) : OnnxOps(graph), ITensorOps<OnnxValue>
{
    private static readonly ActivationScale Pixel = new(1, 0);

    private readonly Dictionary<(string Value, ActivationScale Scale), OnnxValue> _bytes = [];
    private readonly Dictionary<(string Value, float[] Factors), OnnxValue> _divided = [];
    private readonly Dictionary<string, (float[] Scale, float[] Shift)> _pixels = new(StringComparer.Ordinal);

    /// <summary>The bytes themselves: <see cref="PictureTokens"/> has scale and shift in its weights.</summary>
    public override OnnxValue Pixels(OnnxValue frames, ReadOnlySpan<float> scale, ReadOnlySpan<float> shift)
    {
        if (!plan.PatchesAreInt8)
            return base.Pixels(frames, scale, shift);
        _pixels[frames.Name] = (scale.ToArray(), shift.ToArray());
        return frames;
    }

    /// <inheritdoc/>
    public override OnnxValue Reshape(OnnxValue x, params ReadOnlySpan<long> shape)
    {
        var y = base.Reshape(x, shape);
        if (_pixels.TryGetValue(x.Name, out var pixels))
            _pixels[y.Name] = pixels;
        return y;
    }

    /// <inheritdoc/>
    public override OnnxValue PictureTokens(
        OnnxValue pictures, OnnxValue weight, OnnxValue classToken, OnnxValue positions, PatchGrid grid)
    {
        if (!_pixels.TryGetValue(pictures.Name, out var pixels))
            return base.PictureTokens(pictures, weight, classToken, positions, grid);
        var (matrix, table) = PatchProduct(weight, classToken, positions, pixels);
        return Add(Product(TokenPatches(pictures, grid), Pixel, matrix, null), table);
    }

    /// <inheritdoc/>
    public override OnnxValue PictureTokensAt(
        TokenRows<OnnxValue> rows, OnnxValue picture, OnnxValue weight, OnnxValue classToken, OnnxValue positions, PatchGrid grid)
    {
        if (!_pixels.TryGetValue(picture.Name, out var pixels))
            return base.PictureTokensAt(rows, picture, weight, classToken, positions, grid);
        var (matrix, table) = PatchProduct(weight, classToken, positions, pixels);
        var patches = GatherRows(TokenPatches(picture, grid), rows.Tokens, 1);
        return Add(Product(patches, Pixel, matrix, null), GatherRows(table, rows.Tokens, 0));
    }

    // The class token is a patch of zeros.
    private OnnxValue TokenPatches(OnnxValue pictures, PatchGrid grid) => PadStart(Patches(pictures, grid), 1, 1, 3);

    // The matrix for pixels as they are, and what is added to its products.
    private (QuantizedMatrix Matrix, OnnxValue Table) PatchProduct(
        OnnxValue weight, OnnxValue classToken, OnnxValue positions, (float[] Scale, float[] Shift) pixels)
    {
        var matrix = PatchMatrix(Numbers(weight));
        var width = (int)matrix.Shape[1];
        float[] values = [.. matrix.Values], bias = new float[width];
        for (var i = 0; i < values.Length; i++)
        {
            var colour = i / width % 3;
            bias[i % width] += values[i] * pixels.Shift[colour];
            values[i] *= pixels.Scale[colour];
        }
        return (Rounded(new(matrix.Shape, values)), Graph.Constant(TokenTable(classToken, positions, bias)));
    }

    /// <inheritdoc/>
    public override OnnxValue Linear(OnnxValue x, OnnxValue weight, OnnxValue? bias)
    {
        x = DividedInput(x, weight.Name);
        return plan.ScaleOf(weight.Name) is { } scale
            ? Product(Bytes(x, scale), scale, Rounded(Transposed(Numbers(weight))), bias)
            : base.Linear(x, weight, bias);
    }

    /// <inheritdoc/>
    public override (OnnxValue Query, OnnxValue Key, OnnxValue Value) LinearQkv(
        OnnxValue queries, OnnxValue context, OnnxValue weight, OnnxValue bias, int width)
    {
        if (plan.ScaleOf(weight.Name) is not { } scale)
            return base.LinearQkv(queries, context, weight, bias, width);
        OnnxValue Part(OnnxValue x, int index) => Product(
            Bytes(x, scale),
            scale,
            Rounded(Transposed(Numbers(Slice(weight, 0, index * width, width)))),
            Slice(bias, 0, index * width, width));
        return (Part(queries, 0), Part(context, 1), Part(context, 2));
    }

    /// <summary>
    /// Both last maps as one product: the bytes of the enhancement and of the convolved difference side by side, and one matrix below the
    /// other.
    /// </summary>
    public OnnxValue AddAdapter(
        OnnxValue x,
        OnnxValue enhancement,
        LinearMap<OnnxValue> enhancementUp,
        OnnxValue difference,
        GridMap<OnnxValue> differenceUp,
        PatchFrames shape,
        TokenRows<OnnxValue>? rows = null)
    {
        if (plan.ScaleOf(enhancementUp.Weight.Name) is not { } first
            || plan.ScaleOf(differenceUp.Weight.Name) is not { } input
            || plan.ScaleOf(differenceUp.Up.Weight.Name) is not { } second)
            return this.AddAdapterInParts(x, enhancement, enhancementUp, difference, differenceUp, shape, rows);

        var (above, below) = (Transposed(Numbers(enhancementUp.Weight)), Transposed(Numbers(differenceUp.Up.Weight)));
        var (inputs, width) = ((int)above.Shape[0], (int)above.Shape[1]);
        // The product has the scale and the zero point of the enhancement. The ratio of the scales is part of the lower matrix, and the
        // difference of the zero points is part of the bias.
        var ratio = second.Scale / first.Scale;
        var matrix = Rounded(new([2 * inputs, width], [.. above.Values, .. below.Values.Select(v => v * ratio)]));
        var sums = matrix.ColumnSums(inputs, inputs);
        float[] bias =
        [
            .. Numbers(enhancementUp.Bias).Values.Select((b, c) => b - (second.ZeroPoint - first.ZeroPoint) * first.Scale * sums[c]),
        ];

        var convolved = Convolve(difference, input, differenceUp, second, shape);
        var patchBias = PatchTable(differenceUp.Up.Bias, shape.Grid);
        if (rows is { } some)
            (convolved, patchBias) = (GatherRows(convolved, some.Patches, 2), GatherRows(patchBias, some.Tokens, 0));
        // The class token has no difference: its row is the byte for 0, and has no bias.
        convolved = Graph.Node("Pad", [convolved, Graph.Integers(1, 0), Byte(second.ZeroPoint), Graph.Integers(2)]);
        var both = Concat([Bytes(enhancement, first), convolved], 3);
        return Add(Add(x, patchBias), Product(both, first, matrix, Vector(bias)));
    }

    // Depthwise 3×3 convolution of bytes [B, F, grid², C], with bytes of another scale as the result.
    private OnnxValue Convolve(
        OnnxValue x, ActivationScale input, GridMap<OnnxValue> map, ActivationScale output, PatchFrames shape)
    {
        var weight = Numbers(map.Weight);   // [C, 1, 1, 3, 3]
        var channels = (int)weight.Shape[0];
        var bias = Numbers(map.Bias).Values;
        var scales = new float[channels];
        var numbers = new sbyte[weight.Values.Length];
        var integers = new int[channels];
        const int taps = 9;
        for (var c = 0; c < channels; c++)
        {
            var kernel = weight.Values.AsSpan(c * taps, taps);
            var greatest = 0f;
            foreach (var tap in kernel)
                greatest = Math.Max(greatest, Math.Abs(tap));
            // Large enough that the bias fits into an integer, also where the convolution is nearly zero.
            scales[c] = Math.Max(greatest / sbyte.MaxValue, Math.Abs(bias[c]) / input.Scale / (1 << 24));
            scales[c] = Math.Max(scales[c], 1e-9f);
            for (var tap = 0; tap < taps; tap++)
                numbers[c * taps + tap] = (sbyte)MathF.Round(kernel[tap] / scales[c]);
            integers[c] = (int)MathF.Round(bias[c] / (scales[c] * input.Scale));
        }
        var pictures = base.Reshape(Bytes(x, input), -1, shape.Grid, shape.Grid, channels);
        var y = Graph.Node(
            "QLinearConv",
            OnnxGraph.Microsoft,
            [
                pictures,
                Scalar(input.Scale),
                Byte(input.ZeroPoint),
                Graph.Constant<sbyte>(OnnxType.Int8, numbers, channels, 1, 3, 3),
                Vector(scales),
                Graph.Constant<sbyte>(OnnxType.Int8, [0]),
                Scalar(output.Scale),
                Byte(output.ZeroPoint),
                Graph.Constant<int>(OnnxType.Int32, integers, channels),
            ],
            ("group", channels),
            ("kernel_shape", new long[] { 3, 3 }),
            ("pads", new long[] { 1, 1, 1, 1 }),
            ("channels_last", 1));
        return base.Reshape(y, -1, shape.Frames, shape.Grid * shape.Grid, channels);
    }

    // [L, C]: a bias for the patch tokens, zeros for the class token.
    private OnnxValue PatchTable(OnnxValue bias, int grid)
    {
        var row = Numbers(bias).Values;
        var values = new float[(1 + grid * grid) * row.Length];
        for (var i = row.Length; i < values.Length; i++)
            values[i] = row[i % row.Length];
        return Graph.Constant(new([1 + grid * grid, row.Length], values));
    }

    private OnnxValue DividedInput(OnnxValue x, string weight)
    {
        if (!plan.Network.InputFactors.TryGetValue(weight, out var factors))
            return x;
        if (!_divided.TryGetValue((x.Name, factors), out var divided))
            _divided[(x.Name, factors)] = divided = Graph.Node("Mul", [x, Vector([.. factors.Select(f => 1 / f)])]);
        return divided;
    }

    private OnnxValue Bytes(OnnxValue x, ActivationScale scale)
    {
        if (!_bytes.TryGetValue((x.Name, scale), out var bytes))
            _bytes[(x.Name, scale)] = bytes = Graph.Node("QuantizeLinear", [x, Scalar(scale.Scale), Byte(scale.ZeroPoint)]);
        return bytes;
    }

    private QuantizedMatrix Rounded(TensorData matrix) => QuantizedMatrix.Of(matrix, plan.Weights);

    // Bytes times int8 numbers, as floats, with the bias added.
    private OnnxValue Product(OnnxValue bytes, ActivationScale scale, QuantizedMatrix matrix, OnnxValue? bias) => Graph.Node(
        "MatMulIntegerToFloat",
        OnnxGraph.Microsoft,
        [
            bytes,
            Graph.Constant<sbyte>(OnnxType.Int8, matrix.Numbers, matrix.Rows, matrix.Columns),
            Scalar(scale.Scale),
            Vector(matrix.Scales),
            Byte(scale.ZeroPoint),
            null,
            bias,
        ]);

    private OnnxValue Scalar(float value) => Graph.Constant(new([], [value]));

    private OnnxValue Byte(byte value) => Graph.Constant<byte>(OnnxType.UInt8, [value]);
}
