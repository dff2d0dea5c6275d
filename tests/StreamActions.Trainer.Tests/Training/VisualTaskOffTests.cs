// Without the visual task a run has no classification head; its classes are still recognised by their texts.
using StreamActions.Trainer.Commands;
using StreamActions.Trainer.Evaluation;
using StreamActions.Trainer.Export;
using StreamActions.Trainer.Losses;
using StreamActions.Trainer.Training;

namespace StreamActions.Trainer.Tests.Training;

public sealed class VisualTaskOffTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("visual-off-").FullName;
    private readonly MovingBarSource _source = new(4, 16);

    public VisualTaskOffTests() => SmallRuns.Pretrained(In("clip"), _source);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string In(string name) => Path.Combine(_folder, name);

    private RunFolder WithoutHead(string from) =>
        SmallRuns.Adapted(In("run"), from, _source, SmallRuns.Options(1) with { Losses = new LossWeights { Visual = 0, Masked = 0 } });

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void From_VisualTaskOff_HasClassesButNoHead(bool startHasHead)
    {
        if (startHasHead)
            SmallRuns.Shaken(SmallRuns.Adapted(In("with"), In("clip"), _source, SmallRuns.Options(1)));
        var run = WithoutHead(startHasHead ? In("with") : In("clip"));
        Assert.Equal((0, 2), (run.Config.NumClasses, run.Classes.Count));
        using var network = run.LoadNetwork();
        Assert.DoesNotContain(network.Parameters.Tensors.Keys, n => n.Contains("adapter_fc", StringComparison.Ordinal));
        Assert.Null(network.EncodeVideo(network.Pixels([_source.Training(0).Pixels])).ClassLogits);
    }

    [Fact]
    public async Task RunAsync_VisualTaskOff_TrainsAndEvaluatesByText()
    {
        var run = WithoutHead(In("clip"));
        List<StepReport> steps = [];
        await new TrainingLoop(run, _source).RunAsync(steps.Add, (_, _) => { }, CancellationToken.None);
        Assert.Equal(["contrastive", "cross-modal"], Assert.Single(steps).Parts.Keys);
        using var network = run.LoadNetwork();
        var report = Evaluator.Run(network, _source.Evaluation(perClass: 2)[0]);
        Assert.Null(report.ByClassifier);
        Assert.Equal(["right", "left"], report.Classes.Select(c => c.Name));
    }

    [Fact]
    public void Write_VisualTaskOff_WritesBundleWithoutLabels()
    {
        var run = WithoutHead(In("clip"));
        using var network = run.LoadNetwork();
        var bundle = BundleExporter.Write(
            network, run.Classes, run.Words, [_source.Training(0).Pixels, _source.Training(1).Pixels],
            (run.VocabularyPath, run.MergesPath),
            new("bars", "1.0.0", run.Clip, ClosedVocabulary: true, Evaluation: null, new Dictionary<string, string>()), In("bundle"));
        Assert.Empty(bundle.Manifest.Labels);
        // A run can start from the bundle, and gets a new head.
        var start = StartingPoint.Open(In("bundle"));
        Assert.Empty(start.Classes);
        Assert.Equal(2, SmallRuns.Adapted(In("on"), In("bundle"), _source, SmallRuns.Options(1)).Config.NumClasses);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void FromNothing_ClassCount_DecidesHead(int classes)
    {
        var run = RunFolder.Create(
            In("fresh"), TrainCommand.FromScratch(SmallRuns.Clip, classes, masked: false), SmallRuns.Clip, SmallRuns.Options(1), _source);
        using var network = run.LoadNetwork();
        Assert.Equal(classes > 0, network.Parameters.Tensors.ContainsKey("visual.adapter_fc.weight"));
        Assert.Equal(2, run.Classes.Count);
    }
}
