// A network in libtorch with its tokenizer: what training, evaluation and export work on.
using StreamActions.Core.Text;
using StreamActions.Model;
using StreamActions.Trainer.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace StreamActions.Trainer.Network;

/// <summary>What the vision branch gives for B clips.</summary>
/// <param name="Embedding">[B, D], of unit length.</param>
/// <param name="ClassLogits">[B, K]; null without a classification head.</param>
/// <param name="FrameEmbeddings">[B, T, D].</param>
internal readonly record struct EncodedVideo(Tensor Embedding, Tensor? ClassLogits, Tensor FrameEmbeddings)
{
    /// <summary>What most want.</summary>
    public void Deconstruct(out Tensor embedding, out Tensor? classLogits) => (embedding, classLogits) = (Embedding, ClassLogits);
}

/// <summary>An M²-CLIP network that computes, and can be trained.</summary>
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

    /// <summary>True while training steps run: switches dropout.</summary>
    public bool Training { get => _ops.Training; set => _ops.Training = value; }

    /// <summary>
    /// True: matrix products in bfloat16, see <see cref="TorchOps.MixedPrecision"/>; stays false where the device has none.
    /// </summary>
    public bool MixedPrecision { get => _ops.MixedPrecision; set => _ops.MixedPrecision = value && Bfloat16.IsNative(Parameters.Device); }

    /// <summary>Clips as one tensor uint8 [B, T, S, S, 3].</summary>
    public Tensor Pixels(IReadOnlyList<byte[]> clips)
    {
        var all = new byte[clips.Count * clips[0].Length];
        for (var i = 0; i < clips.Count; i++)
            clips[i].CopyTo(all, i * clips[0].Length);
        return OnDevice(tensor(all).reshape(clips.Count, Config.Frames, Config.ImageSize, Config.ImageSize, 3));
    }

    /// <summary>Phrases, put into the template, as ids [N, S].</summary>
    public Tensor Tokens(IReadOnlyList<string> phrases)
    {
        var ids = new long[phrases.Count * Config.ContextLength];
        for (var i = 0; i < phrases.Count; i++)
            Tokenizer.Encode(Template.Apply(phrases[i]), Config.ContextLength).CopyTo(ids, i * Config.ContextLength);
        return OnDevice(tensor(ids).reshape(phrases.Count, Config.ContextLength));
    }

    /// <summary>The vision branch on uint8 pixels; the video embedding of unit length.</summary>
    public EncodedVideo EncodeVideo(Tensor pixels)
    {
        var output = Network.Vision.Forward(Network.Vision.Normalize(pixels));
        return new(_ops.L2Normalize(output.VideoEmbedding), output.ClassLogits?.to(ScalarType.Float32), output.FrameEmbeddings);
    }

    /// <summary>The tensor where the network computes.</summary>
    public Tensor OnDevice(Tensor tensor) => tensor.to(Parameters.Device);

    /// <summary>Dropout from here on is that of the seed.</summary>
    public void Seed(long seed)
    {
        manual_seed(seed);
        // manual_seed of TorchSharp 0.107 sets the CPU's generator alone.
        if (Parameters.Device.type == DeviceType.CUDA)
            cuda.manual_seed(seed);
    }

    /// <summary>The text branch on ids; embeddings of unit length.</summary>
    public Tensor EncodeText(Tensor tokens) => _ops.L2Normalize(Network.Text.Forward(tokens).Embedding);

    /// <summary>1 where the text of clip j is true of clip i: [B, B].</summary>
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
