// Runs the network and reports what enters its layers, so that the ranges of activations can be measured.
namespace StreamActions.Model.Quantization;

/// <summary>The parameters of a source, and the name of each.</summary>
/// <typeparam name="T">The backend's tensor.</typeparam>
public sealed class NamedParameters<T>(IParameters<T> source) : IParameters<T>
    where T : class
{
    private readonly Dictionary<T, string> _names = new(ReferenceEqualityComparer.Instance);

    /// <inheritdoc/>
    public T Get(ParameterSpec spec)
    {
        var parameter = source.Get(spec);
        _names[parameter] = spec.Name;
        return parameter;
    }

    /// <summary>The name of a parameter; null for another tensor.</summary>
    public string? NameOf(T tensor) => _names.GetValueOrDefault(tensor);
}

/// <summary>
/// Computes or records what <paramref name="inner"/> does. It reports the input of every layer with a weight matrix or a convolution over
/// the patch grid. An operation with a body in <see cref="ITensorOps{T}"/> runs as the sum of its parts, so that their inputs are seen.
/// </summary>
/// <typeparam name="T">The backend's tensor.</typeparam>
/// <param name="inner">The backend.</param>
/// <param name="parameters">The network's parameters, which must come from this source.</param>
/// <param name="observe">
/// Receives the name of the layer's weight and the input, whose last axis has the channels. A layer with two inputs reports both.
/// </param>
public sealed class ObservedOps<T>(ITensorOps<T> inner, NamedParameters<T> parameters, Action<string, T> observe) : ITensorOps<T>
    where T : class
{
    private void Observe(T x, T weight)
    {
        if (parameters.NameOf(weight) is { } name)
            observe(name, x);
    }

    /// <inheritdoc/>
    public T Linear(T x, T weight, T? bias)
    {
        Observe(x, weight);
        return inner.Linear(x, weight, bias);
    }

    /// <inheritdoc/>
    public (T Query, T Key, T Value) LinearQkv(T queries, T context, T weight, T bias, int width)
    {
        Observe(context, weight);
        if (!ReferenceEquals(queries, context))
            Observe(queries, weight);
        return inner.LinearQkv(queries, context, weight, bias, width);
    }

    /// <inheritdoc/>
    public T MatMul(T x, T matrix)
    {
        Observe(x, matrix);
        return inner.MatMul(x, matrix);
    }

    /// <inheritdoc/>
    public T GridConvolution(T x, T weight, T bias, int frames, int grid)
    {
        Observe(x, weight);
        return inner.GridConvolution(x, weight, bias, frames, grid);
    }

    /// <inheritdoc/>
    public T Pixels(T frames, ReadOnlySpan<float> scale, ReadOnlySpan<float> shift) => inner.Pixels(frames, scale, shift);

    /// <inheritdoc/>
    public T PatchEmbedding(T pictures, T weight, int size, int patch) => inner.PatchEmbedding(pictures, weight, size, patch);

    /// <inheritdoc/>
    public T LayerNorm(T x, T weight, T bias, double epsilon) => inner.LayerNorm(x, weight, bias, epsilon);

    /// <inheritdoc/>
    public T Attention(T query, T key, T value, int heads, bool causal) => inner.Attention(query, key, value, heads, causal);

    /// <inheritdoc/>
    public T QuickGelu(T x) => inner.QuickGelu(x);

    /// <inheritdoc/>
    public T Gelu(T x) => inner.Gelu(x);

    /// <inheritdoc/>
    public T TemporalConvolution(T x, T weight, T bias, int frames, bool causal) =>
        inner.TemporalConvolution(x, weight, bias, frames, causal);

    /// <inheritdoc/>
    public T TemporalTaps(T twoAgo, T oneAgo, T now, T weight, T bias) => inner.TemporalTaps(twoAgo, oneAgo, now, weight, bias);

    /// <inheritdoc/>
    public T Add(T a, T b) => inner.Add(a, b);

    /// <inheritdoc/>
    public T Subtract(T a, T b) => inner.Subtract(a, b);

    /// <inheritdoc/>
    public T ZeroWhere(T x, T flags) => inner.ZeroWhere(x, flags);

    /// <inheritdoc/>
    public T Concat(ReadOnlySpan<T> parts, int axis) => inner.Concat(parts, axis);

    /// <inheritdoc/>
    public T Slice(T x, int axis, int start, int length) => inner.Slice(x, axis, start, length);

    /// <inheritdoc/>
    public T PadStart(T x, int axis, int count, int rank) => inner.PadStart(x, axis, count, rank);

    /// <inheritdoc/>
    public T PrependToken(T x, T row) => inner.PrependToken(x, row);

    /// <inheritdoc/>
    public T Reshape(T x, params ReadOnlySpan<long> shape) => inner.Reshape(x, shape);

    /// <inheritdoc/>
    public T Mean(T x, int axis) => inner.Mean(x, axis);

    /// <inheritdoc/>
    public T L2Normalize(T x) => inner.L2Normalize(x);

    /// <inheritdoc/>
    public T Gather(T table, T ids) => inner.Gather(table, ids);

    /// <inheritdoc/>
    public T GatherRows(T x, T rows, int axis) => inner.GatherRows(x, rows, axis);

    /// <inheritdoc/>
    public T ScatterRows(T x, T rows, T values, int axis) => inner.ScatterRows(x, rows, values, axis);

    /// <inheritdoc/>
    public T TakeAtHighest(T x, T ids) => inner.TakeAtHighest(x, ids);

    /// <inheritdoc/>
    public T Dropout(T x, double rate) => inner.Dropout(x, rate);
}
