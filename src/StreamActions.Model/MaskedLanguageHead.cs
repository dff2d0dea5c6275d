// Cross-modal masked language modelling: the head predicts words of a caption from the frames (docs/model.md §3).
namespace StreamActions.Model;

/// <summary>Text hidden states attend to frame embeddings in an extra text block. A small transform then predicts label words.</summary>
public sealed class MaskedLanguageHead<T>
{
    private readonly ITensorOps<T> _ops;
    private readonly TextBlock<T> _block;
    private readonly LayerNorm<T> _finalNorm, _norm;
    private readonly Linear<T> _dense;
    private readonly T _decoder, _bias;

    internal MaskedLanguageHead(ITensorOps<T> ops, ParameterScope<T> root, M2ClipConfig config, LayerNorm<T> finalNorm)
    {
        (_ops, _finalNorm) = (ops, finalNorm);
        var index = config.TextLayers - 1;
        _block = new(ops, root.At($"transformer.resblocks.{index}"), config, index);
        var at = root.At("mlm_adapter").As(ParameterRole.MaskedLanguageHead);
        _dense = new(ops, at.At("transform.dense"), config.TextWidth, config.TextWidth, 0.02);
        _norm = new(ops, at.At("transform.LayerNorm"), config.TextWidth, 1e-12);
        var rows = at.As(ParameterRole.MaskedLanguageRows);
        _decoder = rows.At("decoder").Normal("weight", 0.02, config.MlmVocabSize, config.TextWidth);
        _bias = rows.Zeros("bias", config.MlmVocabSize);
    }

    /// <summary>
    /// Hidden states [B, S, W] of the masked captions and frame embeddings [B, T, D] (D = W) of their clips → logits [B, S, V] over label
    /// words.
    /// </summary>
    public T Forward(T textHidden, T frameEmbeddings)
    {
        var x = _finalNorm.Forward(_block.Cross(textHidden, frameEmbeddings));
        x = _norm.Forward(_ops.Gelu(_dense.Forward(x)));
        return _ops.Linear(x, _decoder, _bias);
    }
}
