// A network in libtorch with its tokenizer, for training, evaluation and export.
using StreamActions.Core.Text;
using StreamActions.Model;
using StreamActions.Trainer.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace StreamActions.Trainer.Network;

/// <summary>The outputs of the vision branch for B clips.</summary>
/// <param name="Embedding">[B, D], of unit length.</param>
/// <param name="ClassLogits">[B, K]; null without a classification head.</param>
/// <param name="FrameEmbeddings">[B, T, D].</param>
internal readonly record struct EncodedVideo(Tensor Embedding, Tensor? ClassLogits, Tensor FrameEmbeddings)
{
    /// <summary>Embedding and class logits, which most callers need.</summary>
    public void Deconstruct(out Tensor embedding, out Tensor? classLogits) => (embedding, classLogits) = (Embedding, ClassLogits);
}

/// <summary>A trainable M²-CLIP network.</summary>
internal sealed class TorchNetwork : IDisposable
{
    private readonly TorchOps _ops = new();

    public TorchNetwork(M2ClipConfig config, TorchParameters parameters, ClipTokenizer tokenizer, PromptTemplate template)
    {
        (Parameters, Tokenizer, Template) = (parameters, tokenizer, template);
        Network = new(_ops, parameters, config);
    }

    /// <summary>The forward pass.</summary>
    public M2ClipNetwork<Tensor> Network { get; }

    /// <summary>Its parameters.</summary>
    public TorchParameters Parameters { get; }

    /// <summary>Its tokenizer.</summary>
    public ClipTokenizer Tokenizer { get; }

    /// <summary>Its prompt template.</summary>
    public PromptTemplate Template { get; }

    /// <summary>The sizes.</summary>
    public M2ClipConfig Config => Network.Config;

    /// <summary>True while training steps run; switches dropout on.</summary>
    public bool Training { get => _ops.Training; set => _ops.Training = value; }

    /// <summary>
    /// True computes matrix products in bfloat16 (<see cref="TorchOps.MixedPrecision"/>). Stays false on a device without native support.
    /// </summary>
    public bool MixedPrecision { get => _ops.MixedPrecision; set => _ops.MixedPrecision = value && Bfloat16.IsNative(Parameters.Device); }

    /// <summary>Copies clips with the same number of frames F into one tensor, uint8 [B, F, S, S, 3].</summary>
    public Tensor Pixels(IReadOnlyList<byte[]> clips)
    {
        var all = new byte[clips.Count * clips[0].Length];
        for (var i = 0; i < clips.Count; i++)
            clips[i].CopyTo(all, i * clips[0].Length);
        return OnDevice(tensor(all).reshape(clips.Count, -1, Config.ImageSize, Config.ImageSize, 3));
    }

    /// <summary>Token ids of phrases after the prompt template, int64 [N, S].</summary>
    public Tensor Tokens(IReadOnlyList<string> phrases)
    {
        var ids = new long[phrases.Count * Config.ContextLength];
        for (var i = 0; i < phrases.Count; i++)
            Tokenizer.Encode(Template.Apply(phrases[i]), Config.ContextLength).CopyTo(ids, i * Config.ContextLength);
        return OnDevice(tensor(ids).reshape(phrases.Count, Config.ContextLength));
    }

    /// <summary>Runs the vision branch on clips of T frames; a causal network may see earlier frames before them.</summary>
    /// <param name="pixels">uint8 [B, F, S, S, 3], F ≥ T.</param>
    public EncodedVideo EncodeVideo(Tensor pixels)
    {
        var output = Network.Vision.Forward(Network.Vision.Normalize(pixels), (int)pixels.shape[1]);
        return new(_ops.L2Normalize(output.VideoEmbedding), output.ClassLogits?.to(ScalarType.Float32), output.FrameEmbeddings);
    }

    /// <summary>The tensor on the network's device.</summary>
    public Tensor OnDevice(Tensor tensor) => tensor.to(Parameters.Device);

    /// <summary>Seeds dropout.</summary>
    public void Seed(long seed)
    {
        manual_seed(seed);
        // manual_seed of TorchSharp 0.107 seeds only the CPU's generator.
        if (Parameters.Device.type == DeviceType.CUDA)
            cuda.manual_seed(seed);
    }

    /// <summary>Runs the text branch on token ids [N, S]; returns embeddings of unit length, [N, D].</summary>
    public Tensor EncodeText(Tensor tokens) => _ops.L2Normalize(Network.Text.Forward(tokens).Embedding);

    /// <summary>[B, B]: 1 where the caption of clip j is true of clip i, else 0.</summary>
    public static Tensor Fits(IReadOnlyList<TrainingClip> clips)
    {
        var fits = new float[clips.Count * clips.Count];
        for (var i = 0; i < clips.Count; i++)
            for (var j = 0; j < clips.Count; j++)
                fits[i * clips.Count + j] = clips[i].Fits(clips[j]) ? 1 : 0;
        return tensor(fits).reshape(clips.Count, clips.Count);
    }

    public void Dispose() => Parameters.Dispose();
}
