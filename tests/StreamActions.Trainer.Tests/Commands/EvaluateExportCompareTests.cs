// The verbs evaluate, export and compare on an untrained run.
using StreamActions.Core.Clips;
using StreamActions.Model;
using StreamActions.TestKit;
using StreamActions.Trainer.Commands;
using StreamActions.Trainer.Data;
using StreamActions.Trainer.Evaluation;
using StreamActions.Trainer.Tests.Evaluation;
using StreamActions.Trainer.Training;

namespace StreamActions.Trainer.Tests.Commands;

public sealed class EvaluateExportCompareTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Evaluate_Run_WritesReportAndConfusionMatrix()
    {
        var run = MakeRun();
        string[] arguments =
            ["--run", run, "--per-class", "1", "--json", _folder.File("a.json"), "--confusion", _folder.File("a.png")];
        Assert.Equal(0, EvaluateCommand.Create().Parse(arguments).Invoke());

        var report = EvaluationReport.Parse(File.ReadAllText(_folder.File("a.json")), "a.json");
        Assert.Equal("mine", report.Model);
        Assert.Equal(["actions", "base-compositions", "novel-compositions", "novel-alone", "held-poses"], report.Sets.Select(s => s.Name));
        Assert.Equal((17, 17), (report.Sets[0].Clips, report.Sets[0].Classes.Count));
        Assert.Equal("compositions", Assert.Single(report.HarmonicMeans).Name);
        Assert.True(File.Exists(_folder.File("a.png")));
        Assert.Equal(report.ToJson(), ReportFile.Open(run).ToJson());
        Assert.Equal(0, CompareCommand.Create().Parse([run, _folder.File("a.json"), "--json", _folder.File("difference.json")]).Invoke());
        Assert.Contains("\"notCompared\": []", File.ReadAllText(_folder.File("difference.json")), StringComparison.Ordinal);
    }

    [Fact]
    public void Evaluate_WithStrength_NamesStrengthInReport()
    {
        var run = MakeRun();
        Assert.Equal(0, EvaluateCommand.Create().Parse(["--run", run, "--per-class", "1", "--strength", "0.8"]).Invoke());
        Assert.Equal("mine at strength 0.8", ReportFile.Open(run).Model);
        Assert.Equal(1, EvaluateCommand.Create().Parse(["--run", run, "--per-class", "1", "--strength", "8"]).Invoke());
    }

    [Fact]
    public void Export_WithStrength_ScalesAdaptersAndRecordsStrength()
    {
        var path = MakeRun();
        var run = RunFolder.Open(path);
        using var network = run.LoadNetwork();
        run.Checkpoints.Save(1, network.Parameters, null);
        Assert.Equal(0, ExportCommand.Create()
            .Parse(["--run", path, "--name", "weaker", "--to", _folder.File("weaker"), "--per-class", "1", "--strength", "0.5"]).Invoke());

        Assert.Contains("\"adapter-strength\": \"0.5\"", File.ReadAllText(_folder.File("weaker/manifest.json")), StringComparison.Ordinal);
        const string Last = "visual.t_adapter.fc2.weight", First = "visual.t_adapter.fc1.weight";
        var (trained, exported) = (network.Parameters.Export(), StartingPoint.Open(_folder.File("weaker")).Weights);
        Assert.Contains(trained[Last].Values, v => v != 0);
        Assert.Equal([.. trained[Last].Values.Select(v => v * 0.5f)], exported[Last].Values);
        Assert.Equal(trained[First].Values, exported[First].Values);
    }

    [Fact]
    public void Run_OtherClasses_UsesTextsOnly()
    {
        var run = RunFolder.Open(MakeRun());
        using var network = run.LoadNetwork();
        var clip = new GeneratedClipSource(run.Clip);
        Assert.NotNull(EvaluateCommand.Run(network, run.Classes, clip, "mine", 0, 1, CancellationToken.None).Sets[0].ByClassifier);
        ClipClass[] others = [.. run.Classes.Skip(1), new("other", "another thing", null)];
        Assert.Null(EvaluateCommand.Run(network, others, clip, "mine", 0, 1, CancellationToken.None).Sets[0].ByClassifier);
    }

    [Fact]
    public void Evaluate_OtherData_WritesNoReportIntoRun()
    {
        var run = MakeRun();
        Assert.Equal(0, EvaluateCommand.Create()
            .Parse(["--run", run, "--per-class", "1", "--data", "generated", "--json", _folder.File("b.json")]).Invoke());
        Assert.True(File.Exists(_folder.File("b.json")));
        Assert.False(File.Exists(Path.Combine(run, "evaluation.json")));
        Assert.Equal(1, EvaluateCommand.Create().Parse(["--run", run, "--data", "nothing-known"]).Invoke());
    }

    [Fact]
    public void Evaluate_Bundle_RequiresData()
    {
        var bundle = Path.Combine(RepositoryPaths.Root, "models/demo");
        string[] arguments = ["--run", bundle, "--per-class", "1", "--json", _folder.File("bundle.json")];
        Assert.Equal(1, EvaluateCommand.Create().Parse(arguments).Invoke());
        Assert.False(File.Exists(_folder.File("bundle.json")));
        Assert.Equal(0, EvaluateCommand.Create().Parse([.. arguments, "--data", "generated"]).Invoke());
        var report = EvaluationReport.Parse(File.ReadAllText(_folder.File("bundle.json")), "bundle.json");
        Assert.Equal(("demo", ReportFile.Open(bundle).Steps), (report.Model, report.Steps));
        Assert.InRange(report.Sets[0].ByClassifier!.Top1.Value, 0.7, 1);   // uses the bundle's classification head
    }

    [Fact]
    public async Task Evaluate_Cancelled_WritesNothing()
    {
        var run = MakeRun();
        var code = await EvaluateCommand.Create().Parse(["--run", run, "--json", _folder.File("c.json")])
            .InvokeAsync(cancellationToken: new CancellationToken(canceled: true));
        Assert.Equal(130, code);
        Assert.False(File.Exists(_folder.File("c.json")));
        Assert.False(File.Exists(Path.Combine(run, "evaluation.json")));
    }

    [Fact]
    public void Open_ReportMissingOrOutdated_NamesCommand()
    {
        var run = MakeRun();
        Assert.Contains(
            $"'evaluate --run {run}'", Assert.Throws<TrainerException>(() => ReportFile.Open(run)).Message, StringComparison.Ordinal);
        // The report is of step 250, but the run is at step 0.
        File.WriteAllText(Path.Combine(run, "evaluation.json"), ExampleReports.Report("mine").ToJson());
        Assert.Contains("step 0", Assert.Throws<TrainerException>(() => ReportFile.Open(run)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Compare_FilesMissing_WritesNothing()
    {
        var missing = _folder.File("missing");
        Assert.Equal(1, CompareCommand.Create().Parse([missing, missing, "--json", _folder.File("d.json")]).Invoke());
        Assert.False(File.Exists(_folder.File("d.json")));
        Assert.Contains(
            "no such file or folder", Assert.Throws<TrainerException>(() => ReportFile.Open(missing)).Message, StringComparison.Ordinal);
    }

    private string MakeRun()
    {
        var clip = new ClipSpec(3, 4, 16, ResizeRule.Squash);
        var source = new GeneratedClipSource(clip);
        var config = new M2ClipConfig
        {
            ImageSize = 16,
            PatchSize = 8,
            VisionWidth = 64,
            VisionLayers = 1,
            EmbedDim = 16,
            VisionAdapterWidth = 8,
            VisionAdapterLayers = 1,
            Frames = 3,
            TextWidth = 16,
            TextHeads = 1,
            TextLayers = 1,
            TextAdapterWidth = 4,
            TextAdapterLayers = 1,
            ContextLength = 24,
            VocabSize = 1,
            NumClasses = 17,
        };
        _ = RunFolder.Create(_folder.File("mine"), config, clip, new() { Steps = 1, Batch = 2, Rate = 1e-3, Seed = 1 }, source);
        return _folder.File("mine");
    }
}
