// The loop learns, stops and goes on as the same run.
using StreamActions.Core.Clips;
using StreamActions.Model;
using StreamActions.Trainer.Training;

namespace StreamActions.Trainer.Tests.Training;

public sealed class TrainingLoopTests : IDisposable
{
    private static readonly M2ClipConfig Config = new()
    {
        ImageSize = 16,
        PatchSize = 8,
        VisionWidth = 64,
        VisionLayers = 2,
        EmbedDim = 32,
        VisionAdapterWidth = 16,
        VisionAdapterLayers = 2,
        Frames = 4,
        TextWidth = 32,
        TextHeads = 2,
        TextLayers = 1,
        TextAdapterWidth = 8,
        TextAdapterLayers = 1,
        ContextLength = 12,
        VocabSize = 1,
        NumClasses = 2,
    };

    private static readonly ClipSpec Clip = new(4, 4, 16, ResizeRule.Squash);
    private readonly string _folder = Directory.CreateTempSubdirectory("run-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task RunAsync_MovingBar_LearnsTheDirectionFromTimeAlone()
    {
        var source = new MovingBarSource(4, 16);
        var run = RunFolder.Create(Path.Combine(_folder, "a"), Config, Clip, Options(steps: 150), source);
        await new TrainingLoop(run, source).RunAsync(_ => { }, (_, _) => { }, CancellationToken.None);
        using var network = run.LoadNetwork();
        var report = Trainer.Evaluation.Evaluator.Run(network, source.Evaluation(perClass: 50)[0]);
        Assert.InRange(report.Pairs, 0.9, 1);
        Assert.InRange(report.PairsShuffled, 0.3, 0.7);
    }

    [Fact]
    public async Task WithSteps_RunThatIsDone_GoesOnToItsNewLengthAndKeepsIt()
    {
        var source = new MovingBarSource(4, 16);
        var path = Path.Combine(_folder, "longer");
        await new TrainingLoop(RunFolder.Create(path, Config, Clip, Options(steps: 3), source), source).RunAsync(_ => { }, (_, _) => { }, CancellationToken.None);

        Assert.Contains("3 steps already", Assert.Throws<InvalidOperationException>(() => RunFolder.Open(path).WithSteps(2)).Message, StringComparison.Ordinal);
        await new TrainingLoop(RunFolder.Open(path).WithSteps(5), source).RunAsync(_ => { }, (_, _) => { }, CancellationToken.None);
        var run = RunFolder.Open(path);
        Assert.Equal((5, 5), (run.Options.Steps, run.LatestStep()));
    }

    [Fact]
    public async Task RunAsync_StoppedAndGoneOn_GivesTheSameLosses()
    {
        var source = new MovingBarSource(4, 16);
        List<double> whole = [], parts = [];
        var one = RunFolder.Create(Path.Combine(_folder, "whole"), Config, Clip, Options(steps: 12), source);
        await new TrainingLoop(one, source).RunAsync(s => whole.Add(s.Loss), (_, _) => { }, CancellationToken.None);

        var path = Path.Combine(_folder, "parts");
        _ = RunFolder.Create(path, Config, Clip, Options(steps: 12), source);
        using var stop = new CancellationTokenSource();
        await new TrainingLoop(RunFolder.Open(path), source).RunAsync(s =>
        {
            parts.Add(s.Loss);
            if (s.Step == 7)
                stop.Cancel();
        }, (_, _) => { }, stop.Token);
        Assert.Equal(7, RunFolder.Open(path).LatestStep());
        await new TrainingLoop(RunFolder.Open(path), source).RunAsync(s => parts.Add(s.Loss), (_, _) => { }, CancellationToken.None);

        Assert.Equal(whole.Count, parts.Count);
        for (var i = 0; i < whole.Count; i++)
            Assert.Equal(whole[i], parts[i], 1e-4);
    }

    private static TrainingOptions Options(long steps) => new() { Steps = steps, Batch = 16, Rate = 2e-3, WarmUp = 10, Seed = 1, CheckpointEvery = 5, EvaluateEvery = 1000 };
}
