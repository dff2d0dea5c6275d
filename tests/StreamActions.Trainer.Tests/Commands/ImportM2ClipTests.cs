// Import of a trained M²-CLIP with the reference's tensor names: the network reproduces the reference's golden outputs.
using System.Text.Json;
using StreamActions.Core.Bundles;
using StreamActions.Core.Text;
using StreamActions.Model.Tests;
using StreamActions.Model.Weights;
using StreamActions.Trainer.Commands;
using StreamActions.Trainer.Import;
using StreamActions.Trainer.Network;
using StreamActions.Trainer.Text;
using StreamActions.Trainer.Training;
using static TorchSharp.torch;

namespace StreamActions.Trainer.Tests.Commands;

public sealed class ImportM2ClipTests : IDisposable
{
    private const int Classes = 7, Words = 23, TextHeads = 4;
    private readonly string _folder = Directory.CreateTempSubdirectory("m2clip-").FullName;

    public ImportM2ClipTests()
    {
        // The vocabulary only needs the size of the weights: the reference's inputs are token ids.
        var ids = ByteAlphabet.Characters.Take(GoldenReference.Config.VocabSize - 2).Select(c => c.ToString())
            .Append(ClipTokenizer.StartToken).Append(ClipTokenizer.EndToken);
        File.WriteAllText(In("vocab.json"), JsonSerializer.Serialize(ids.Index().ToDictionary(i => i.Item, i => i.Index)));
        File.WriteAllText(In("merges.txt"), "#version: 0.2\n");
        File.WriteAllLines(In("labels.csv"), ["id,name", .. Enumerable.Range(0, Classes).Select(n => $"{n},does thing {n}")]);
        File.WriteAllLines(In("words.txt"), Enumerable.Range(0, Words).Select(n => $"word-{n} {n}"));
        Write(GoldenReference.Weights);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string In(string file) => Path.Combine(_folder, file);

    private void Write(Dictionary<string, TensorData> weights) => SafetensorsFile.Write(In("model.safetensors"), weights);

    private RunFolder Import(CheckpointMetadata metadata, List<string>? skippedHeads = null) =>
        ImportClipCommand.Import(_folder, In("run"), GoldenReference.Config.Frames, 4, metadata, skippedHeads);

    private CheckpointMetadata WithBothHeads => new(In("labels.csv"), In("words.txt"), TextHeads);

    [Fact]
    public void Import_ReferenceWeights_ReproducesGoldenOutputs()
    {
        List<string> skippedHeads = [];
        var run = Import(WithBothHeads, skippedHeads);
        Assert.Empty(skippedHeads);
        Assert.Equal(GoldenReference.Config, run.Config);
        Assert.Equal("does thing 3", run.Classes[3].Name);
        Assert.Equal("word-22", run.Words[22]);
        foreach (var (name, values) in Outputs(run))
            Assert.InRange(GoldenReference.Difference(name, values), 0, GoldenReference.Bound);
    }

    [Fact]
    public void Import_HeadNamesMissing_SkipsHeadsWithReason()
    {
        List<string> skippedHeads = [];
        var run = Import(new(TextHeads: TextHeads), skippedHeads);
        Assert.Equal(
            [
                "The classification head is left out, because its 7 rows have no names. Give them with --labels FILE.",
                "The masked-language head is left out, because its 23 rows have no names. Give them with --words FILE.",
            ],
            skippedHeads);
        Assert.Equal(GoldenReference.Config with { TextLayers = 12, TextAdapterLayers = 1, NumClasses = 0, MlmVocabSize = 0 }, run.Config);
        // All other outputs match the reference.
        var outputs = Outputs(run);
        Assert.Equal(["video_embedding", "frame_embeddings", "text_embedding", "text_hidden"], outputs.Keys);
        foreach (var (name, values) in outputs)
            Assert.InRange(GoldenReference.Difference(name, values), 0, GoldenReference.Bound);
    }

    [Fact]
    public void Import_MaskedHeadMissing_SkipsCrossModalTextBlock()
    {
        Write(GoldenReference.Weights.Where(w => !w.Key.StartsWith("mlm_adapter.", StringComparison.Ordinal)).ToDictionary());
        List<string> skippedHeads = [];
        var run = Import(WithBothHeads with { Words = null }, skippedHeads);
        Assert.Contains("cross-modal text block is left out", Assert.Single(skippedHeads), StringComparison.Ordinal);
        Assert.InRange(GoldenReference.Difference("text_embedding", Outputs(run)["text_embedding"]), 0, GoldenReference.Bound);
        Assert.InRange(GoldenReference.Difference("class_logits", Outputs(run)["class_logits"]), 0, GoldenReference.Bound);
    }

    [Fact]
    public void Export_ImportedRun_WritesLabels()
    {
        Import(WithBothHeads);
        Assert.Equal(0, ExportCommand.Create().Parse(["--run", In("run"), "--name", "m2", "--to", In("bundle")]).Invoke());
        Assert.Equal(Enumerable.Range(0, Classes).Select(n => $"does thing {n}"), ModelBundle.Open(In("bundle")).Manifest.Labels);
    }

    [Fact]
    public void Import_AdapterTensorsMissingOrUnknown_ListsAll()
    {
        var broken = new Dictionary<string, TensorData>(GoldenReference.Weights);
        broken.Remove("visual.transformer.resblocks.1.adapter_pre_mlp.offset_adapter.conv.bias");
        broken["visual.t_adapter.fc1.bias"] = new([3], [1, 2, 3]);
        Write(broken);
        var message = Assert.Throws<CheckpointException>(() => Import(WithBothHeads)).Message;
        Assert.Contains(
            "visual.transformer.resblocks.1.adapter_pre_mlp.offset_adapter.conv.bias [32] is missing", message, StringComparison.Ordinal);
        Assert.Contains("visual.t_adapter.fc1.bias is [3], the network needs [32]", message, StringComparison.Ordinal);

        Write(new(GoldenReference.Weights) { ["visual.transformer.resblocks.1.spatial_adapter.fc1.weight"] = new([1], [1]) });
        message = Assert.Throws<CheckpointException>(() => Import(WithBothHeads)).Message;
        Assert.Contains("1 tensor(s) do not belong to an M²-CLIP", message, StringComparison.Ordinal);
        Assert.Contains("visual.transformer.resblocks.1.spatial_adapter.fc1.weight", message, StringComparison.Ordinal);
        Assert.False(RunFolder.Exists(In("run")));
    }

    [Theory]
    [InlineData("id,name\n0,waves\n", "it has 1 names, but the classification head has 7 rows")]
    [InlineData("id,name\n1,waves\n", "leaves a gap")]
    public void Import_InvalidLabels_NamesFileAndReason(string table, string reason)
    {
        File.WriteAllText(In("labels.csv"), table);
        var message = Assert.ThrowsAny<TrainerException>(() => Import(WithBothHeads)).Message;
        Assert.Contains("labels.csv", message, StringComparison.Ordinal);
        Assert.Contains(reason, message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a 0\nb 2\n", "a number is missing")]
    [InlineData("a 0\na 1\n", "a word or a number occurs twice")]
    [InlineData("a 0\nb 0\n", "a word or a number occurs twice")]
    [InlineData("a 0\nb two\n", ":2: 'b two' is not a word with its number")]
    [InlineData("a\nb\n", "it has 2 names, but the masked-language head has 23 rows")]
    public void Import_InvalidWords_NamesFileAndReason(string list, string reason)
    {
        File.WriteAllText(In("words.txt"), list);
        var message = Assert.Throws<TrainerException>(() => Import(WithBothHeads)).Message;
        Assert.Contains("words.txt", message, StringComparison.Ordinal);
        Assert.Contains(reason, message, StringComparison.Ordinal);
    }

    [Fact]
    public void Import_WordsWithoutNumbers_AreNumberedByLine()
    {
        File.WriteAllLines(In("words.txt"), Enumerable.Range(0, Words).Select(n => $"word-{n}"));
        Assert.Equal(Enumerable.Range(0, Words).Select(n => $"word-{n}"), Import(WithBothHeads).Words);
    }

    [Fact]
    public void Import_LabelsWithoutHead_IsRefused()
    {
        Write(GoldenReference.Weights.Where(w => !w.Key.StartsWith("visual.adapter_fc.", StringComparison.Ordinal)).ToDictionary());
        Assert.Contains("these weights have no classification head", Assert.Throws<TrainerException>(() => Import(WithBothHeads)).Message,
            StringComparison.Ordinal);
        Write(GoldenReference.Weights.Where(w => !w.Key.Contains("adapter", StringComparison.Ordinal)).ToDictionary());
        File.WriteAllText(In("config.json"), """{ "vision_config": {}, "text_config": {} }""");
        Assert.Contains("a plain CLIP", Assert.Throws<TrainerException>(() => Import(WithBothHeads)).Message, StringComparison.Ordinal);
    }

    private static Dictionary<string, float[]> Outputs(RunFolder run)
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        using var loaded = run.LoadNetwork();
        var network = loaded.Network;
        var vision = network.Vision.Forward(TorchParameters.FromData(GoldenReference.Video()));
        var (shape, ids) = GoldenReference.Tokens();
        var text = network.Text.Forward(tensor(ids).reshape(shape));
        var outputs = new Dictionary<string, Tensor>
        {
            ["video_embedding"] = vision.VideoEmbedding,
            ["frame_embeddings"] = vision.FrameEmbeddings,
            ["text_embedding"] = text.Embedding,
            ["text_hidden"] = text.Hidden,
        };
        if (vision.ClassLogits is { } classes)
            outputs["class_logits"] = classes;
        if (network.Masked is { } masked)
            outputs["mlm_logits"] = masked.Forward(text.Hidden.narrow(0, 0, vision.VideoEmbedding.shape[0]), vision.FrameEmbeddings);
        return outputs.ToDictionary(p => p.Key, p => TorchParameters.ToData(p.Value).Values);
    }
}
