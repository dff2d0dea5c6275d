// Checkpoints are atomic: after a crash each checkpoint is complete or absent.
using StreamActions.TestKit;
using StreamActions.Trainer.Training;

namespace StreamActions.Trainer.Tests.Training;

public sealed class CheckpointsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("checkpoints-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Latest_IncompleteCheckpoint_IsIgnored()
    {
        var source = new MovingBarSource(4, 16);
        var run = SmallRuns.Pretrained(_folder, source);
        Directory.CreateDirectory(run.In("step-00000009.tmp"));
        File.WriteAllText(run.In("step-00000009.tmp/weights.safetensors"), "half");
        Assert.Equal(0, run.LatestStep());
        using var network = run.LoadNetwork();
        run.Checkpoints.Save(10, network.Parameters, null);
        Assert.Equal(["step-00000010"], Directory.GetDirectories(_folder).Select(Path.GetFileName));
    }

    [Fact]
    public void SaveBest_BetterFigure_ReplacesPrevious()
    {
        var run = SmallRuns.Pretrained(_folder, new MovingBarSource(4, 16));
        using var network = run.LoadNetwork();
        Assert.Null(run.Checkpoints.BestFigure());
        run.Checkpoints.SaveBest(new(5, 0.5), network.Parameters);
        run.Checkpoints.SaveBest(new(20, 0.75), network.Parameters);
        Assert.Equal(new BestFigure(20, 0.75), run.Checkpoints.BestFigure());
        var (best, step) = run.LoadBest();
        best.Dispose();
        Assert.Equal((20L, 0L), (step, run.LatestStep()));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("half")]
    public void BestFigure_UnreadableFile_NamesCheckpoint(string? text)
    {
        var run = SmallRuns.Pretrained(_folder, new MovingBarSource(4, 16));
        using var network = run.LoadNetwork();
        run.Checkpoints.SaveBest(new(5, 0.5), network.Parameters);
        var file = run.In("best-00000005/best.json");
        if (text is null)
            File.Delete(file);
        else
            File.WriteAllText(file, text);
        var message = Assert.Throws<TrainerException>(() => run.Checkpoints.BestFigure()).Message;
        Assert.Contains("best-00000005: its best.json cannot be read", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Save_ProcessKilledWhileWriting_LeavesCompleteCheckpoint()
    {
        var source = new MovingBarSource(4, 16);
        SmallRuns.Pretrained(Path.Combine(_folder, "clip"), source);
        var path = Path.Combine(_folder, "run");
        var options = SmallRuns.Options(1_000_000) with { CheckpointEvery = 1, EvaluateEvery = 3 };
        SmallRuns.Adapted(path, Path.Combine(_folder, "clip"), source, options);
        var before = 0L;
        for (var round = 0; round < 3; round++)
        {
            await KillWhileWritingAsync(path, after: before + 2);
            var run = RunFolder.Open(path);
            using var network = run.LoadNetwork();   // reads every tensor
            Assert.True(run.LatestStep() > before);
            before = run.LatestStep();
            Assert.NotNull(run.Checkpoints.Latest()!.Optimizer);
        }
        // Training resumes from the checkpoint.
        await new TrainingLoop(RunFolder.Open(path).WithSteps(before + 1), source)
            .RunAsync(_ => { }, (_, _) => { }, CancellationToken.None);
        Assert.Equal(before + 1, RunFolder.Open(path).LatestStep());
    }

    private static async Task KillWhileWritingAsync(string run, long after)
    {
        using var child = ChildTest.Start(
            typeof(TrainingCrashChild).Assembly, nameof(TrainingCrashChild.Trains_UntilKilled), TrainingCrashChild.Run, run);
        try
        {
            while (RunFolder.Open(run).LatestStep() < after || Directory.GetDirectories(run, "*.tmp").Length == 0)
            {
                Assert.False(child.HasExited, "the child process ended before the kill");
                TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            }
        }
        finally
        {
            child.Kill();   // SIGKILL
            await child.WaitForExitAsync(TestContext.Current.CancellationToken);
        }
    }
}
