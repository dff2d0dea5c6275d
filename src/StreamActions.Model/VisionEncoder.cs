// The vision branch: frames → frame embeddings, a clip embedding and class logits (docs/model.md §1).
using StreamActions.Core.Bundles;

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
    private const string Temporal = "temporal";

    private readonly T _patchWeight, _classEmbedding, _positions, _projection;
    private readonly LayerNorm<T> _pre, _post;
    private readonly VisionBlock<T>[] _blocks;
    private readonly TemporalEnhancement<T>? _temporalAdapter;
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
        _temporalAdapter = config.Temporal == TemporalMode.PerFrame
            ? null
            : new(ops, at.At("t_adapter").As(ParameterRole.TemporalAdapter), config.EmbedDim, config.EmbedDim / 2);
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

    /// <summary>Normalised clips [B, T, S, S, 3] → embeddings and logits.</summary>
    public VisionOutput<T> Forward(T frames) => Forward(frames, _config.Frames);

    /// <summary>
    /// Normalised clips with more frames than T, [B, F, S, S, 3] → embeddings and logits of the last T. A causal network meets the frames
    /// before them as a stream does; F is at least T.
    /// </summary>
    public VisionOutput<T> Forward(T frames, int count)
    {
        var time = new ClipTimeline<T>(_ops, count, _config.Tokens, _config.Temporal == TemporalMode.Causal);
        var (classTokens, embedded) = Encode(_ops.Reshape(frames, -1, _config.ImageSize, _config.ImageSize, 3), time);   // [B·F, …]
        return Window(
            LastFrames(_ops.Reshape(classTokens, -1, count, _config.VisionWidth), count),
            LastFrames(_ops.Reshape(embedded, -1, count, _config.EmbedDim), count));
    }

    /// <summary>
    /// One frame of each of B streams, normalised [B, S, S, 3] → embeddings and logits of the window that ends with it. Equal to
    /// <see cref="Forward(T, int)"/> of the whole stream, from its T-th frame on. Not for a bidirectional network.
    /// </summary>
    public VisionOutput<T> Step(T frames, IStreamStates<T> states)
    {
        if (_config.Temporal == TemporalMode.Bidirectional)
            throw new InvalidOperationException("a bidirectional network cannot run as a stream: its frames see later frames");
        return OneFrame(frames, states, new StreamTimeline<T>(_ops, states, _config.Tokens));
    }

    /// <summary>
    /// As <see cref="Step"/> for one stream, normalised [1, S, S, 3], but it encodes only some of the tokens. With all
    /// rows it gives the same.
    /// </summary>
    public VisionOutput<T> StepRows(T frame, IRowStates<T> states)
    {
        if (_config.Temporal == TemporalMode.Bidirectional)
            throw new InvalidOperationException("a bidirectional network cannot reuse tokens: its frames see later frames");
        return OneFrame(frame, states, new RowTimeline<T>(_ops, states, _config.Tokens));
    }

    private VisionOutput<T> OneFrame(T frames, IStreamStates<T> states, Timeline<T> time)
    {
        var (classTokens, embedded) = Encode(frames, time);
        return Window(
            // Only the classification head reads the class tokens.
            _classifier is null ? default : WithPast(ClassTokens, classTokens, states),
            WithPast(Embeddings, embedded, states)!);
    }

    /// <summary>What a stream keeps, in the order in which <see cref="Step"/> uses it.</summary>
    public IReadOnlyList<StreamState> States =>
    [
        .. _blocks[..^1].SelectMany(block => block.States),
        .. _blocks[^1].ClassTokenStates,
        .. _temporalAdapter is null ? [] : new[] { _temporalAdapter.State(Temporal, 1) },
        .. (_classifier is null ? [Embeddings] : new[] { ClassTokens, Embeddings }).Where(state => state.Lags > 0),
    ];

    /// <summary>What <see cref="StepRows"/> keeps beside <see cref="States"/>: keys and values of all tokens, [L, C] each.</summary>
    public IReadOnlyList<StreamState> Caches => [.. _blocks.SelectMany(block => block.Caches)];

    private StreamState ClassTokens => new("window.class-token", [_config.VisionWidth], _config.Frames - 1) { Window = true };

    private StreamState Embeddings => new("window.embedding", [_config.EmbedDim], _config.Frames - 1) { Window = true };

    // Pictures [B·F, S, S, 3] → class tokens [B·F, C] and frame embeddings [B·F, D].
    private (T ClassTokens, T Embedded) Encode(T pictures, Timeline<T> time)
    {
        PatchGrid grid = new(_config.ImageSize, _config.PatchSize);
        var x = time.Rows is { } rows
            ? _ops.PictureTokensAt(rows, pictures, _patchWeight, _classEmbedding, _positions, grid)
            : _ops.PictureTokens(pictures, _patchWeight, _classEmbedding, _positions, grid);
        x = _pre.Forward(x);   // [B·F, L, C]
        foreach (var block in _blocks[..^1])
            x = block.Forward(x, time);
        var classTokens = _ops.Reshape(_blocks[^1].ForwardClassTokens(x, time), -1, _config.VisionWidth);
        var embedded = _ops.MatMul(_post.Forward(classTokens), _projection);
        if (_temporalAdapter is null)
            return (classTokens, embedded);
        var perFrame = _ops.Reshape(embedded, -1, time.Frames, 1, _config.EmbedDim);
        perFrame = _ops.Add(perFrame, _temporalAdapter.Forward(perFrame, time, Temporal, 1));
        return (classTokens, _ops.Reshape(perFrame, -1, _config.EmbedDim));
    }

    private T LastFrames(T x, int count) => count == _config.Frames ? x : _ops.Slice(x, 1, count - _config.Frames, _config.Frames);

    // This frame's vectors [B, W] after those of the last T − 1 frames: [B, T, W], in any order, because only their mean is used.
    private T WithPast(StreamState state, T now, IStreamStates<T> states)
    {
        T Framed(T x) => _ops.Reshape(x, -1, 1, state.Length);
        if (_config.Frames == 1)
            return Framed(now);
        var past = states.Shift(state, now);
        return _ops.Concat([Framed(now), .. past.Select(Framed)], 1);
    }

    // Class tokens [B, T, C] and frame embeddings [B, T, D] of a window.
    private VisionOutput<T> Window(T? classTokens, T frameEmbeddings)
    {
        var logits = _classifier is null
            ? default
            : _classifier.Forward(_ops.Dropout(_post.Forward(_ops.Mean(classTokens!, 1)), 0.5));   // [B, K]
        return new(frameEmbeddings, _ops.Mean(frameEmbeddings, 1), logits);
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
    private readonly (StreamState Key, StreamState Value) _caches;

    public VisionBlock(ITensorOps<T> ops, ParameterScope<T> at, M2ClipConfig config, int index)
    {
        _ops = ops;
        var width = config.VisionWidth;
        _ln1 = new(ops, at.At("ln_1"), width);
        _attention = new(ops, at.At("attn"), width, config.VisionHeads, config.VisionLayers);
        _ln2 = new(ops, at.At("ln_2"), width);
        _mlp = new(ops, at.At("mlp"), width, config.VisionLayers);
        StreamState Cache(string name) => new($"blocks.{index}.{name}", [config.Tokens, width], 1);
        _caches = (Cache("key"), Cache("value"));
        var adapted = index >= config.VisionLayers - config.VisionAdapterLayers;
        _beforeAttention = adapted && config.VisionAdapterPreAttn
            ? new(ops, at.At("adapter_pre_attn"), config, $"blocks.{index}.attn")
            : null;
        _beforeMlp = adapted ? new(ops, at.At("adapter_pre_mlp"), config, $"blocks.{index}.mlp") : null;
    }

    /// <summary>What a stream keeps for <see cref="Forward"/>, in the order of its use.</summary>
    public IEnumerable<StreamState> States => [.. _beforeAttention?.States ?? [], .. _beforeMlp?.States ?? []];

    /// <summary>What a stream keeps for <see cref="ForwardClassTokens"/>, in the order of its use.</summary>
    public IEnumerable<StreamState> ClassTokenStates => [.. _beforeAttention?.States ?? [], .. _beforeMlp?.ClassTokenStates ?? []];

    /// <summary>What a stream keeps of each token, so that others can be encoded without it.</summary>
    public IEnumerable<StreamState> Caches => [_caches.Key, _caches.Value];

    /// <summary>[B·F, L, C] → [B·F, L, C].</summary>
    public T Forward(T x, Timeline<T> time)
    {
        if (_beforeAttention is not null)
            x = _beforeAttention.Forward(x, time);
        var normal = _ln1.Forward(x);
        x = _ops.Add(x, _attention.ToAll(normal, normal, time, _caches));
        if (_beforeMlp is not null)
            x = _beforeMlp.Forward(x, time);
        return _ops.Add(x, _mlp.Forward(_ln2.Forward(x)));
    }

    /// <summary>
    /// The last block: only the class tokens leave the encoder, so only they are computed after attention. [B·F, L, C] → [B·F, 1, C],
    /// equal to the class tokens of <see cref="Forward"/>.
    /// </summary>
    public T ForwardClassTokens(T x, Timeline<T> time)
    {
        if (_beforeAttention is not null)
            x = _beforeAttention.Forward(x, time);
        var normal = _ln1.Forward(x);
        var first = _ops.Add(_ops.Slice(x, 1, 0, 1), _attention.ToAll(_ops.Slice(normal, 1, 0, 1), normal, time, _caches));
        if (_beforeMlp is not null)
            first = _beforeMlp.ForwardClassTokens(first, time);
        return _ops.Add(first, _mlp.Forward(_ln2.Forward(first)));
    }
}
