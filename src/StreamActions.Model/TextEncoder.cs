// The text branch: token ids → one embedding for each text (docs/model.md §2).
namespace StreamActions.Model;

/// <summary>Output of the text branch for N texts.</summary>
/// <param name="Hidden">[N, S, W], before the final layer norm.</param>
/// <param name="Embedding">[N, D]; not of unit length.</param>
public readonly record struct TextOutput<T>(T Hidden, T Embedding);

/// <summary>CLIP's causal text transformer with adapters in its last blocks.</summary>
public sealed class TextEncoder<T>
{
    private readonly ITensorOps<T> _ops;
    private readonly T _tokens, _positions, _projection;
    private readonly TextBlock<T>[] _blocks;

    /// <summary>Requests the parameters of the text branch.</summary>
    public TextEncoder(ITensorOps<T> ops, ParameterScope<T> root, M2ClipConfig config)
    {
        _ops = ops;
        _tokens = root.At("token_embedding").Normal("weight", 0.02, config.VocabSize, config.TextWidth);
        _positions = root.As(ParameterRole.PositionalEmbedding)
            .Normal("positional_embedding", 0.01, config.ContextLength, config.TextWidth);
        _blocks =
        [
            .. Enumerable.Range(0, config.TextStackLayers)
                .Select(n => new TextBlock<T>(ops, root.At($"transformer.resblocks.{n}"), config, n)),
        ];
        FinalNorm = new(ops, root.At("ln_final"), config.TextWidth);
        _projection = root.Normal("text_projection", Math.Pow(config.TextWidth, -0.5), config.TextWidth, config.EmbedDim);
    }

    /// <summary>The layer norm after the last block. The masked-language head uses it too.</summary>
    internal LayerNorm<T> FinalNorm { get; }

    /// <summary>int64 ids [N, S] → hidden states and embeddings.</summary>
    public TextOutput<T> Forward(T ids)
    {
        var x = _ops.Add(_ops.Gather(_tokens, ids), _positions);   // [N, S, W]
        foreach (var block in _blocks)
            x = block.Forward(x);
        var end = _ops.TakeAtHighest(x, ids);                      // [N, W]: the layer norm is per row, so it may come after
        return new(x, _ops.MatMul(FinalNorm.Forward(end), _projection));
    }
}

/// <summary>A text adapter: Linear, exact GELU, Linear, residual.</summary>
internal sealed class TextAdapter<T>(ITensorOps<T> ops, ParameterScope<T> at, int width, int adapterWidth)
{
    private readonly Linear<T> _down = new(ops, at.At("textad_fc1"), width, adapterWidth);
    // Zero, so that a new adapter is the identity.
    private readonly T _upWeight = at.At("textad_fc2").AsAdapterOutput().Zeros("weight", width, adapterWidth);
    private readonly T _upBias = at.At("textad_fc2").AsAdapterOutput().Zeros("bias", width);

    public T Forward(T x) => ops.Add(x, ops.Linear(ops.Gelu(_down.Forward(x)), _upWeight, _upBias));
}

/// <summary>A text block: self-attention and MLP, with optional adapters. The cross-modal block attends to frames instead.</summary>
internal sealed class TextBlock<T>
{
    private readonly ITensorOps<T> _ops;
    private readonly LayerNorm<T> _ln1, _ln2;
    private readonly MultiHeadAttention<T> _attention;
    private readonly Mlp<T> _mlp;
    private readonly TextAdapter<T>? _beforeAttention, _beforeMlp;

    public TextBlock(ITensorOps<T> ops, ParameterScope<T> at, M2ClipConfig config, int index)
    {
        _ops = ops;
        var width = config.TextWidth;
        _ln1 = new(ops, at.At("ln_1"), width);
        _attention = new(ops, at.At("attn"), width, config.TextHeads, config.TextStackLayers);
        _ln2 = new(ops, at.At("ln_2"), width);
        _mlp = new(ops, at.At("mlp"), width, config.TextStackLayers);
        var adapted = index >= config.TextLayers - config.TextAdapterLayers;
        var adapters = at.As(ParameterRole.TextAdapter);
        _beforeAttention = adapted && config.TextAdapterPreAttn
            ? new(ops, adapters.At("adapter_pre_attn"), width, config.TextAdapterWidth)
            : null;
        _beforeMlp = adapted ? new(ops, adapters.At("adapter_pre_mlp"), width, config.TextAdapterWidth) : null;
    }

    /// <summary>Causal self-attention: [N, S, W] → the same.</summary>
    public T Forward(T x)
    {
        if (_beforeAttention is not null)
            x = _beforeAttention.Forward(x);
        return AfterAttention(_ops.Add(x, _attention.Self(_ln1.Forward(x), causal: true)));
    }

    /// <summary>Texts [B, S, W] attend to frames [B, T, W]; the same layer norm on both, no mask.</summary>
    public T Cross(T x, T frames)
    {
        if (_beforeAttention is not null)
            x = _beforeAttention.Forward(x);
        return AfterAttention(_ops.Add(x, _attention.Cross(_ln1.Forward(x), _ln1.Forward(frames))));
    }

    private T AfterAttention(T x)
    {
        if (_beforeMlp is not null)
            x = _beforeMlp.Forward(x);
        return _ops.Add(x, _mlp.Forward(_ln2.Forward(x)));
    }
}
