// The operations the network is written in. A backend computes them (libtorch) or records them (ONNX).
namespace StreamActions.Model;

/// <summary>The parameters of a linear map.</summary>
/// <param name="Weight">[out, in].</param>
/// <param name="Bias">[out].</param>
/// <typeparam name="T">The backend's tensor.</typeparam>
public readonly record struct LinearMap<T>(T Weight, T Bias);

/// <summary>A depthwise 3×3 convolution over the patch grid with a linear map after it.</summary>
/// <param name="Weight">Of the convolution, [Ca, 1, 1, 3, 3].</param>
/// <param name="Bias">Of the convolution, [Ca].</param>
/// <param name="Up">The linear map, Ca → C.</param>
/// <typeparam name="T">The backend's tensor.</typeparam>
public readonly record struct GridMap<T>(T Weight, T Bias, LinearMap<T> Up);

/// <summary>The shape of patch tokens [B, F, grid², C].</summary>
/// <param name="Frames">F.</param>
/// <param name="Grid">Patches along one side of the picture.</param>
public readonly record struct PatchFrames(int Frames, int Grid);

/// <summary>Some tokens of a picture, in ascending order. The class token, row 0, is always the first of them.</summary>
/// <param name="Tokens">Their rows [n] among the tokens 0…L−1.</param>
/// <param name="Patches">The rows [n − 1] of the patches among them, among the patches 0…L−2.</param>
/// <typeparam name="T">The backend's tensor.</typeparam>
public readonly record struct TokenRows<T>(T Tokens, T Patches);

/// <summary>How a square picture is cut into square patches.</summary>
/// <param name="Size">Height and width of the picture, in pixels.</param>
/// <param name="Patch">Height and width of a patch, in pixels; divides <paramref name="Size"/>.</param>
public readonly record struct PatchGrid(int Size, int Patch);

/// <summary>
/// The operations of the forward pass, on a backend's tensors. The backend tracks the shapes. A batch size may be symbolic, so the network
/// never reads it. Axes start at 0. Operations with a body consist of the others (<see cref="TensorParts"/>); a backend may compute them in
/// one step.
/// </summary>
/// <typeparam name="T">The backend's tensor.</typeparam>
public interface ITensorOps<T>
{
    /// <summary>uint8 pixels [..., 3] → float, <c>x · scale[c] + shift[c]</c> for each colour.</summary>
    T Pixels(T frames, ReadOnlySpan<float> scale, ReadOnlySpan<float> shift);

    /// <summary>Pictures [N, S, S, 3] → patches times <paramref name="weight"/> [C, 3, p, p]: [N, (S/p)², C], row by row.</summary>
    T PatchEmbedding(T pictures, T weight, int size, int patch);

    /// <summary>
    /// The tokens of pictures [N, S, S, 3]: <paramref name="classToken"/> [C] and the patches of
    /// <see cref="PatchEmbedding"/>, each with its row of <paramref name="positions"/> [1 + (S/p)², C]. [N, 1 + (S/p)², C].
    /// </summary>
    T PictureTokens(T pictures, T weight, T classToken, T positions, PatchGrid grid) =>
        this.PictureTokensInParts(pictures, weight, classToken, positions, grid);

    /// <summary>Some of the tokens of <see cref="PictureTokens"/>, of one picture: [1, n, C].</summary>
    T PictureTokensAt(TokenRows<T> rows, T picture, T weight, T classToken, T positions, PatchGrid grid) =>
        GatherRows(PictureTokens(picture, weight, classToken, positions, grid), rows.Tokens, 1);

    /// <summary>x [..., in] · weightᵀ (+ bias), weight [out, in], bias [out].</summary>
    T Linear(T x, T weight, T? bias);

    /// <summary>
    /// The three projections of attention from one stacked weight [3C, C] and bias [3C]: the query of <paramref name="queries"/>, key and
    /// value of <paramref name="context"/>. In self-attention both are one tensor.
    /// </summary>
    (T Query, T Key, T Value) LinearQkv(T queries, T context, T weight, T bias, int width);

    /// <summary>x [..., in] · matrix [in, out].</summary>
    T MatMul(T x, T matrix);

    /// <summary>Layer normalisation over the last axis.</summary>
    T LayerNorm(T x, T weight, T bias, double epsilon);

    /// <summary>Multi-head attention: query [N, Lq, C], key and value [N, Lk, C] → [N, Lq, C]; scores scaled by 1/√(C/heads).</summary>
    T Attention(T query, T key, T value, int heads, bool causal);

    /// <summary><c>x · σ(1.702 x)</c>.</summary>
    T QuickGelu(T x);

    /// <summary>The exact (erf) GELU.</summary>
    T Gelu(T x);

    /// <summary>
    /// Depthwise 3-tap convolution over time: x [B, T, L, C], weight [C, 1, 3], bias [C]. Taps at t−1, t, t+1, or at
    /// t−2, t−1, t when <paramref name="causal"/>; zero outside the clip.
    /// </summary>
    T TemporalConvolution(T x, T weight, T bias, int frames, bool causal);

    /// <summary>
    /// The causal convolution of <see cref="TemporalConvolution"/> for one frame of a stream, from the values two frames ago, one frame ago
    /// and now: each [..., C], weight [C, 1, 3], bias [C].
    /// </summary>
    T TemporalTaps(T twoAgo, T oneAgo, T now, T weight, T bias);

    /// <summary>
    /// Depthwise 3×3 convolution over the patch grid, zero outside it: x [B, T, grid², C], weight [C, 1, 1, 3, 3], bias [C].
    /// </summary>
    T GridConvolution(T x, T weight, T bias, int frames, int grid);

    /// <summary>
    /// The sum of a TED-Adapter: x [B, F, L, C] plus <paramref name="enhancementUp"/> of the enhancement [B, F, L, Ca], plus
    /// <paramref name="differenceUp"/> of the difference [B, F, L − 1, Ca] for the patch tokens. The class token has no difference.
    /// With <paramref name="rows"/>, x and the enhancement have only these n rows instead of L, and B and F are 1.
    /// </summary>
    T AddAdapter(
        T x,
        T enhancement,
        LinearMap<T> enhancementUp,
        T difference,
        GridMap<T> differenceUp,
        PatchFrames shape,
        TokenRows<T>? rows = null) =>
        this.AddAdapterInParts(x, enhancement, enhancementUp, difference, differenceUp, shape, rows);

    /// <summary>Sum, with broadcasting.</summary>
    T Add(T a, T b);

    /// <summary>Difference, with broadcasting.</summary>
    T Subtract(T a, T b);

    /// <summary>x [B, 1, L, C] with zeros in the rows of B whose <paramref name="flags"/> [B] is 1, unchanged where it is 0.</summary>
    T ZeroWhere(T x, T flags);

    /// <summary>Tensors one after another along an axis.</summary>
    T Concat(ReadOnlySpan<T> parts, int axis);

    /// <summary>The part [start, start + length) of one axis.</summary>
    T Slice(T x, int axis, int start, int length);

    /// <summary>Zeros before the first entry of one axis of a tensor of <paramref name="rank"/> axes.</summary>
    T PadStart(T x, int axis, int count, int rank);

    /// <summary>One row before every sequence: row [C], x [N, L, C] → [N, 1 + L, C].</summary>
    T PrependToken(T x, T row);

    /// <summary>The same numbers in another shape; at most one entry is −1.</summary>
    T Reshape(T x, params ReadOnlySpan<long> shape);

    /// <summary>Mean over one axis, which is removed.</summary>
    T Mean(T x, int axis);

    /// <summary>Vectors of the last axis divided by their length.</summary>
    T L2Normalize(T x);

    /// <summary>Rows of a table [V, C] by ids [N, S] → [N, S, C].</summary>
    T Gather(T table, T ids);

    /// <summary>Some rows of an axis: x [..., L, ...], rows [n] → [..., n, ...].</summary>
    T GatherRows(T x, T rows, int axis);

    /// <summary>
    /// x [1, ..., 1, L, C] with other values in some rows of its last axis but one: rows [n], values [1, ..., 1, n, C].
    /// </summary>
    /// <param name="x">The tensor. It stays as it is.</param>
    /// <param name="rows">Different rows.</param>
    /// <param name="values">Their new values.</param>
    /// <param name="axis">The axis of the rows. Earlier axes have the size 1.</param>
    T ScatterRows(T x, T rows, T values, int axis);

    /// <summary>The row of each text at its highest id (the end token): x [N, S, C], ids [N, S] → [N, C].</summary>
    T TakeAtHighest(T x, T ids);

    /// <summary>Dropout during training, else the identity.</summary>
    T Dropout(T x, double rate);
}

/// <summary>Definitions of the operations that consist of others.</summary>
public static class TensorParts
{
    /// <summary><see cref="ITensorOps{T}.PictureTokens"/> from its parts.</summary>
    public static T PictureTokensInParts<T>(
        this ITensorOps<T> ops, T pictures, T weight, T classToken, T positions, PatchGrid grid) =>
        ops.Add(ops.PrependToken(ops.PatchEmbedding(pictures, weight, grid.Size, grid.Patch), classToken), positions);

    /// <summary><see cref="ITensorOps{T}.AddAdapter"/> from its parts.</summary>
    public static T AddAdapterInParts<T>(
        this ITensorOps<T> ops,
        T x,
        T enhancement,
        LinearMap<T> enhancementUp,
        T difference,
        GridMap<T> differenceUp,
        PatchFrames shape,
        TokenRows<T>? rows)
    {
        var convolved = ops.GridConvolution(difference, differenceUp.Weight, differenceUp.Bias, shape.Frames, shape.Grid);
        if (rows is { } some)
            convolved = ops.GatherRows(convolved, some.Patches, 2);
        var sum = ops.Add(x, ops.Linear(enhancement, enhancementUp.Weight, enhancementUp.Bias));
        return ops.Add(sum, ops.PadStart(ops.Linear(convolved, differenceUp.Up.Weight, differenceUp.Up.Bias), 2, 1, 4));
    }
}
