// A bundle is written whole and verified, or not at all.
using StreamActions.Core.Bundles;
using StreamActions.Core.Clips;
using StreamActions.Onnx;
using StreamActions.TestKit;
using StreamActions.Trainer;
using StreamActions.Trainer.Commands;
using StreamActions.Trainer.Data;
using StreamActions.Trainer.Evaluation;
using StreamActions.Trainer.Export;
using StreamActions.Trainer.Network;
using StreamActions.Trainer.Text;
using StreamActions.Trainer.Training;

namespace StreamActions.Model.Tests;

public sealed class BundleWriterTests : IDisposable
{
    private static readonly ClipClass[] Classes =
        [.. Enumerable.Range(0, 5).Select(i => new ClipClass($"class_{i}", $"a person does thing {i}", null))];
    private readonly string _folder = Directory.CreateTempSubdirectory("bundle-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Write_TinyNetwork_GivesAVerifiedBundle()
    {
        var bundle = Write(Path.Combine(_folder, "tiny"));
        Assert.InRange(bundle.Manifest.Golden.Measured, 0, 1e-5);
        Assert.Equal(["class_0", "class_1", "class_2", "class_3", "class_4"], bundle.Manifest.Labels);
        Assert.InRange(BundleVerifier.Measure(ModelBundle.Open(bundle.Folder)).Worst, 0, bundle.Manifest.Golden.Bound);
        Assert.Equal(["tiny"], Directory.GetFileSystemEntries(_folder).Where(Directory.Exists).Select(Path.GetFileName)
            .Where(n => n!.StartsWith("tiny", StringComparison.Ordinal)));
    }

    [Fact]
    public void Write_ForTraining_HoldsEveryWeightAndWhatTheyBelongTo()
    {
        string[] words = ["a", "b", "c", "d", "e", "f", "g"];
        var bundle = Write(Path.Combine(_folder, "whole"), words);
        var start = StartingPoint.Open(bundle.Folder);
        Assert.Equal(Config, start.Config);
        Assert.Equal(Classes, start.Classes);
        Assert.Equal(words, start.Words);
        Assert.Equal(Weights.Keys.Order(StringComparer.Ordinal), start.Weights.Keys.Order(StringComparer.Ordinal));
        Assert.All(Weights, w => Assert.Equal(w.Value.Values, start.Weights[w.Key].Values));

        var lean = Write(Path.Combine(_folder, "lean"));
        Assert.Contains("no weights for training", Assert.Throws<TrainerException>(() => StartingPoint.Open(lean.Folder)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Write_WithAReport_KeepsItHashedAndItsFiguresInTheManifest()
    {
        var table = new ScoreTable("actions", Classes);
        table.Add(1, [0, 1, 0, 0, 0], null, null);
        table.Add(2, [0, 1, 0, 0, 0], null, null);
        var report = EvaluationReport.Of("tiny", 9, [table.Report()]);
        var path = Path.Combine(_folder, "reported");
        var bundle = Write(path, report: report);
        Assert.Equal(0.5, bundle.Manifest.Metrics["top1-by-text"]);
        Assert.Contains("evaluation.json", bundle.Manifest.Files.Keys);
        Assert.Equal(report.ToJson(), ReportFile.Open(path).ToJson());

        // The next model of that place has none: the old one's must not stay.
        Write(path);
        Assert.False(File.Exists(Path.Combine(path, "evaluation.json")));
        Assert.Contains(
            "has no evaluation.json", Assert.Throws<TrainerException>(() => ReportFile.Open(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_TextsWithWordsOfSeveralTokens_KeepsThemAsLearnt()
    {
        string[] texts = ["a person CROUCHES", "a person does both", "a person crouches"];
        Assert.Equal(["both", "crouches"], Write(Path.Combine(_folder, "learnt"), texts: texts).Manifest.LearntWords);
        // To an open vocabulary few words are unknown, and none is told.
        Assert.Null(Write(Path.Combine(_folder, "open"), texts: texts, closed: false).Manifest.LearntWords);
        Assert.Null(Write(Path.Combine(_folder, "same"), texts: ["a person does thing 1"]).Manifest.LearntWords);
    }

    [Fact]
    public void Write_OutputsThatDeviate_WritesNothing()
    {
        var good = Write(Path.Combine(_folder, "good"));
        var golden = GoldenClips.Read(good);
        golden.VideoEmbeddings[0][0] += 0.01f;
        var target = Path.Combine(_folder, "refused");
        var error = Assert.Throws<BundleException>(
            () => BundleWriter.Write(target, good.Manifest, new(Config, Weights, Vocabulary, Merges, golden)));
        Assert.Contains("differ by", error.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(target));
        Assert.False(Directory.Exists(target + ".new"));
    }

    [Fact]
    public void Write_FileInThePlaceOfTheFolder_SaysSoAndLeavesIt()
    {
        var path = Path.Combine(_folder, "taken");
        File.WriteAllText(path, "mine");
        Assert.StartsWith($"{path}: a file is here", Assert.Throws<BundleException>(() => Write(path)).Message, StringComparison.Ordinal);
        Assert.Equal("mine", File.ReadAllText(path));
        Assert.False(Directory.Exists(path + ".new"));
    }

    [Theory]
    [InlineData("Demo", "1.0.0", "to", "--name 'Demo': lower-case letters")]
    [InlineData("", "1.0.0", "to", "--name ''")]
    [InlineData("demo", "", "to", "--model-version is empty")]
    [InlineData("demo", "  ", "to", "--model-version is empty")]
    [InlineData("demo", "1.0.0", "", "--to is empty")]
    [InlineData("demo", "1.0.0", "taken", "taken: a file is here; name a folder")]
    public void CheckNames_OneThatCannotBe_NamesTheOption(string name, string version, string folder, string expected)
    {
        File.WriteAllText(Path.Combine(_folder, "taken"), "");
        var error = Assert.Throws<TrainerException>(
            () => BundleExporter.CheckNames(name, version, folder.Length == 0 ? folder : Path.Combine(_folder, folder)));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(';', error.Message.Replace("here; name", "", StringComparison.Ordinal));
    }

    [Fact]
    public void CheckNames_SeveralThatCannotBe_ListsAll()
    {
        var error = Assert.Throws<TrainerException>(() => BundleExporter.CheckNames("../evil", "", ""));
        Assert.All(
            ["--name '../evil'", "--model-version", "--to"], option => Assert.Contains(option, error.Message, StringComparison.Ordinal));
        BundleExporter.CheckNames("demo", "1.0.0", _folder);
    }

    [Fact]
    public void Measure_GraphOfOtherWeights_DeviatesBeyondTheBound()
    {
        var bundle = Write(Path.Combine(_folder, "swapped"));
        File.WriteAllBytes(bundle.PathOf(ModelBundle.VideoGraph), M2ClipGraphs.Video(Config, RandomWeights.Of(Config, seed: 99)));
        Assert.True(BundleVerifier.Measure(bundle).Worst > bundle.Manifest.Golden.Bound);
        Assert.Contains("video.onnx has changed since export",
            Assert.Throws<BundleException>(() => ModelBundle.Open(bundle.Folder)).Message, StringComparison.Ordinal);
    }

    private string Vocabulary => Path.Combine(_folder, "vocab.json");
    private string Merges => Path.Combine(_folder, "merges.txt");
    private M2ClipConfig Config { get; set; } = TinyNetwork.Config;
    private Dictionary<string, Weights.TensorData> Weights { get; set; } = [];

    private ModelBundle Write(string path, IReadOnlyList<string>? words = null, EvaluationReport? report = null,
        IEnumerable<string>? texts = null, bool closed = true)
    {
        VocabularyBuilder.Write(Classes.Select(c => c.Phrase), Vocabulary, Merges);
        var tokenizer = Core.Text.ClipTokenizer.Load(Vocabulary, Merges);
        Config = TinyNetwork.Config with { VocabSize = tokenizer.Count };
        Weights = RandomWeights.Of(Config);
        using var network = new TorchNetwork(Config, TorchParameters.Load(Config, Weights, "tiny"), tokenizer, new("{}"));
        var clip = new ClipSpec(Config.Frames, 4, Config.ImageSize, ResizeRule.Squash);
        return BundleExporter.Write(network, Classes, words, [.. TinyNetwork.Frames(Config, 2).Chunk(clip.ClipBytes)], (Vocabulary, Merges),
            new("tiny", "1", clip, closed, report, new Dictionary<string, string>()) { Texts = texts ?? [] }, path);
    }
}
