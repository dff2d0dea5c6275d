// The training loop: learning, stop and resume, accumulation, and early end.
using StreamActions.Core.Clips;
using StreamActions.Model;
using StreamActions.Trainer.Data;
using StreamActions.Trainer.Losses;
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
    public async Task RunAsync_MovingBar_LearnsDirectionFromFrameOrder()
    {
        var source = new MovingBarSource(4, 16);
        var run = RunFolder.Create(Path.Combine(_folder, "a"), Config, Clip, Options(steps: 150), source);
        await new TrainingLoop(run, source).RunAsync(_ => { }, (_, _) => { }, CancellationToken.None);
        using var network = run.LoadNetwork();
        var report = Trainer.Evaluation.Evaluator.Run(network, source.Evaluation(perClass: 50)[0]);
        Assert.InRange(report.TimeOrder!.Ordered.Value, 0.9, 1);
        Assert.InRange(report.TimeOrder!.Shuffled.Value, 0.3, 0.7);
    }

    [Fact]
    public async Task WithSteps_CompletedRun_ContinuesToNewLength()
    {
        var source = new MovingBarSource(4, 16);
        var path = Path.Combine(_folder, "longer");
        await new TrainingLoop(RunFolder.Create(path, Config, Clip, Options(steps: 3), source), source)
            .RunAsync(_ => { }, (_, _) => { }, CancellationToken.None);

        Assert.Contains(
            "3 steps already", Assert.Throws<TrainerException>(() => RunFolder.Open(path).WithSteps(2)).Message, StringComparison.Ordinal);
        await new TrainingLoop(RunFolder.Open(path).WithSteps(5), source).RunAsync(_ => { }, (_, _) => { }, CancellationToken.None);
        var run = RunFolder.Open(path);
        Assert.Equal((5, 5), (run.Options.Steps, run.LatestStep()));
    }

    [Fact]
    public async Task RunAsync_StoppedAndResumed_GivesSameLosses()
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

    // Clips repeat with a period, so that consecutive batches are equal.
    private sealed class Repeating(IClipSource source, int period) : IClipSource
    {
        public IReadOnlyList<ClipClass> Classes => source.Classes;
        public IEnumerable<string> Texts => source.Texts;
        public TrainingClip Training(long index, int earlier = 0) => source.Training(index % period, earlier);
        public IReadOnlyList<EvaluationSet> Evaluation(int perClass, int earlier = 0) => source.Evaluation(perClass, earlier);
    }

    [Fact]
    public async Task RunAsync_TwoEqualBatchesAccumulated_MatchesOneBatch()
    {
        var source = new Repeating(new MovingBarSource(4, 16), 8);
        async Task<(double Loss, float[] Weights)> TrainAsync(string name, int accumulate)
        {
            LossWeights contrastiveOnly = new() { CrossModal = 0, Visual = 0, Masked = 0 };
            var options = Options(steps: 2) with { Batch = 8, Accumulate = accumulate, Losses = contrastiveOnly };
            var run = RunFolder.Create(Path.Combine(_folder, name), Config, Clip, options, source);
            var loss = 0.0;
            await new TrainingLoop(run, source).RunAsync(s => loss = s.Loss, (_, _) => { }, CancellationToken.None);
            using var network = run.LoadNetwork();
            return (loss, network.Parameters.Export()["visual.proj"].Values);
        }
        var (one, two) = (await TrainAsync("one", 1), await TrainAsync("two", 2));
        Assert.Equal(one.Loss, two.Loss, 1e-4);
        Assert.All(one.Weights.Zip(two.Weights), w => Assert.Equal(w.First, w.Second, 1e-4));
    }

    [Fact]
    public async Task RunAsync_NoImprovement_EndsEarlyAndKeepsBest()
    {
        var source = new MovingBarSource(4, 16);
        // At this rate the model does not change.
        var options = Options(steps: 50) with { Rate = 1e-12, EvaluateEvery = 2, Patience = 3 };
        var run = RunFolder.Create(Path.Combine(_folder, "early"), Config, Clip, options, source);
        Assert.Equal(TrainingEnd.Early, await new TrainingLoop(run, source).RunAsync(_ => { }, (_, _) => { }, CancellationToken.None));
        Assert.Equal(2, run.Checkpoints.Best()!.Step);
        var (best, step) = run.LoadBest();
        best.Dispose();
        Assert.Equal(2, step);
        // The last step is saved although no checkpoint was due, and the same command ends there again.
        Assert.Equal(8, run.LatestStep());
        Assert.Equal(TrainingEnd.Early, await new TrainingLoop(run, source)
            .RunAsync(_ => Assert.Fail("an additional step"), (_, _) => Assert.Fail("evaluated again"), CancellationToken.None));
    }

    [Theory]
    [InlineData(4)]    // during the run, where no checkpoint is due
    [InlineData(6)]    // at the end
    public async Task RunAsync_StoppedDuringEvaluation_RepeatsItOnResume(long at)
    {
        var source = new MovingBarSource(4, 16);
        var path = Path.Combine(_folder, "stopped");
        using var stop = new CancellationTokenSource();
        var stopping = new StopsInEvaluation(source, at == 4 ? 2 : 3, stop);
        List<long> evaluated = [];
        _ = RunFolder.Create(path, Config, Clip, Options(steps: 6) with { EvaluateEvery = 2 }, source);
        Assert.Equal(TrainingEnd.Stopped, await new TrainingLoop(RunFolder.Open(path), stopping)
            .RunAsync(_ => { }, (step, _) => evaluated.Add(step), stop.Token));
        Assert.Equal(at, RunFolder.Open(path).LatestStep());
        Assert.Equal(at == 4 ? [2] : [2, 4], evaluated);
        Assert.Equal(TrainingEnd.Done, await new TrainingLoop(RunFolder.Open(path), source)
            .RunAsync(_ => { }, (step, _) => evaluated.Add(step), CancellationToken.None));
        Assert.Equal([2, 4, 6], evaluated);
        Assert.Equal(TrainingEnd.Done, await new TrainingLoop(RunFolder.Open(path), source)
            .RunAsync(_ => { }, (_, _) => Assert.Fail("evaluated again"), CancellationToken.None));
    }

    // Cancels when the given evaluation requests its clips.
    private sealed class StopsInEvaluation(IClipSource source, int number, CancellationTokenSource stop) : IClipSource
    {
        private int _evaluations;
        public IReadOnlyList<ClipClass> Classes => source.Classes;
        public IEnumerable<string> Texts => source.Texts;
        public TrainingClip Training(long index, int earlier = 0) => source.Training(index, earlier);

        public IReadOnlyList<EvaluationSet> Evaluation(int perClass, int earlier = 0)
        {
            if (++_evaluations == number)
                stop.Cancel();
            return source.Evaluation(perClass, earlier);
        }
    }

    [Fact]
    public void Check_InvalidSettings_ListsAll()
    {
        var losses = new LossWeights { Visual = -1 };
        var options = Options(steps: -1) with { Batch = 1, Accumulate = 0, Rate = double.NaN, Losses = losses };
        var message = Assert.Throws<TrainerException>(options.Check).Message;
        foreach (var part in (string[])["--steps -1", "--batch 1", "--accumulate 0", "--rate", "--visual -1 must be"])
            Assert.Contains(part, message, StringComparison.Ordinal);
    }

    private static TrainingOptions Options(long steps) => new()
    {
        Steps = steps,
        Batch = 16,
        Rate = 2e-3,
        WarmUp = 10,
        Seed = 1,
        CheckpointEvery = 5,
        EvaluateEvery = 1000,
    };
}
