// The writer publishes a bundle only after it is complete and verified.
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
    public void Write_TinyNetwork_CreatesAVerifiedBundle()
    {
        var bundle = Write(Path.Combine(_folder, "tiny"));
        Assert.InRange(bundle.Manifest.Golden.Measured, 0, 1e-5);
        Assert.Equal(["class_0", "class_1", "class_2", "class_3", "class_4"], bundle.Manifest.Labels);
        Assert.InRange(BundleVerifier.Measure(ModelBundle.Open(bundle.Folder)).Worst, 0, bundle.Manifest.Golden.Bound);
        Assert.Equal(["tiny"], Directory.GetDirectories(_folder, "tiny*").Select(Path.GetFileName));
    }

    [Fact]
    public void Write_WithTrainingWeights_ContainsAllThatTrainingNeeds()
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
        var error = Assert.Throws<TrainerException>(() => StartingPoint.Open(lean.Folder));
        Assert.Contains("no training weights", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_WithAReport_AddsItsHashAndMetricsToTheManifest()
    {
        var table = new ScoreTable("actions", Classes);
        table.Add(1, new([0, 1, 0, 0, 0], null), null);
        table.Add(2, new([0, 1, 0, 0, 0], null), null);
        var report = EvaluationReport.Of("tiny", 9, [table.Report()]);
        var path = Path.Combine(_folder, "reported");
        var bundle = Write(path, report: report);
        Assert.Equal(0.5, bundle.Manifest.Metrics["top1-by-text"]);
        Assert.Contains("evaluation.json", bundle.Manifest.Files.Keys);
        Assert.Equal(report.ToJson(), ReportFile.Open(path).ToJson());

        // The next model has no report: the writer must delete the old one.
        Write(path);
        Assert.False(File.Exists(Path.Combine(path, "evaluation.json")));
        var error = Assert.Throws<TrainerException>(() => ReportFile.Open(path));
        Assert.Contains("has no evaluation.json", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_TextsWithWordsOfSeveralTokens_ListsThemAsLearnt()
    {
        string[] texts = ["a person CROUCHES", "a person does both", "a person crouches"];
        Assert.Equal(["both", "crouches"], Write(Path.Combine(_folder, "learnt"), texts: texts).Manifest.LearntWords);
        // An open vocabulary has no list of learnt words.
        Assert.Null(Write(Path.Combine(_folder, "open"), texts: texts, closed: false).Manifest.LearntWords);
        Assert.Null(Write(Path.Combine(_folder, "same"), texts: ["a person does thing 1"]).Manifest.LearntWords);
    }

    [Fact]
    public void Write_OutputsAboveTheBound_WritesNothing()
    {
        var good = Write(Path.Combine(_folder, "good"));
        var golden = GoldenClips.Read(good);
        golden.VideoEmbeddings[0][0] += 0.01f;
        var target = Path.Combine(_folder, "refused");
        var content = new BundleContent(Config, Weights, Vocabulary, Merges, golden);
        var error = Assert.Throws<BundleException>(() => BundleWriter.Write(target, good.Manifest, content));
        Assert.Contains("differ by", error.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(target));
        Assert.False(Directory.Exists(target + ".new"));
    }

    [Fact]
    public void Write_WeightsAboveTheLimit_ListsTheirFilesWithHashes()
    {
        var whole = Write(Path.Combine(_folder, "inside"));
        BundleContent content = new(Config, Weights, Vocabulary, Merges, GoldenClips.Read(whole)) { MostGraphBytes = 1000 };
        var split = BundleWriter.Write(Path.Combine(_folder, "beside"), whole.Manifest, content);
        string[] expected = ["text.onnx.weights", "video.onnx.weights"];
        Assert.Equal(expected, split.Manifest.Files.Keys.Where(f => f.EndsWith(".weights", StringComparison.Ordinal)));
        Assert.InRange(BundleVerifier.Measure(split).Worst, 0, 1e-5);
        var weights = split.PathOf(expected[1]);
        File.WriteAllBytes(weights, [.. File.ReadAllBytes(weights).Select(b => (byte)(b ^ 1))]);
        var error = Assert.Throws<BundleException>(() => ModelBundle.Open(split.Folder));
        Assert.Contains("video.onnx.weights has changed since export", error.Message, StringComparison.Ordinal);
        // The next bundle in this folder does not have these files.
        BundleWriter.Write(split.Folder, whole.Manifest, content with { MostGraphBytes = OnnxGraph.MostBytes });
        Assert.Empty(Directory.GetFiles(split.Folder, "*.weights"));
    }

    [Fact]
    public void Write_Int8Requested_AddsTheGraphWithItsFigures()
    {
        List<string> reports = [];
        var bundle = Write(Path.Combine(_folder, "precise"), precision: Request(PrecisionChoice.Int8, reports));
        var graph = Assert.Single(bundle.Video, g => g.Precision == GraphPrecision.Int8);
        Assert.Equal(("video.int8.onnx", GraphForm.Window), (graph.File, graph.Form));
        Assert.Equal((4, 4 * 3 + 2), (graph.Quality!.Clips, graph.Quality.CalibrationClips));
        Assert.InRange(graph.Quality.PlainCosine!.Value, 0.9, 1.00001);
        Assert.InRange(graph.Golden!.Measured, 1e-9, graph.Golden.Bound);
        Assert.Contains("video.int8.onnx", bundle.Manifest.Files.Keys);
        Assert.InRange(bundle.Manifest.Golden.Measured, 0, 1e-5);   // of the graphs in fp32
        Assert.Equal(2, reports.Count);
        Assert.StartsWith("int8: measuring activations on 14 clips", reports[0], StringComparison.Ordinal);
        Assert.StartsWith("video.int8.onnx: ", reports[1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(TemporalMode.Causal, 1e-4)]
    [InlineData(TemporalMode.PerFrame, 1e-4)]
    public void Write_Reuse_AddsGraphsThatShareTheirWeights(TemporalMode temporal, double bound)
    {
        var config = temporal == TemporalMode.Causal
            ? TinyNetwork.Config with { Temporal = temporal, VisionLayers = 3 }
            : TinyNetwork.Config with { Temporal = temporal, VisionAdapterLayers = 0, VisionAdapterPreAttn = false };
        var path = Path.Combine(_folder, "reuse");
        var bundle = Write(path, precision: Request(PrecisionChoice.Int8, []) with { Reuse = true }, config: config, reuse: true);
        Assert.Equal(["reuse.onnx", "reuse.int8.onnx"], bundle.Reuse.Select(g => g.File));
        Assert.Equal(["stream.onnx", "stream.int8.onnx"], bundle.Video.Select(g => g.File));
        Assert.Equal(M2ClipGraphs.Caches(config).Select(c => c.Name), bundle.Manifest.Caches!.Select(c => c.Name));
        var (int8, reuse) = (bundle.Video.Last(), bundle.Reuse.Last());
        Assert.Equal(int8.Quality, reuse.Quality);
        Assert.Equal(int8.Golden!.Bound, reuse.Golden!.Bound);
        Assert.InRange(reuse.Golden.Measured, int8.Golden.Measured - bound, int8.Golden.Measured + bound);
        foreach (var suffix in new[] { "", ".int8" })
        {
            long Length(string file) => new FileInfo(bundle.PathOf(file)).Length;
            var weights = Length($"stream{suffix}.onnx.weights");
            Assert.False(File.Exists(bundle.PathOf($"reuse{suffix}.onnx.weights")));
            Assert.InRange(Length($"reuse{suffix}.onnx"), 1, weights);
        }
    }

    [Fact]
    public void Write_ReuseOfBidirectionalNetwork_NamesTheOption()
    {
        var path = Path.Combine(_folder, "refused");
        var error = Assert.Throws<TrainerException>(() => Write(path, reuse: true));
        Assert.StartsWith("--reuse: this network encodes whole windows", error.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(path));
    }

    [Theory]
    [InlineData("Auto", "No int8 graph: an int8 graph loses too much: smallest cosine")]
    [InlineData("Int8", "--precision int8: an int8 graph loses too much: smallest cosine")]
    [InlineData("Fp32", "")]
    public void Write_Int8LosesTooMuch_WritesFp32Alone(string precision, string message)
    {
        var choice = Enum.Parse<PrecisionChoice>(precision);
        List<string> reports = [];
        var request = Request(choice, reports) with { Bounds = new(0.9999999, 0.9999999, 0.9999999, 1, 1) };
        var path = Path.Combine(_folder, "refused");
        if (choice == PrecisionChoice.Int8)
        {
            var error = Assert.Throws<TrainerException>(() => Write(path, precision: request));
            Assert.StartsWith(message, error.Message, StringComparison.Ordinal);
            Assert.EndsWith("Use --precision fp32", error.Message, StringComparison.Ordinal);
            return;
        }
        Assert.All(Write(path, precision: request).Video, g => Assert.Equal(GraphPrecision.Fp32, g.Precision));
        Assert.StartsWith(message, reports.LastOrDefault() ?? "", StringComparison.Ordinal);
        Assert.Equal(message.Length > 0, reports.Count > 0);
    }

    [Theory]
    [InlineData("Fp16", 1)]
    [InlineData("All", 3)]
    public void Write_Fp16Requested_AddsTheGraphWithItsFigures(string precision, int expected)
    {
        List<string> reports = [];
        var request = Request(Enum.Parse<PrecisionChoice>(precision), reports);
        var bundle = Write(Path.Combine(_folder, "half"), precision: request);
        var graph = Assert.Single(bundle.Video, g => g.Precision == GraphPrecision.Fp16);
        Assert.Equal(("video.fp16.onnx", GraphForm.Window), (graph.File, graph.Form));
        Assert.Equal((4, null), (graph.Quality!.Clips, graph.Quality.CalibrationClips));
        Assert.InRange(graph.Quality.PlainCosine!.Value, 0.9999, 1.00001);
        Assert.InRange(graph.Golden!.Measured, 1e-9, graph.Golden.Bound);
        Assert.Equal(expected, reports.Count);
        Assert.StartsWith("video.fp16.onnx: for GPUs; smallest cosine to fp32 ", reports[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void Write_Fp16LosesTooMuch_IsRefused()
    {
        var request = Request(PrecisionChoice.Fp16, []) with { Bounds = new(0.999999999, 0.999999999, 0.999999999, 1, 1) };
        var error = Assert.Throws<TrainerException>(() => Write(Path.Combine(_folder, "refused"), precision: request));
        Assert.StartsWith("--precision fp16: an fp16 graph loses too much: ", error.Message, StringComparison.Ordinal);
        Assert.EndsWith("Use --precision auto: a GPU then runs the graph in fp32", error.Message, StringComparison.Ordinal);
    }

    private static PrecisionRequest Request(PrecisionChoice choice, List<string> reports)
    {
        byte[][] clips = [.. TinyNetwork.Frames(TinyNetwork.Config, 8).Chunk(TinyNetwork.Frames(TinyNetwork.Config, 1).Length)];
        return new(choice, clips[..4], clips[4..], reports.Add) { Bounds = new(0.9, 0.5, 0.9, 0, 0) };
    }

    [Fact]
    public void Write_PathIsAFile_KeepsTheFile()
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
    public void CheckNames_OneInvalid_NamesTheOption(string name, string version, string folder, string expected)
    {
        File.WriteAllText(Path.Combine(_folder, "taken"), "");
        var path = folder.Length == 0 ? folder : Path.Combine(_folder, folder);
        var error = Assert.Throws<TrainerException>(() => BundleExporter.CheckNames(name, version, path));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(';', error.Message.Replace("here; name", "", StringComparison.Ordinal));
    }

    [Fact]
    public void CheckNames_SeveralInvalid_ListsAll()
    {
        var error = Assert.Throws<TrainerException>(() => BundleExporter.CheckNames("../evil", "", ""));
        Assert.All(
            ["--name '../evil'", "--model-version", "--to"],
            option => Assert.Contains(option, error.Message, StringComparison.Ordinal));
        BundleExporter.CheckNames("demo", "1.0.0", _folder);
    }

    [Fact]
    public void Measure_GraphOfOtherWeights_IsAboveTheBound()
    {
        var bundle = Write(Path.Combine(_folder, "swapped"));
        File.WriteAllBytes(bundle.PathOf(ModelBundle.WindowGraph), M2ClipGraphs.Video(Config, RandomWeights.Of(Config, seed: 99)));
        Assert.True(BundleVerifier.Measure(bundle).Worst > bundle.Manifest.Golden.Bound);
        var error = Assert.Throws<BundleException>(() => ModelBundle.Open(bundle.Folder));
        Assert.Contains("video.onnx has changed since export", error.Message, StringComparison.Ordinal);
    }

    private string Vocabulary => Path.Combine(_folder, "vocab.json");
    private string Merges => Path.Combine(_folder, "merges.txt");
    private M2ClipConfig Config { get; set; } = TinyNetwork.Config;
    private Dictionary<string, Weights.TensorData> Weights { get; set; } = [];

    private ModelBundle Write(
        string path,
        IReadOnlyList<string>? words = null,
        EvaluationReport? report = null,
        IEnumerable<string>? texts = null,
        bool closed = true,
        PrecisionRequest? precision = null,
        M2ClipConfig? config = null,
        bool reuse = false)
    {
        VocabularyBuilder.Write(Classes.Select(c => c.Phrase), Vocabulary, Merges);
        var tokenizer = Core.Text.ClipTokenizer.Load(Vocabulary, Merges);
        Config = (config ?? TinyNetwork.Config) with { VocabSize = tokenizer.Count };
        Weights = RandomWeights.Of(Config);
        using var network = new TorchNetwork(Config, TorchParameters.Load(Config, Weights, "tiny"), tokenizer, new("{}"));
        var clip = new ClipSpec(Config.Frames, 4, Config.ImageSize, ResizeRule.Squash);
        return BundleExporter.Write(network, Classes, words, [.. TinyNetwork.Frames(Config, 2).Chunk(clip.ClipBytes)], (Vocabulary, Merges),
            new("tiny", "1", clip, closed, report, new Dictionary<string, string>())
            {
                Texts = texts ?? [],
                Precision = precision,
                Reuse = reuse,
            }, path);
    }
}
