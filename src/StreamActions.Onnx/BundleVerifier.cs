// Replays a bundle's golden clips and phrases in ONNX Runtime and measures how far the outputs are from libtorch's.
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using StreamActions.Core.Bundles;
using StreamActions.Core.Text;

namespace StreamActions.Onnx;

/// <summary>Verifies bundles.</summary>
public static class BundleVerifier
{
    /// <summary>Runs a video graph and the text graph of an opened bundle on its golden clips, on the CPU.</summary>
    /// <param name="bundle">The bundle.</param>
    /// <param name="graph">One of its video graphs.</param>
    /// <exception cref="BundleException">
    /// A graph cannot be loaded, has other inputs or outputs, or the golden files do not have the manifest's shapes.
    /// </exception>
    public static GoldenDeviation Measure(ModelBundle bundle, BundleGraph graph)
    {
        try
        {
            return GoldenReplay.Measure(
                bundle,
                clips => graph.Form == GraphForm.Window ? RunWindows(bundle, graph, clips) : RunStreams(bundle, graph, clips),
                phrases => EmbedPhrases(bundle, phrases));
        }
        catch (Exception e) when (e is OnnxRuntimeException or FormatException or InvalidOperationException
            or KeyNotFoundException)
        {
            throw new BundleException($"model '{bundle.Folder}': its graphs cannot be run ({e.Message}); export the model again", e);
        }
    }

    /// <summary>The largest deviations of all video graphs and of the text graph.</summary>
    /// <exception cref="BundleException">As of the other overload.</exception>
    public static GoldenDeviation Measure(ModelBundle bundle)
    {
        GoldenDeviation[] all = [.. bundle.Video.Concat(bundle.Reuse).Select(graph => Measure(bundle, graph))];
        return new(all.Max(d => d.Video), all.Max(d => d.ClassLogits), all[0].Text);
    }

    // Each clip is a stream of its own, and its last frame's outputs are those of the clip.
    private static ClipOutputs RunStreams(ModelBundle bundle, BundleGraph graph, byte[] clips)
    {
        var clip = bundle.Manifest.Clip;
        using InferenceSession session = new(bundle.PathOf(graph.File));
        List<float[]> embeddings = [], logits = [];
        foreach (var frames in clips.Chunk(clip.ClipBytes))
        {
            // A reuse graph encodes all tokens here.
            var last = GraphStream.PlayOn(session, graph.Form, bundle.Manifest.States, bundle.Manifest.Caches, frames).Last();
            embeddings.Add(last[GraphTensors.Embedding]);
            logits.Add(last.GetValueOrDefault(GraphTensors.ClassLogits, []));
        }
        return new(embeddings, logits);
    }

    private static ClipOutputs RunWindows(ModelBundle bundle, BundleGraph graph, byte[] clips)
    {
        var (clip, labels) = (bundle.Manifest.Clip, bundle.Manifest.Labels.Count);
        using var session = new InferenceSession(bundle.PathOf(graph.File));
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
        using var session = new InferenceSession(bundle.PathOf(bundle.Text.File));
        using var results = session.Run(
            [NamedOnnxValue.CreateFromTensor(GraphTensors.Tokens, new DenseTensor<long>(ids, [phrases.Count, manifest.ContextLength]))]);
        return Rows(results, GraphTensors.Embedding, manifest.EmbeddingWidth);
    }

    private static float[][] Rows(IEnumerable<DisposableNamedOnnxValue> results, string name, int width) =>
        [.. results.First(r => r.Name == name).AsEnumerable<float>().Chunk(width)];
}
