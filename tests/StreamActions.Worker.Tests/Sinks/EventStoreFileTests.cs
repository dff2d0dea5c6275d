// Opening a store: errors name the path, corrupt files are renamed, and a killed process loses no acknowledged event.
using Microsoft.Extensions.Logging;
using StreamActions.TestKit;
using StreamActions.Worker.Sinks;
using StreamActions.Worker.Tests.Events;

namespace StreamActions.Worker.Tests.Sinks;

public sealed class EventStoreFileTests : IDisposable
{
    private readonly StoreFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    /// <summary>An open database goes on in a file without a name. What it stores there is lost.</summary>
    [Theory]
    [InlineData("removed")]
    [InlineData("folder removed")]
    [InlineData("replaced")]
    [InlineData("only the database removed")]
    public async Task Append_StoreRemoved_KeepsPendingEventsInANewOne(string how)
    {
        var path = Path.Combine(_folder.Path, "data", "events.db");
        await using var store = _folder.Open(path: path);
        var first = await store.AppendAsync(SampleEvents.Encoded(1), Cancel);
        var second = await store.AppendAsync(SampleEvents.Encoded(2), Cancel);
        await store.MarkDeliveredAsync([first], _folder.Time.GetUtcNow(), Cancel);

        Remove(path, how);
        var third = await store.AppendAsync(SampleEvents.Encoded(3), Cancel);

        Assert.True(File.Exists(path));
        Assert.Equal([second, third], (await store.ReadPendingAsync(9, Cancel)).Select(pending => pending.Seq));
        Assert.Equal(2, store.PendingCount);
        Assert.Contains(_folder.Lines.At(LogLevel.Error), line => line.Contains("was removed or replaced", StringComparison.Ordinal));
        await store.DisposeAsync();

        await using var again = _folder.Open(path: path);
        Assert.Equal([second, third], (await again.ReadPendingAsync(9, Cancel)).Select(pending => pending.Seq));
    }

    /// <summary>Without its name, the log with the last events would be lost at a crash.</summary>
    [Fact]
    public async Task Append_LogRemoved_KeepsAllEvents()
    {
        await using var store = _folder.Open();
        var first = await store.AppendAsync(SampleEvents.Encoded(4), Cancel);

        File.Delete(_folder.Database + "-wal");
        var second = await store.AppendAsync(SampleEvents.Encoded(5), Cancel);

        Assert.Equal([first, second], (await store.ReadPendingAsync(9, Cancel)).Select(pending => pending.Seq));
        Assert.Equal(2L, _folder.Query("SELECT count(*) FROM events"));
    }

    /// <summary>While no new store can be made, events fail, and the pending ones stay in memory.</summary>
    [Fact]
    public async Task Append_FolderCannotBeMade_KeepsPendingEventsUntilItCan()
    {
        var folder = Path.Combine(_folder.Path, "data");
        await using var store = _folder.Open(path: Path.Combine(folder, "events.db"));
        var first = await store.AppendAsync(SampleEvents.Encoded(6), Cancel);
        Directory.Delete(folder, recursive: true);
        File.WriteAllText(folder, "in the way");

        await Assert.ThrowsAsync<SinkException>(() => store.AppendAsync(SampleEvents.Encoded(7), Cancel));
        File.Delete(folder);
        var second = await store.AppendAsync(SampleEvents.Encoded(8), Cancel);

        Assert.Equal([first, second], (await store.ReadPendingAsync(9, Cancel)).Select(pending => pending.Seq));
    }

    private static void Remove(string path, string how)
    {
        if (how == "folder removed")
        {
            Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
            return;
        }
        File.Delete(path);
        if (how == "only the database removed")
            return;
        File.Delete(path + "-wal");
        File.Delete(path + "-shm");
        if (how == "replaced")
            File.WriteAllText(path, "");
    }

    [Fact]
    public async Task Open_FolderMissing_CreatesIt()
    {
        var path = Path.Combine(_folder.Path, "data", "deeper", "events.db");

        await using var store = _folder.Open(path: path);

        Assert.True(File.Exists(path));
    }

    [Fact]
    public void Open_FolderIsFile_ThrowsWithPath()
    {
        var file = Path.Combine(_folder.Path, "occupied");
        File.WriteAllText(file, "");

        var error = Assert.Throws<SinkException>(() => _folder.Open(path: Path.Combine(file, "events.db")));

        Assert.StartsWith(
            $"sinks.store {file}/events.db: cannot be opened; make its folder writable or choose another path", error.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Open_PathIsFolder_Throws()
    {
        Directory.CreateDirectory(_folder.Database);

        Assert.Contains("cannot be opened", Assert.Throws<SinkException>(() => _folder.Open()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_AnotherWorkerHoldsStore_ThrowsUntilItIsClosed()
    {
        await using (var first = _folder.Open())
        {
            Assert.Contains(
                "another worker uses this store", Assert.Throws<SinkException>(() => _folder.Open()).Message, StringComparison.Ordinal);
        }

        await using var second = _folder.Open();
    }

    [Fact]
    public void Open_DatabaseOfAnotherProgram_ThrowsAndKeepsIt()
    {
        _folder.Query("CREATE TABLE theirs (a); INSERT INTO theirs VALUES (7)");

        Assert.Contains("another program", Assert.Throws<SinkException>(() => _folder.Open()).Message, StringComparison.Ordinal);
        Assert.Equal(7L, _folder.Query("SELECT a FROM theirs"));
    }

    [Fact]
    public async Task Open_OtherSchemaVersion_ThrowsWithBothVersions()
    {
        await _folder.Open().DisposeAsync();
        _folder.Query("PRAGMA user_version = 99");

        Assert.Contains(
            "schema version 99, this worker supports 1", Assert.Throws<SinkException>(() => _folder.Open()).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_FileIsNoDatabase_RenamesItAndCreatesNewStore()
    {
        await File.WriteAllTextAsync(_folder.Database, new string('?', 10_000), Cancel);

        await using var store = _folder.Open();
        await store.AppendAsync(SampleEvents.Begin, Cancel);

        Assert.Equal(new string('?', 10_000), await File.ReadAllTextAsync(_folder.Database + ".corrupt-20260301T120000000Z", Cancel));
        Assert.Contains("is corrupt", Assert.Single(_folder.Lines.At(LogLevel.Error)), StringComparison.Ordinal);
        Assert.Single(await store.ReadPendingAsync(10, Cancel));
    }

    [Fact]
    public async Task Open_PagesOverwritten_RenamesFileAndCreatesNewStore()
    {
        await FillAsync(1_000);
        await OverwriteAllButTheFirstPageAsync();

        await using var store = _folder.Open();

        Assert.Single(Directory.GetFiles(_folder.Path, "events.db.corrupt-*Z"));
        Assert.Equal(0, store.PendingCount);
    }

    [Fact]
    public async Task AppendAsync_PagesOverwrittenWhileOpen_ContinuesInNewStore()
    {
        await FillAsync(5_000); // larger than SQLite's page cache
        await using var store = _folder.Open();
        await OverwriteAllButTheFirstPageAsync();

        await store.ReadPendingAsync(int.MaxValue, Cancel);
        await store.AppendAsync(SampleEvents.Begin, Cancel);

        Assert.Single(Directory.GetFiles(_folder.Path, "events.db.corrupt-*Z"));
        Assert.Equal(1, store.PendingCount);
    }

    [Fact]
    public async Task AppendAsync_ProcessKilled_KeepsAcknowledgedEvents()
    {
        for (var round = 1; round <= 3; round++)
        {
            await RunCrashChildAsync(acknowledgements: 400 * round);

            await using var store = _folder.Open();
            var stored = (await store.ReadPendingAsync(int.MaxValue, Cancel)).Select(row => row.Seq).ToHashSet();
            var acknowledged = Acknowledged();
            Assert.True(acknowledged.Count >= 400 * round);
            Assert.Empty(acknowledged.Except(stored));
            Assert.Empty(Directory.GetFiles(_folder.Path, "*corrupt*"));
        }
    }

    private async Task RunCrashChildAsync(int acknowledgements)
    {
        using var child = ChildTest.Start(
            typeof(EventStoreCrashChild).Assembly, nameof(EventStoreCrashChild.AppendAsync_UntilKilled_RecordsAcknowledged),
            EventStoreCrashChild.Folder, _folder.Path);
        try
        {
            using FileSystemWatcher watcher = new(_folder.Path);
            while (Acknowledged().Count < acknowledgements)
            {
                Assert.False(child.HasExited, "the child process exited before it was killed");
                watcher.WaitForChanged(WatcherChangeTypes.All, TimeSpan.FromMilliseconds(100));
                Cancel.ThrowIfCancellationRequested();
            }
        }
        finally
        {
            child.Kill(); // SIGKILL
            await child.WaitForExitAsync(Cancel);
        }
    }

    // The kill may cut off the last line.
    private List<long> Acknowledged()
    {
        var file = Path.Combine(_folder.Path, "acknowledged");
        if (!File.Exists(file))
            return [];
        using StreamReader reader = new(new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        var text = reader.ReadToEnd();
        return [.. text[..(text.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(long.Parse)];
    }

    private async Task FillAsync(int count)
    {
        await using var store = _folder.Open();
        await Task.WhenAll(Enumerable.Range(0, count).Select(number => store.AppendAsync(SampleEvents.Encoded(number), Cancel)));
    }

    private async Task OverwriteAllButTheFirstPageAsync()
    {
        await using FileStream file = new(_folder.Database, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        file.Position = 4096;
        await file.WriteAsync(new byte[file.Length - 4096], Cancel);
    }
}
