// Layers shared by both branches: linear map, layer norm, attention, CLIP's MLP.
using StreamActions.Core.Bundles;

namespace StreamActions.Model;

/// <summary>A linear map with bias: [..., in] → [..., out].</summary>
internal sealed class Linear<T>(ITensorOps<T> ops, ParameterScope<T> at, int input, int output, double? deviation = null)
{
    private readonly T _weight = at.Normal("weight", deviation ?? Math.Pow(input, -0.5), output, input);
    private readonly T _bias = at.Zeros("bias", output);

    public T Forward(T x) => ops.Linear(x, _weight, _bias);

    /// <summary>Its parameters.</summary>
    public LinearMap<T> Parameters => new(_weight, _bias);

    /// <summary>The map alone.</summary>
    public T ForwardWithoutBias(T x) => ops.Linear(x, _weight, default);

    /// <summary>The bias alone: y [..., out] → y + bias.</summary>
    public T AddBias(T y) => ops.Add(y, _bias);
}

/// <summary>Layer normalisation over the last axis.</summary>
internal sealed class LayerNorm<T>(ITensorOps<T> ops, ParameterScope<T> at, int width, double epsilon = 1e-5)
{
    private readonly T _weight = at.Ones("weight", width);
    private readonly T _bias = at.Zeros("bias", width);

    public T Forward(T x) => ops.LayerNorm(x, _weight, _bias, epsilon);
}

/// <summary>Multi-head attention with CLIP's stacked input projection.</summary>
internal sealed class MultiHeadAttention<T>(ITensorOps<T> ops, ParameterScope<T> at, int width, int heads, int layers)
{
    private readonly T _inWeight = at.Normal("in_proj_weight", Math.Pow(width, -0.5), 3 * width, width);
    private readonly T _inBias = at.Zeros("in_proj_bias", 3 * width);
    private readonly Linear<T> _out = new(ops, at.At("out_proj"), width, width, Math.Pow(width, -0.5) * Math.Pow(2 * layers, -0.5));

    /// <summary>Self-attention: [N, L, C] → [N, L, C].</summary>
    public T Self(T x, bool causal) => Attend(x, x, causal);

    /// <summary>Attention of some tokens to all: queries [N, Lq, C], the tokens that are encoded x [N, n, C] → [N, Lq, C].</summary>
    /// <param name="queries">The tokens that look.</param>
    /// <param name="x">The tokens that are encoded.</param>
    /// <param name="time">Knows the keys and values of the other tokens.</param>
    /// <param name="caches">The places of keys and values.</param>
    public T ToAll(T queries, T x, Timeline<T> time, (StreamState Key, StreamState Value) caches)
    {
        var (query, key, value) = ops.LinearQkv(queries, x, _inWeight, _inBias, width);
        (key, value) = (time.OfAllTokens(caches.Key, key), time.OfAllTokens(caches.Value, value));
        return _out.Forward(ops.Attention(query, key, value, heads, causal: false));
    }

    /// <summary>Queries [N, Lq, C] attend to a context [N, Lk, C].</summary>
    public T Cross(T queries, T context) => Attend(queries, context, causal: false);

    private T Attend(T queries, T context, bool causal)
    {
        var (query, key, value) = ops.LinearQkv(queries, context, _inWeight, _inBias, width);
        return _out.Forward(ops.Attention(query, key, value, heads, causal));
    }
}

/// <summary>CLIP's MLP: C → 4C, QuickGELU, 4C → C.</summary>
internal sealed class Mlp<T>(ITensorOps<T> ops, ParameterScope<T> at, int width, int layers)
{
    private readonly Linear<T> _up = new(ops, at.At("c_fc"), width, 4 * width, Math.Pow(2 * width, -0.5));
    private readonly Linear<T> _down = new(ops, at.At("c_proj"), 4 * width, width, Math.Pow(width, -0.5) * Math.Pow(2 * layers, -0.5));

    public T Forward(T x) => _down.Forward(ops.QuickGelu(_up.Forward(x)));
}
