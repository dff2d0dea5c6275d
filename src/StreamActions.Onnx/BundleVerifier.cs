// Replays a bundle's golden clips and phrases in ONNX Runtime and says how far the outputs are from libtorch's.
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using StreamActions.Core.Bundles;
using StreamActions.Core.Text;

namespace StreamActions.Onnx;

/// <summary>Largest differences from what was recorded.</summary>
/// <param name="Video">Of the clips' embeddings.</param>
/// <param name="ClassLogits">Of the class logits; 0 when there are none.</param>
/// <param name="Text">Of the phrases' embeddings.</param>
public readonly record struct BundleDeviation(double Video, double ClassLogits, double Text)
{
    /// <summary>The largest of them.</summary>
    public double Worst => Math.Max(Video, Math.Max(ClassLogits, Text));
}

/// <summary>Verifies bundles.</summary>
public static class BundleVerifier
{
    /// <summary>Runs the graphs of an opened bundle on its golden clips, on the CPU.</summary>
    /// <exception cref="BundleException">A graph cannot be loaded or has other inputs and outputs, or the golden files do not fit.</exception>
    public static BundleDeviation Measure(ModelBundle bundle)
    {
        var golden = GoldenClips.Read(bundle);
        var manifest = bundle.Manifest;
        try
        {
            var clip = manifest.Clip;
            using var video = new InferenceSession(bundle.PathOf(ModelBundle.VideoGraph));
            using var results = video.Run([NamedOnnxValue.CreateFromTensor("frames",
                new DenseTensor<byte>(golden.Clips, [golden.VideoEmbeddings.Count, clip.Frames, clip.Size, clip.Size, 3]))]);
            var embeddings = Rows(results, "embedding", manifest.EmbeddingWidth);
            var logits = manifest.Labels.Count == 0 ? null : Rows(results, "class_logits", manifest.Labels.Count);

            var tokenizer = ClipTokenizer.Load(bundle.PathOf(ModelBundle.Vocabulary), bundle.PathOf(ModelBundle.Merges));
            var template = new PromptTemplate(manifest.PromptTemplate);
            long[] ids = [.. golden.Phrases.SelectMany(p => tokenizer.Encode(template.Apply(p), manifest.ContextLength))];
            using var text = new InferenceSession(bundle.PathOf(ModelBundle.TextGraph));
            using var texts = text.Run([NamedOnnxValue.CreateFromTensor("tokens", new DenseTensor<long>(ids, [golden.Phrases.Count, manifest.ContextLength]))]);
            return new(
                GoldenClips.Deviation(embeddings, golden.VideoEmbeddings),
                logits is null ? 0 : GoldenClips.Deviation(logits, golden.ClassLogits),
                GoldenClips.Deviation(Rows(texts, "embedding", manifest.EmbeddingWidth), golden.TextEmbeddings));
        }
        catch (Exception e) when (e is OnnxRuntimeException or FormatException or InvalidOperationException)
        {
            throw new BundleException($"model '{bundle.Folder}': its graphs cannot be run ({e.Message}); export the model again", e);
        }
    }

    private static float[][] Rows(IEnumerable<DisposableNamedOnnxValue> results, string name, int width) =>
        [.. results.First(r => r.Name == name).AsEnumerable<float>().Chunk(width)];
}
