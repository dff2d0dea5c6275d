// The only user of the outbox database: runs queued operations and commits them in groups.
using System.Threading.Channels;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace StreamActions.Worker.Sinks;

/// <summary>
/// Runs operations on the outbox database in the order of their arrival. One loop commits everything that was queued during the previous
/// commit, so that a single event has no delay and a burst needs one commit per hundred events. Replaces a corrupt database.
/// </summary>
internal sealed partial class OutboxWriter : IAsyncDisposable
{
    private const int GroupLimit = 100;
    private const int QueueLimit = 1024;

    private readonly OutboxFile _file;
    private readonly SinkMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Action _stored;
    private readonly Channel<StoreWork> _queue = Channel.CreateBounded<StoreWork>(
        new BoundedChannelOptions(QueueLimit) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });
    private readonly Task _loop;
    private OutboxDatabase _database;
    private (IReadOnlyList<PendingEvent> Pending, long LastSequence)? _carried;
    private long _pending;

    /// <summary>Opens the store for this process and starts the loop. Creates a missing store and replaces a corrupt one.</summary>
    /// <param name="path">The database file.</param>
    /// <param name="metrics">Counts appended events and replaced stores.</param>
    /// <param name="time">The clock that names replaced stores.</param>
    /// <param name="logger">Logs replaced stores.</param>
    /// <param name="stored">Called after each commit that stored events, on the loop's thread.</param>
    /// <exception cref="SinkException">The path cannot be used.</exception>
    public OutboxWriter(string path, SinkMetrics metrics, TimeProvider time, ILogger logger, Action stored)
    {
        _metrics = metrics;
        _time = time;
        _logger = logger;
        _stored = stored;
        _file = OutboxFile.Acquire(path);
        try
        {
            _database = OpenOrReplace();
        }
        catch
        {
            _file.Dispose();
            throw;
        }

        _pending = _database.Pending;
        _loop = Task.Run(RunAsync);
    }

    /// <summary>The database file.</summary>
    public string Path => _file.Path;

    /// <summary>Number of events that are not delivered yet.</summary>
    public long Pending => Interlocked.Read(ref _pending);

    /// <summary>Queues an operation. Completes after its commit.</summary>
    /// <param name="appends">Number of events that the operation stores.</param>
    /// <param name="run">The operation. It may run twice if its group has to be rolled back.</param>
    /// <param name="cancellationToken">Cancels waiting for space in the queue. A queued operation runs in any case.</param>
    /// <exception cref="SinkException">The operation failed and was rolled back.</exception>
    /// <exception cref="ObjectDisposedException">The store is closed.</exception>
    public async Task<T> EnqueueAsync<T>(int appends, Func<OutboxDatabase, T> run, CancellationToken cancellationToken)
    {
        StoreWork<T> work = new(appends, run);
        try
        {
            await _queue.Writer.WriteAsync(work, cancellationToken).ConfigureAwait(false);
        }
        catch (ChannelClosedException e)
        {
            throw new ObjectDisposedException("The event store is closed.", e);
        }

        return await work.Committed.ConfigureAwait(false);
    }

    /// <summary>Runs the queued operations, then closes the database.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_queue.Writer.TryComplete())
            return;
        await _loop.ConfigureAwait(false);
        _database.Dispose();
        _file.Dispose();
    }

    private async Task RunAsync()
    {
        List<StoreWork> group = new(GroupLimit);
        while (await _queue.Reader.WaitToReadAsync().ConfigureAwait(false))
        {
            group.Clear();
            while (group.Count < GroupLimit && _queue.Reader.TryRead(out var work))
                group.Add(work);
            Commit(group);
        }
    }

    private void Commit(List<StoreWork> group)
    {
        try
        {
            Reopen();
            Run(group);
            return;
        }
        catch (Exception e) when (OutboxDatabase.IsCorrupt(e))
        {
            if (!TryReplaceCorrupt(e))
            {
                group.ForEach(work => work.Fail(Translate(e)));
                return;
            }
        }
        catch (Exception e) when (group.Count == 1)
        {
            group[0].Fail(Translate(e));
            return;
        }
        catch (Exception)
        {
            // One operation failed and the whole group was rolled back. Below, each runs alone, so that only that one fails.
        }

        foreach (var work in group)
        {
            try
            {
                Run([work]);
            }
            catch (Exception e)
            {
                work.Fail(Translate(e));
            }
        }
    }

    private void Run(List<StoreWork> group)
    {
        _database.InTransaction(database =>
        {
            foreach (var work in group)
                work.Run(database);
        });
        Interlocked.Exchange(ref _pending, _database.Pending);
        // The metrics come before Complete: a caller that awaits its append finds the event counted.
        if (group.Sum(work => work.Appends) is > 0 and var appended)
        {
            _metrics.Appended(appended);
            _stored();
        }

        foreach (var work in group)
            work.Complete();
    }

    /// <summary>
    /// Opens the store again when its files were removed or replaced. The pending events are still in the open database: the new one
    /// takes them over.
    /// </summary>
    private void Reopen()
    {
        if (_carried is null)
        {
            if (!_file.IsReplaced && !_file.IsLogReplaced)
                return;
            // Kept until the new store has them, even if it cannot be opened for a while.
            _carried = _file.IsReplaced ? (_database.ReadPending(int.MaxValue), _database.LastSequence()) : ([], 0);
        }
        var (pending, last) = _carried.Value;
        // Before the new one is opened: a database deletes the log with its name when it closes.
        _database.Dispose();
        _file.Clear();
        _database = OpenOrReplace();
        if (last > 0)
            _database.InTransaction(database => database.TakeOver(pending, last, _time.GetUtcNow()));
        _carried = null;
        _metrics.Reopened();
        LogReopened(_file.Path, pending.Count);
        if (pending.Count > 0)
            _stored();
    }

    private OutboxDatabase OpenOrReplace()
    {
        try
        {
            return _file.Open();
        }
        catch (SqliteException e) when (OutboxDatabase.IsCorrupt(e))
        {
            Quarantine(e);
            return _file.Open();
        }
    }

    private bool TryReplaceCorrupt(Exception cause)
    {
        try
        {
            _database.Dispose();
            Quarantine(cause);
            _database = _file.Open();
            return true;
        }
        catch (Exception e)
        {
            LogNotReplaced(_file.Path, e.Message);
            return false;
        }
    }

    private void Quarantine(Exception cause)
    {
        var renamed = _file.Quarantine(_time.GetUtcNow());
        _metrics.Quarantined();
        LogQuarantined(_file.Path, cause.Message, renamed);
    }

    private SinkException Translate(Exception error) => error switch
    {
        SinkException known => known,
        SqliteException { SqliteErrorCode: 13 /* SQLITE_FULL */ } =>
            new SinkException($"sinks.store {_file.Path}: the disk is full and the event is not stored; free disk space", error),
        _ => new SinkException($"sinks.store {_file.Path}: {error.Message}", error),
    };

    [LoggerMessage(Level = LogLevel.Error, Message =
        "Store {Path} was removed or replaced while the worker used it: opened again; {Pending} pending events were kept, delivered ones "
        + "are gone; stop the worker before you move or delete its store")]
    private partial void LogReopened(string path, int pending);

    [LoggerMessage(Level = LogLevel.Error, Message = "Store {Path} is corrupt and cannot be replaced: {Reason}")]
    private partial void LogNotReplaced(string path, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message =
        "Store {Path} is corrupt ({Reason}): renamed to {Renamed} and replaced by a new store; its pending events were not delivered")]
    private partial void LogQuarantined(string path, string reason, string renamed);
}
