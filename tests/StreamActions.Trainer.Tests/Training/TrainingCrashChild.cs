// Not a test: a process that trains, with a checkpoint every step, until a test kills it.
using StreamActions.Trainer.Training;

namespace StreamActions.Trainer.Tests.Training;

public sealed class TrainingCrashChild
{
    /// <summary>The environment variable that names the run's folder.</summary>
    internal const string Run = "STREAMACTIONS_CRASH_RUN";

    [Fact(Explicit = true)]
    public async Task Trains_UntilKilled()
    {
        var path = Environment.GetEnvironmentVariable(Run);
        Assert.SkipWhen(path is null, "runs only as the child of another test");
        await new TrainingLoop(RunFolder.Open(path), new MovingBarSource(4, 16))
            .RunAsync(_ => { }, (_, _) => { }, TestContext.Current.CancellationToken);
    }
}
