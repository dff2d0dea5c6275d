// A bundle of CLIP ViT-B/16's shape with random weights: real cost, no meaning.
using System.Text.Json;
using Microsoft.ML.OnnxRuntime;
using StreamActions.Core.Bundles;
using StreamActions.Core.Clips;
using StreamActions.Core.Text;
using StreamActions.Model;
using StreamActions.Model.Weights;
using StreamActions.Onnx;
using StreamActions.TestKit;

namespace StreamActions.DeviceCheck;

/// <summary>Makes the bundle. Its golden outputs come from plain CPU sessions of ONNX Runtime.</summary>
internal static class RandomClipBundle
{
    private const int GoldenClipCount = 2;
    private static readonly ClipSpec Clip = new(8, 4, 224, ResizeRule.CenterCrop);
    private static readonly string[] Phrases = ["ab", "cd e"];

    /// <summary>Writes the bundle into a folder.</summary>
    public static ModelBundle Write(string folder)
    {
        Directory.CreateDirectory(folder);
        var (vocabulary, merges, tokens) = WriteTokenizer(folder);
        var config = ClipShapedWeights.VitB16(TemporalMode.Bidirectional, adapters: false) with { VocabSize = tokens };
        ModelManifest manifest = new()
        {
            SchemaVersion = ModelManifest.CurrentSchemaVersion,
            Name = "vit-b16-random",
            Version = "1",
            Clip = Clip,
            Temporal = TemporalMode.Bidirectional,
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
        var golden = Golden(config, weights, ClipTokenizer.Load(vocabulary, merges));
        return BundleWriter.Write(Path.Combine(folder, "bundle"), manifest, new(config, weights, vocabulary, merges, golden));
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

    private static GoldenClips Golden(M2ClipConfig config, Dictionary<string, TensorData> weights, ClipTokenizer tokenizer)
    {
        var clips = new byte[GoldenClipCount * Clip.ClipBytes];
        new Random(2).NextBytes(clips);
        long[] ids = [.. Phrases.SelectMany(p => tokenizer.Encode(p, config.ContextLength))];
        using RunOptions run = new();
        using InferenceSession video = new(M2ClipGraphs.Video(config, weights)), text = new(M2ClipGraphs.Text(config, weights));
        using var frames = OrtValue.CreateTensorValueFromMemory(clips, [GoldenClipCount, Clip.Frames, Clip.Size, Clip.Size, 3]);
        using var tokens = OrtValue.CreateTensorValueFromMemory(ids, [Phrases.Length, config.ContextLength]);
        using var embeddings = video.Run(run, [GraphTensors.Frames], [frames], [GraphTensors.Embedding]);
        using var texts = text.Run(run, [GraphTensors.Tokens], [tokens], [GraphTensors.Embedding]);
        return new(Phrases, Rows(texts[0], config.EmbedDim), Rows(embeddings[0], config.EmbedDim), [[], []]) { Clips = clips };
    }

    private static float[][] Rows(OrtValue value, int width) => [.. value.GetTensorDataAsSpan<float>().ToArray().Chunk(width)];
}
