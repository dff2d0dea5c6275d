// The worker looks up no name and opens no connection that the configuration does not name. The runtime's telemetry is off.
using System.Text.RegularExpressions;
using StreamActions.TestKit;

namespace StreamActions.EndToEnd.Tests;

public sealed partial class QuietNetworkTests : IDisposable
{
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(3);
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>strace records every connection of the worker and of its children. A look-up is a connection to port 53.</summary>
    [Fact]
    public async Task Run_LocalRecording_OpensNoConnection()
    {
        var strace = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Select(folder => Path.Combine(folder, "strace"))
            .FirstOrDefault(File.Exists);
        Assert.SkipWhen(strace is null, "strace is not installed");
        var home = Directory.CreateDirectory(_folder.File("home")).FullName;
        var log = _folder.File("strace");
        var file = OperatorsFile.Write(_folder, $"aisle: {{ source: \"file:{OperatorsFile.Sample("aisle.mp4")}\", pace: fast }}");
        await using var worker = WorkerProcess.Start(
            ["run", "--until-end", "--config", file],
            new Dictionary<string, string?> { ["HOME"] = home, ["XDG_CACHE_HOME"] = null, ["ORT_DISABLE_TELEMETRY"] = null },
            [strace!, "-f", "-qq", "-e", "trace=connect,sendto,sendmsg,sendmmsg", "-o", log]);

        var exit = await worker.ExitAsync(Timeout);
        Assert.SkipWhen(worker.Output.Contains("ptrace", StringComparison.OrdinalIgnoreCase), "strace may not trace here");
        Assert.True(exit == 0, worker.Output);

        Assert.DoesNotContain(File.ReadLines(log), line => Internet().IsMatch(line));
        Assert.Empty(Directory.GetFileSystemEntries(home, "*", SearchOption.AllDirectories));
    }

    [GeneratedRegex("AF_INET|sin6?_port")]
    private static partial Regex Internet();
}
