// Not a test: a child process that appends to a store and records acknowledged events, until a test kills it.
using System.Text;
using StreamActions.Worker.Tests.Events;

namespace StreamActions.Worker.Tests.Sinks;

public sealed class EventStoreCrashChild
{
    /// <summary>The environment variable with the store's folder.</summary>
    internal const string Folder = "STREAMACTIONS_CRASH_FOLDER";

    [Fact(Explicit = true)]
    public async Task AppendAsync_UntilKilled_RecordsAcknowledged()
    {
        var path = Environment.GetEnvironmentVariable(Folder);
        Assert.SkipWhen(path is null, "runs only as the child of another test");
        using StoreFolder folder = new(path);
        await using var store = folder.Open();
        await using var acknowledged = new FileStream(
            Path.Combine(path, "acknowledged"), FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 0);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(async writer =>
        {
            for (var number = 0; ; number++)
            {
                var seq = await store.AppendAsync(SampleEvents.Encoded(number, $"camera-{writer}"), CancellationToken.None);
                lock (acknowledged)
                    acknowledged.Write(Encoding.ASCII.GetBytes($"{seq}\n"));
            }
        }));
    }
}
