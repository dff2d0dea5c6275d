// Not a test: a child process that trains, with a checkpoint each step, until a test kills it.
using StreamActions.Trainer.Training;

namespace StreamActions.Trainer.Tests.Training;

public sealed class TrainingCrashChild
{
    /// <summary>The environment variable with the folder of the run.</summary>
    internal const string Run = "STREAMACTIONS_CRASH_RUN";

    [Fact(Explicit = true)]
    public async Task Trains_UntilKilled()
    {
        var path = Environment.GetEnvironmentVariable(Run);
        Assert.SkipWhen(path is null, "runs only as a child process of another test");
        await new TrainingLoop(RunFolder.Open(path), new MovingBarSource(4, 16))
            .RunAsync(_ => { }, (_, _) => { }, TestContext.Current.CancellationToken);
    }
}
