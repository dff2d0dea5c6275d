// Replays a bundle's golden clips and phrases in ONNX Runtime and measures how far the outputs are from libtorch's.
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using StreamActions.Core.Bundles;
using StreamActions.Core.Text;

namespace StreamActions.Onnx;

/// <summary>Verifies bundles.</summary>
public static class BundleVerifier
{
    /// <summary>Runs the graphs of an opened bundle on its golden clips, on the CPU.</summary>
    /// <exception cref="BundleException">
    /// A graph cannot be loaded, has other inputs or outputs, or the golden files do not have the manifest's shapes.
    /// </exception>
    public static GoldenDeviation Measure(ModelBundle bundle)
    {
        try
        {
            return GoldenReplay.Measure(bundle, clips => RunClips(bundle, clips), phrases => EmbedPhrases(bundle, phrases));
        }
        catch (Exception e) when (e is OnnxRuntimeException or FormatException or InvalidOperationException)
        {
            throw new BundleException($"model '{bundle.Folder}': its graphs cannot be run ({e.Message}); export the model again", e);
        }
    }

    private static ClipOutputs RunClips(ModelBundle bundle, byte[] clips)
    {
        var (clip, labels) = (bundle.Manifest.Clip, bundle.Manifest.Labels.Count);
        using var session = new InferenceSession(bundle.PathOf(ModelBundle.VideoGraph));
        using var results = session.Run([NamedOnnxValue.CreateFromTensor(GraphTensors.Frames,
            new DenseTensor<byte>(clips, [clips.Length / clip.ClipBytes, clip.Frames, clip.Size, clip.Size, 3]))]);
        return new(
            Rows(results, GraphTensors.Embedding, bundle.Manifest.EmbeddingWidth),
            labels == 0 ? [] : Rows(results, GraphTensors.ClassLogits, labels));
    }

    private static float[][] EmbedPhrases(ModelBundle bundle, IReadOnlyList<string> phrases)
    {
        var manifest = bundle.Manifest;
        var tokenizer = ClipTokenizer.Load(bundle.PathOf(ModelBundle.Vocabulary), bundle.PathOf(ModelBundle.Merges));
        var template = new PromptTemplate(manifest.PromptTemplate);
        long[] ids = [.. phrases.SelectMany(p => tokenizer.Encode(template.Apply(p), manifest.ContextLength))];
        using var session = new InferenceSession(bundle.PathOf(ModelBundle.TextGraph));
        using var results = session.Run(
            [NamedOnnxValue.CreateFromTensor(GraphTensors.Tokens, new DenseTensor<long>(ids, [phrases.Count, manifest.ContextLength]))]);
        return Rows(results, GraphTensors.Embedding, manifest.EmbeddingWidth);
    }

    private static float[][] Rows(IEnumerable<DisposableNamedOnnxValue> results, string name, int width) =>
        [.. results.First(r => r.Name == name).AsEnumerable<float>().Chunk(width)];
}
