// Not a test: a process that appends to a store and notes what was acknowledged, until a test kills it.
using System.Text;
using StreamActions.Worker.Tests.Events;

namespace StreamActions.Worker.Tests.Sinks;

public sealed class EventStoreCrashChild
{
    /// <summary>The environment variable that names the folder of the store.</summary>
    internal const string Folder = "STREAMACTIONS_CRASH_FOLDER";

    [Fact(Explicit = true)]
    public async Task Appends_UntilKilled_Acknowledges()
    {
        var path = Environment.GetEnvironmentVariable(Folder);
        Assert.SkipWhen(path is null, "runs only as the child of another test");
        using StoreFolder folder = new(path);
        await using var store = folder.Open();
        await using var notes = new FileStream(Path.Combine(path, "acknowledged"), FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 0);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(async writer =>
        {
            for (var number = 0; ; number++)
            {
                var seq = await store.AppendAsync(SampleEvents.Encoded(number, $"camera-{writer}"), CancellationToken.None);
                lock (notes)
                    notes.Write(Encoding.ASCII.GetBytes($"{seq}\n"));
            }
        }));
    }
}
