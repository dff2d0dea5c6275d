// A real bundle with real graphs that is small enough for every test: random weights, a vocabulary of single letters.
using System.Text.Json;
using Microsoft.ML.OnnxRuntime;
using StreamActions.Core.Bundles;
using StreamActions.Core.Clips;
using StreamActions.Core.Text;
using StreamActions.Model;
using StreamActions.Onnx;
using StreamActions.TestKit;

namespace StreamActions.Worker.Tests.Inference;

internal static class TinyBundle
{
    private static readonly ClipSpec Clip = new(3, 4, 16, ResizeRule.Squash);
    private static readonly string[] Phrases = ["ab", "a man falls"];

    /// <summary>File names of the pool graphs.</summary>
    public const string PoolGraph = "pool.onnx", HalfPoolGraph = "pool.fp16.onnx";

    /// <summary>Writes the bundle into a folder. Its golden outputs come from plain sessions of ONNX Runtime.</summary>
    public static ModelBundle Write(
        string folder,
        int classes = 5,
        double bound = 1e-4,
        TemporalMode temporal = TemporalMode.Bidirectional,
        bool pools = false,
        bool reuse = false)
    {
        Directory.CreateDirectory(folder);
        var (vocabulary, merges) = (Path.Combine(folder, "vocab.json"), Path.Combine(folder, "merges.txt"));
        string[] letters = [.. Enumerable.Range('a', 26).Select(c => ((char)c).ToString())];
        string[] tokens =
        [
            .. letters, .. letters.Select(l => l + ClipTokenizer.EndOfWord), ClipTokenizer.StartToken, ClipTokenizer.EndToken,
        ];
        File.WriteAllText(vocabulary, JsonSerializer.Serialize(tokens.Index().ToDictionary(t => t.Item, t => t.Index)));
        File.WriteAllText(merges, "#version: 0.2\n");

        var config = new M2ClipConfig
        {
            ImageSize = Clip.Size,
            PatchSize = 8,
            VisionWidth = 64,
            VisionLayers = temporal == TemporalMode.Causal ? 2 : 1,
            EmbedDim = 16,
            VisionAdapterWidth = 8,
            VisionAdapterLayers = temporal switch { TemporalMode.PerFrame => 0, TemporalMode.Causal => 2, _ => 1 },
            Temporal = temporal,
            Frames = Clip.Frames,
            TextWidth = 32,
            TextHeads = 2,
            TextLayers = 2,
            TextAdapterWidth = 8,
            TextAdapterLayers = 1,
            ContextLength = 12,
            VocabSize = tokens.Length,
            NumClasses = classes,
            MlmVocabSize = 7,
        };
        var weights = RandomWeights.Of(config);
        var manifest = new ModelManifest
        {
            SchemaVersion = ModelManifest.CurrentSchemaVersion,
            Name = "tiny",
            Version = "1",
            Clip = Clip,
            Temporal = temporal,
            EmbeddingWidth = config.EmbedDim,
            Scale = 10,
            ContextLength = config.ContextLength,
            PromptTemplate = "{}",
            ClosedVocabulary = true,
            Labels = [.. Enumerable.Range(0, classes).Select(i => $"class_{i}")],
            Golden = new(bound, 0),
            Files = new Dictionary<string, string>(),
        };
        var golden = Golden(
            manifest, M2ClipGraphs.Video(config, weights), M2ClipGraphs.Text(config, weights), ClipTokenizer.Load(vocabulary, merges));
        PreciseGraph[] graphs = !pools
            ? []
            :
            [
                new(new(PoolGraph, GraphForm.Pool, GraphPrecision.Fp32), M2ClipGraphs.Pool(config, weights)),
                new(
                    new(HalfPoolGraph, GraphForm.Pool, GraphPrecision.Fp16) { Golden = new(0.05, 0) },
                    M2ClipGraphs.Pool(config, weights, OnnxType.Float16)),
            ];
        BundleContent content = new(config, weights, vocabulary, merges, golden) { Graphs = graphs, Reuse = reuse };
        return BundleWriter.Write(Path.Combine(folder, "tiny"), manifest, content);
    }

    /// <summary>Changes the manifest, but not the files that it names.</summary>
    public static ModelBundle Rewrite(ModelBundle bundle, Func<ModelManifest, ModelManifest> change)
    {
        File.WriteAllText(bundle.PathOf(ModelBundle.ManifestFile), change(bundle.Manifest).ToJson());
        return ModelBundle.Open(bundle.Folder);
    }

    private static GoldenClips Golden(ModelManifest manifest, byte[] video, byte[] text, ClipTokenizer tokenizer)
    {
        var clips = new byte[3 * Clip.ClipBytes];
        new Random(2).NextBytes(clips);
        using var run = new RunOptions();
        using var videoSession = new InferenceSession(video);
        using var frames = OrtValue.CreateTensorValueFromMemory(clips, [3, Clip.Frames, Clip.Size, Clip.Size, 3]);
        string[] names = manifest.Labels.Count == 0 ? ["embedding"] : ["embedding", "class_logits"];
        using var outputs = videoSession.Run(run, ["frames"], [frames], names);
        using var textSession = new InferenceSession(text);
        long[] tokens = [.. Phrases.SelectMany(p => tokenizer.Encode(p, manifest.ContextLength))];
        using var ids = OrtValue.CreateTensorValueFromMemory(tokens, [Phrases.Length, manifest.ContextLength]);
        using var texts = textSession.Run(run, ["tokens"], [ids], ["embedding"]);
        return new(Phrases, Rows(texts[0], manifest.EmbeddingWidth), Rows(outputs[0], manifest.EmbeddingWidth),
            manifest.Labels.Count == 0 ? [[], [], []] : Rows(outputs[1], manifest.Labels.Count))
        { Clips = clips };
    }

    private static float[][] Rows(OrtValue value, int width) => [.. value.GetTensorDataAsSpan<float>().ToArray().Chunk(width)];
}
