// A bundle of CLIP ViT-B/16's shape with TED-Adapters and random weights: real cost, no meaning.
using System.Text.Json;
using Microsoft.ML.OnnxRuntime;
using StreamActions.Core.Bundles;
using StreamActions.Core.Clips;
using StreamActions.Core.Text;
using StreamActions.Model;
using StreamActions.Model.Weights;
using StreamActions.Onnx;
using StreamActions.Onnx.Quantization;
using StreamActions.TestKit;

namespace StreamActions.DeviceCheck;

/// <summary>A network with random weights, and its bundle.</summary>
/// <param name="Config">Sizes of the network.</param>
/// <param name="Weights">Its weights, those of <see cref="ClipShapedWeights"/>.</param>
/// <param name="Bundle">Its graphs in fp32 and fp16. Golden outputs come from plain CPU sessions of ONNX Runtime.</param>
internal sealed record RandomClipBundle(M2ClipConfig Config, IReadOnlyDictionary<string, TensorData> Weights, ModelBundle Bundle)
{
    /// <summary>Name of the full size, and of a size for trying the check itself.</summary>
    public const string Full = "vit-b16", Small = "small";

    private const int GoldenClipCount = 2;
    private const double HalfBound = 0.02;
    private static readonly string[] Phrases = ["ab", "cd e"];

    /// <summary>Writes the bundle into a folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="size"><see cref="Full"/> or <see cref="Small"/>.</param>
    /// <param name="temporal">Bidirectional: window graphs. Causal: a stream graph and pool graphs.</param>
    public static RandomClipBundle Write(string folder, string size, TemporalMode temporal)
    {
        Directory.CreateDirectory(folder);
        var (vocabulary, merges, tokens) = WriteTokenizer(folder);
        var config = ClipShapedWeights.VitB16(temporal, adapters: true) with { VocabSize = tokens };
        if (size == Small)
        {
            config = config with
            {
                ImageSize = 64,
                VisionWidth = 192,
                VisionLayers = 3,
                VisionAdapterLayers = 3,
                VisionAdapterWidth = 48,
                TextLayers = 1,
            };
        }
        ClipSpec clip = new(config.Frames, 4, config.ImageSize, ResizeRule.CenterCrop);
        ModelManifest manifest = new()
        {
            SchemaVersion = ModelManifest.CurrentSchemaVersion,
            Name = $"{size}-random",
            Version = "1",
            Clip = clip,
            Temporal = temporal,
            EmbeddingWidth = config.EmbedDim,
            Scale = 100,
            ContextLength = config.ContextLength,
            PromptTemplate = "{}",
            ClosedVocabulary = true,
            Labels = [],
            Golden = new(1e-3, 0),
            Files = new Dictionary<string, string>(),
        };
        var weights = ClipShapedWeights.Of(config);
        var golden = Golden(config, weights, clip, ClipTokenizer.Load(vocabulary, merges));
        BundleContent content = new(config, weights, vocabulary, merges, golden) { Graphs = [.. Graphs(config, weights)] };
        return new(config, weights, BundleWriter.Write(Path.Combine(folder, "bundle"), manifest, content));
    }

    private static IEnumerable<PreciseGraph> Graphs(M2ClipConfig config, IReadOnlyDictionary<string, TensorData> weights)
    {
        var form = HalfPrecision.FormOf(config);
        if (form == GraphForm.Pool)
            yield return new(new("pool.onnx", form, GraphPrecision.Fp32), M2ClipGraphs.Pool(config, weights));
        yield return new(
            new("fp16.onnx", form, GraphPrecision.Fp16) { Golden = new(HalfBound, 0) }, M2ClipGraphs.Half(config, weights).ToBytes());
    }

    private static (string Vocabulary, string Merges, int Tokens) WriteTokenizer(string folder)
    {
        var (vocabulary, merges) = (Path.Combine(folder, "vocab.json"), Path.Combine(folder, "merges.txt"));
        string[] letters = [.. Enumerable.Range('a', 26).Select(c => ((char)c).ToString())];
        string[] tokens =
            [.. letters, .. letters.Select(l => l + ClipTokenizer.EndOfWord), ClipTokenizer.StartToken, ClipTokenizer.EndToken];
        File.WriteAllText(vocabulary, JsonSerializer.Serialize(tokens.Index().ToDictionary(t => t.Item, t => t.Index)));
        File.WriteAllText(merges, "#version: 0.2\n");
        return (vocabulary, merges, tokens.Length);
    }

    private static GoldenClips Golden(
        M2ClipConfig config, IReadOnlyDictionary<string, TensorData> weights, ClipSpec clip, ClipTokenizer tokenizer)
    {
        var clips = new byte[GoldenClipCount * clip.ClipBytes];
        new Random(2).NextBytes(clips);
        long[] ids = [.. Phrases.SelectMany(p => tokenizer.Encode(p, config.ContextLength))];
        using RunOptions run = new();
        using InferenceSession video = new(M2ClipGraphs.Video(config, weights)), text = new(M2ClipGraphs.Text(config, weights));
        using var frames = OrtValue.CreateTensorValueFromMemory(clips, [GoldenClipCount, clip.Frames, clip.Size, clip.Size, 3]);
        using var tokens = OrtValue.CreateTensorValueFromMemory(ids, [Phrases.Length, config.ContextLength]);
        using var embeddings = video.Run(run, [GraphTensors.Frames], [frames], [GraphTensors.Embedding]);
        using var texts = text.Run(run, [GraphTensors.Tokens], [tokens], [GraphTensors.Embedding]);
        return new(Phrases, Rows(texts[0], config.EmbedDim), Rows(embeddings[0], config.EmbedDim), [[], []]) { Clips = clips };
    }

    private static float[][] Rows(OrtValue value, int width) => [.. value.GetTensorDataAsSpan<float>().ToArray().Chunk(width)];
}
