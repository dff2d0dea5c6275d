// Real recordings through the worker.
using StreamActions.TestKit;

namespace StreamActions.EndToEnd.Tests;

public sealed class RealVideoTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Run_RealClips_AnalysesAllToTheEnd()
    {
        var clips = Path.Combine(RepositoryPaths.Shared, "clips");
        Assert.SkipUnless(Directory.Exists(clips), "the real clips are not available");
        string[] files = Directory.GetFiles(clips, "*.mp4");
        Assert.Equal(3, files.Length);
        var cameras = string.Join("\n  ", files.Select((f, i) => $"clip-{i}: {{ source: \"file:{f}\", pace: fast }}"));
        await using var worker = WorkerProcess.Start(["run", "--until-end", "--config", OperatorsFile.Write(_folder, cameras)]);
        Assert.Equal(0, await worker.ExitAsync(TimeSpan.FromMinutes(2)));
        for (var i = 0; i < files.Length; i++)
            Assert.Contains($"Camera clip-{i} has ended", worker.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("fail", worker.Output, StringComparison.Ordinal);
    }
}
