// Runs in a child process: reads a recording until another test kills it.
namespace StreamActions.Video.Tests;

public sealed class ReadingChild
{
    /// <summary>The environment variable that names the recording.</summary>
    internal const string Recording = "STREAMACTIONS_TEST_CHILD_READS";

    /// <summary>The line that it prints for every frame.</summary>
    internal const string Line = "reading";

    [Fact(Explicit = true)]
    public async Task ReadAsync_UntilKilled()
    {
        var recording = Environment.GetEnvironmentVariable(Recording);
        Assert.SkipWhen(recording is null, "runs only in the child process of another test");
        var options = new SourceOptions { Address = recording, Kind = SourceKind.File, SampleFps = 12, Loop = true };
        await foreach (var frame in new FfmpegSource(options, TimeProvider.System).ReadAsync(TestContext.Current.CancellationToken))
        {
            frame.Dispose();
            Console.WriteLine(Line);
        }
    }
}
