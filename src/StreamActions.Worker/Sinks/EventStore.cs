// The durable outbox: every event is on disk before anything else happens to it.
using System.Threading.Channels;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using StreamActions.Worker.Configuration;
using StreamActions.Worker.Events;

namespace StreamActions.Worker.Sinks;

/// <summary>
/// Stores events, tells which wait for delivery, and deletes delivered ones after a while. Safe for any number of callers:
/// one loop owns the database and commits what has gathered while the last commit was under way.
/// </summary>
internal sealed partial class EventStore : IEventSink, IAsyncDisposable
{
    private const int GroupLimit = 100;
    private const int QueueLimit = 1024;
    private const int PruneLimit = 1000;
    private static readonly TimeSpan PruneEvery = TimeSpan.FromMinutes(1);

    private readonly bool _relayed;
    private readonly TimeSpan _keep;
    private readonly TimeProvider _time;
    private readonly SinkMetrics _metrics;
    private readonly ILogger _logger;
    private readonly OutboxFile _file;
    private readonly Channel<StoreWork> _queue = Channel.CreateBounded<StoreWork>(
        new BoundedChannelOptions(QueueLimit) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });
    private readonly Channel<bool> _arrivals = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly Task _writing;
    private readonly ITimer _pruning;
    private OutboxDatabase _database;
    private long _pending;

    private EventStore(StoreOptions options, bool relayed, SinkMetrics metrics, TimeProvider time, ILogger logger)
    {
        _relayed = relayed;
        _keep = options.Keep;
        _time = time;
        _metrics = metrics;
        _logger = logger;
        _file = OutboxFile.Take(options.Path);
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
        _metrics.ObservePending(() => PendingCount);
        if (_pending > 0)
        {
            _arrivals.Writer.TryWrite(true);
            if (!relayed)
                LogNobodyFetches(_file.Path, _pending);
        }

        _writing = Task.Run(WriteAsync);
        _pruning = time.CreateTimer(_ => _ = PruneAsync(), null, TimeSpan.Zero, PruneEvery);
    }

    /// <summary>How many events wait for delivery.</summary>
    public long PendingCount => Interlocked.Read(ref _pending);

    /// <summary>Opens the store, creating it where there is none. A damaged one is put aside and reported.</summary>
    /// <param name="options">Where it is and how long it keeps events.</param>
    /// <param name="relayed">False when nobody fetches events from it: then they count as delivered once stored.</param>
    /// <param name="metrics">Counts what happens.</param>
    /// <param name="time">The clock of stored times and of pruning.</param>
    /// <param name="logger">Told about damage.</param>
    /// <exception cref="SinkException">The path cannot be used.</exception>
    public static EventStore Open(
        StoreOptions options, bool relayed, SinkMetrics metrics, TimeProvider time, ILogger<EventStore> logger) =>
        new(options, relayed, metrics, time, logger);

    /// <summary>Stores an event. Completes only when it would survive a power cut.</summary>
    /// <param name="streamEvent">The event.</param>
    /// <param name="cancellationToken">Gives up waiting for room in the queue; an event once queued is stored.</param>
    /// <returns>Its sequence number.</returns>
    /// <exception cref="SinkException">It could not be stored (disk full …).</exception>
    public Task<long> AppendAsync(StreamEvent streamEvent, CancellationToken cancellationToken) =>
        AppendAsync(CloudEventJson.Encode(streamEvent), cancellationToken);

    Task IEventSink.AppendAsync(StreamEvent streamEvent) => AppendAsync(streamEvent, CancellationToken.None);

    /// <summary>Stores an encoded event; otherwise like <see cref="AppendAsync(StreamEvent, CancellationToken)"/>.</summary>
    public Task<long> AppendAsync(EncodedEvent encoded, CancellationToken cancellationToken) =>
        EnqueueAsync(appends: 1, database => database.Append(encoded, _time.GetUtcNow(), delivered: !_relayed), cancellationToken);

    /// <summary>The oldest events that wait for delivery, in the order in which they were stored.</summary>
    public Task<IReadOnlyList<PendingEvent>> ReadPendingAsync(int max, CancellationToken cancellationToken) =>
        EnqueueAsync(0, database => database.ReadPending(max), cancellationToken);

    /// <summary>Completes once events were stored since the last call, at once when some waited at opening. For one caller at a time.</summary>
    public async Task WaitForPendingAsync(CancellationToken cancellationToken) =>
        await _arrivals.Reader.ReadAsync(cancellationToken).ConfigureAwait(false);

    /// <summary>Notes durably that events were delivered.</summary>
    public Task MarkDeliveredAsync(IReadOnlyCollection<long> seqs, DateTimeOffset at, CancellationToken cancellationToken) =>
        EnqueueAsync(0, database => database.MarkDelivered(seqs, at), cancellationToken);

    /// <summary>Notes a failed attempt at delivery; the events go on waiting.</summary>
    public Task MarkFailedAsync(IReadOnlyCollection<long> seqs, string error, CancellationToken cancellationToken) =>
        EnqueueAsync(0, database => database.MarkFailed(seqs, error), cancellationToken);

    /// <summary>Moves an event that can never be delivered out of the way of the others.</summary>
    public Task DeadLetterAsync(long seq, string reason, CancellationToken cancellationToken) =>
        EnqueueAsync(0, database => database.DeadLetter(seq, reason, _time.GetUtcNow()), cancellationToken);

    /// <summary>Deletes events delivered longer ago than they are kept; runs by itself every minute.</summary>
    /// <returns>How many were deleted.</returns>
    public async Task<int> PruneAsync()
    {
        var before = _time.GetUtcNow() - _keep;
        var total = 0;
        try
        {
            // In portions, between which appends get their turn.
            for (var deleted = PruneLimit; deleted == PruneLimit; total += deleted)
                deleted = await EnqueueAsync(0, database => database.Prune(before, PruneLimit), CancellationToken.None).ConfigureAwait(false);
        }
        catch (SinkException e)
        {
            LogPruneFailed(e.Message);
        }
        catch (ObjectDisposedException)
        {
            // Closing: the next start prunes.
        }

        return total;
    }

    /// <summary>Finishes what is queued and closes the store.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_queue.Writer.TryComplete())
            return;
        await _pruning.DisposeAsync().ConfigureAwait(false);
        await _writing.ConfigureAwait(false);
        _database.Dispose();
        _file.Dispose();
    }

    private Task<bool> EnqueueAsync(int appends, Action<OutboxDatabase> run, CancellationToken cancellationToken) =>
        EnqueueAsync(
            appends,
            database =>
            {
                run(database);
                return true;
            },
            cancellationToken);

    private async Task<T> EnqueueAsync<T>(int appends, Func<OutboxDatabase, T> run, CancellationToken cancellationToken)
    {
        StoreWork<T> work = new(appends, run);
        try
        {
            await _queue.Writer.WriteAsync(work, cancellationToken).ConfigureAwait(false);
        }
        catch (ChannelClosedException)
        {
            throw new ObjectDisposedException(nameof(EventStore));
        }

        return await work.Committed.ConfigureAwait(false);
    }

    // Group commit without a timer: while one commit waits for the disk the next group gathers by itself, so that a lone
    // event is never delayed and a flood is committed a hundred at a time.
    private async Task WriteAsync()
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
            // One of them failed and all were undone: each alone below, so that only that one fails.
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
        // Counted first: who is told that an event is stored finds it in the metrics.
        if (group.Sum(work => work.Appends) is > 0 and var appended)
        {
            _metrics.Appended(appended);
            _arrivals.Writer.TryWrite(true);
        }

        foreach (var work in group)
            work.Complete();
    }

    private OutboxDatabase OpenOrReplace()
    {
        try
        {
            return _file.Open();
        }
        catch (SqliteException e) when (OutboxDatabase.IsCorrupt(e))
        {
            Report(e);
            return _file.Open();
        }
    }

    private bool TryReplaceCorrupt(Exception cause)
    {
        try
        {
            _database.Dispose();
            Report(cause);
            _database = _file.Open();
            return true;
        }
        catch (Exception e)
        {
            LogNotReplaced(_file.Path, e.Message);
            return false;
        }
    }

    private void Report(Exception cause)
    {
        var aside = _file.PutAside(_time.GetUtcNow());
        _metrics.Quarantined();
        LogQuarantined(_file.Path, aside, cause.Message);
    }

    private SinkException Translate(Exception error) => error switch
    {
        SinkException known => known,
        SqliteException { SqliteErrorCode: 13 /* SQLITE_FULL */ } =>
            new SinkException($"sinks.store {_file.Path}: the disk is full and the event is not stored; free some space", error),
        _ => new SinkException($"sinks.store {_file.Path}: {error.Message}", error),
    };

    [LoggerMessage(Level = LogLevel.Error, Message = "Store {Path} is damaged and cannot be replaced: {Reason}")]
    private partial void LogNotReplaced(string path, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "Store {Path} is damaged ({Reason}): put aside as {Aside}, a new one is in use; events that waited in it were not delivered")]
    private partial void LogQuarantined(string path, string aside, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Store {Path}: {Count} events wait for Kafka, but sinks.kafka is not configured; they are kept")]
    private partial void LogNobodyFetches(string path, long count);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Delivered events were not pruned: {Reason}")]
    private partial void LogPruneFailed(string reason);
}
