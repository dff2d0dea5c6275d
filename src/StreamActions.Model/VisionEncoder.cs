// The vision branch: frames → frame embeddings, a clip embedding and class logits (docs/model.md §1).
namespace StreamActions.Model;

/// <summary>Output of the vision branch for B clips.</summary>
/// <param name="FrameEmbeddings">[B, T, D], after the temporal adapter.</param>
/// <param name="VideoEmbedding">[B, D], their mean over time; not of unit length.</param>
/// <param name="ClassLogits">[B, K]; default when the network has no classes.</param>
public readonly record struct VisionOutput<T>(T FrameEmbeddings, T VideoEmbedding, T? ClassLogits);

/// <summary>CLIP's vision transformer with TED-Adapters, a temporal adapter and a classification head.</summary>
public sealed class VisionEncoder<T>
{
    private static readonly float[] Mean = [0.48145466f, 0.4578275f, 0.40821073f];
    private static readonly float[] Deviation = [0.26862954f, 0.26130258f, 0.27577711f];

    private readonly ITensorOps<T> _ops;
    private readonly M2ClipConfig _config;
    private readonly T _patchWeight, _classEmbedding, _positions, _projection;
    private readonly LayerNorm<T> _pre, _post;
    private readonly VisionBlock<T>[] _blocks;
    private readonly TemporalEnhancement<T> _temporalAdapter;
    private readonly Linear<T>? _classifier;

    /// <summary>Requests every parameter below <c>visual</c>.</summary>
    public VisionEncoder(ITensorOps<T> ops, ParameterScope<T> root, M2ClipConfig config)
    {
        (_ops, _config) = (ops, config);
        var at = root.At("visual");
        int width = config.VisionWidth, patch = config.PatchSize;
        var scale = Math.Pow(width, -0.5);
        _patchWeight = at.At("conv1").Normal("weight", Math.Pow(3 * patch * patch, -0.5), width, 3, patch, patch);
        _classEmbedding = at.Normal("class_embedding", scale, width);
        _positions = at.As(ParameterRole.PositionalEmbedding).Normal("positional_embedding", scale, config.Tokens, width);
        _pre = new(ops, at.At("ln_pre"), width);
        _blocks =
        [
            .. Enumerable.Range(0, config.VisionLayers)
                .Select(n => new VisionBlock<T>(ops, at.At($"transformer.resblocks.{n}"), config, n)),
        ];
        _post = new(ops, at.At("ln_post"), width);
        _projection = at.Normal("proj", scale, width, config.EmbedDim);
        _temporalAdapter =
            new(ops, at.At("t_adapter").As(ParameterRole.TemporalAdapter), config.EmbedDim, config.EmbedDim / 2, config.Frames);
        _classifier = config.NumClasses > 0
            ? new(ops, at.At("adapter_fc").As(ParameterRole.ClassificationHead), width, config.NumClasses, 0.02)
            : null;
    }

    /// <summary>uint8 RGB frames [B, T, S, S, 3] → normalised floats of the same shape (CLIP's mean and standard deviation).</summary>
    public T Normalize(T frames)
    {
        Span<float> scale = stackalloc float[3], shift = stackalloc float[3];
        for (var c = 0; c < 3; c++)
            (scale[c], shift[c]) = (1 / (255 * Deviation[c]), -Mean[c] / Deviation[c]);
        return _ops.Pixels(frames, scale, shift);
    }

    /// <summary>Normalised frames [B, T, S, S, 3] → embeddings and logits.</summary>
    public VisionOutput<T> Forward(T frames)
    {
        int size = _config.ImageSize, clip = _config.Frames, width = _config.VisionWidth;
        var pictures = _ops.Reshape(frames, -1, size, size, 3);
        var x = _ops.PatchEmbedding(pictures, _patchWeight, size, _config.PatchSize);   // [B·T, L−1, C]
        x = _ops.PrependToken(x, _classEmbedding);                                      // [B·T, L, C]
        x = _pre.Forward(_ops.Add(x, _positions));
        foreach (var block in _blocks[..^1])
            x = block.Forward(x);
        var classTokens = _ops.Reshape(_blocks[^1].ForwardClassTokens(x), -1, width);   // [B·T, C]
        var embedded = _ops.MatMul(_post.Forward(classTokens), _projection);            // [B·T, D]
        var perFrame = _ops.Reshape(embedded, -1, clip, 1, _config.EmbedDim);           // [B, T, 1, D]
        perFrame = _ops.Add(perFrame, _temporalAdapter.Forward(perFrame));
        var frameEmbeddings = _ops.Reshape(perFrame, -1, clip, _config.EmbedDim);
        var video = _ops.Mean(frameEmbeddings, 1);
        return new(frameEmbeddings, video, ClassLogits(classTokens));
    }

    private T? ClassLogits(T classTokens)
    {
        if (_classifier is null)
            return default;
        var mean = _ops.Mean(_ops.Reshape(classTokens, -1, _config.Frames, _config.VisionWidth), 1);   // [B, C]
        return _classifier.Forward(_ops.Dropout(_post.Forward(mean), 0.5));
    }
}

/// <summary>A vision block: attention and MLP, each after an optional TED-Adapter.</summary>
internal sealed class VisionBlock<T>
{
    private readonly ITensorOps<T> _ops;
    private readonly LayerNorm<T> _ln1, _ln2;
    private readonly MultiHeadAttention<T> _attention;
    private readonly Mlp<T> _mlp;
    private readonly TedAdapter<T>? _beforeAttention, _beforeMlp;

    public VisionBlock(ITensorOps<T> ops, ParameterScope<T> at, M2ClipConfig config, int index)
    {
        _ops = ops;
        var width = config.VisionWidth;
        _ln1 = new(ops, at.At("ln_1"), width);
        _attention = new(ops, at.At("attn"), width, config.VisionHeads, config.VisionLayers);
        _ln2 = new(ops, at.At("ln_2"), width);
        _mlp = new(ops, at.At("mlp"), width, config.VisionLayers);
        var adapted = index >= config.VisionLayers - config.VisionAdapterLayers;
        _beforeAttention = adapted && config.VisionAdapterPreAttn ? new(ops, at.At("adapter_pre_attn"), config) : null;
        _beforeMlp = adapted ? new(ops, at.At("adapter_pre_mlp"), config) : null;
    }

    /// <summary>[B·T, L, C] → [B·T, L, C].</summary>
    public T Forward(T x)
    {
        if (_beforeAttention is not null)
            x = _beforeAttention.Forward(x);
        x = _ops.Add(x, _attention.Self(_ln1.Forward(x), causal: false));
        if (_beforeMlp is not null)
            x = _beforeMlp.Forward(x);
        return _ops.Add(x, _mlp.Forward(_ln2.Forward(x)));
    }

    /// <summary>
    /// The last block: only the class tokens leave the encoder, so only they are computed after attention. [B·T, L, C] → [B·T, 1, C], equal
    /// to the class tokens of <see cref="Forward"/>.
    /// </summary>
    public T ForwardClassTokens(T x)
    {
        if (_beforeAttention is not null)
            x = _beforeAttention.Forward(x);
        var first = _ops.Add(_ops.Slice(x, 1, 0, 1), _attention.SelfOfFirst(_ln1.Forward(x)));
        if (_beforeMlp is not null)
            first = _beforeMlp.ForwardClassTokens(first);
        return _ops.Add(first, _mlp.Forward(_ln2.Forward(first)));
    }
}
