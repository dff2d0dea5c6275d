// The durable outbox: an event is on disk before anything else happens to it.
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using StreamActions.Worker.Configuration;
using StreamActions.Worker.Events;

namespace StreamActions.Worker.Sinks;

/// <summary>Stores events, returns those that are pending, and deletes delivered events after the retention time. Thread-safe.</summary>
internal sealed partial class EventStore : IEventSink, IAsyncDisposable
{
    private const int PruneLimit = 1000;
    private static readonly TimeSpan PruneInterval = TimeSpan.FromMinutes(1);

    private readonly bool _relayed;
    private readonly TimeSpan _keep;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly OutboxWriter _writer;
    private readonly Channel<bool> _arrivals = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly ITimer _pruning;

    private EventStore(StoreOptions options, bool relayed, SinkMetrics metrics, TimeProvider time, ILogger logger)
    {
        _relayed = relayed;
        _keep = options.Keep;
        _time = time;
        _logger = logger;
        _writer = new OutboxWriter(options.Path, metrics, time, logger, SignalArrival);
        metrics.ObservePending(() => PendingCount);
        if (PendingCount > 0)
        {
            SignalArrival();
            if (!relayed)
                LogPendingWithoutRelay(options.Path, PendingCount);
        }

        _pruning = time.CreateTimer(_ => _ = PruneAsync(), null, TimeSpan.Zero, PruneInterval);
    }

    /// <summary>Number of events that are not delivered yet.</summary>
    public long PendingCount => _writer.Pending;

    /// <summary>Opens the store. Creates a missing store; renames a corrupt one, logs it and creates a new one.</summary>
    /// <param name="options">Path and retention time.</param>
    /// <param name="relayed">True if a relay delivers the events. If false, events count as delivered once stored.</param>
    /// <param name="metrics">Counts events.</param>
    /// <param name="time">The clock of stored times and of pruning.</param>
    /// <param name="logger">Logs corruption and failures to prune.</param>
    /// <exception cref="SinkException">The path cannot be used.</exception>
    public static EventStore Open(
        StoreOptions options, bool relayed, SinkMetrics metrics, TimeProvider time, ILogger<EventStore> logger) =>
        new(options, relayed, metrics, time, logger);

    /// <summary>Stores an event. Completes when the event is durable, even against a power cut.</summary>
    /// <param name="streamEvent">The event.</param>
    /// <param name="cancellationToken">Cancels waiting for space in the queue. A queued event is stored in any case.</param>
    /// <returns>The event's sequence number.</returns>
    /// <exception cref="SinkException">The event could not be stored, for example because the disk is full.</exception>
    public Task<long> AppendAsync(StreamEvent streamEvent, CancellationToken cancellationToken) =>
        AppendAsync(CloudEventJson.Encode(streamEvent), cancellationToken);

    Task IEventSink.AppendAsync(StreamEvent streamEvent) => AppendAsync(streamEvent, CancellationToken.None);

    /// <summary>Stores an encoded event, like <see cref="AppendAsync(StreamEvent, CancellationToken)"/>.</summary>
    public Task<long> AppendAsync(EncodedEvent encoded, CancellationToken cancellationToken) =>
        _writer.EnqueueAsync(
            appends: 1, database => database.Append(encoded, _time.GetUtcNow(), delivered: !_relayed), cancellationToken);

    /// <summary>The oldest pending events, in the order in which they were stored.</summary>
    public Task<IReadOnlyList<PendingEvent>> ReadPendingAsync(int max, CancellationToken cancellationToken) =>
        _writer.EnqueueAsync(appends: 0, database => database.ReadPending(max), cancellationToken);

    /// <summary>
    /// Completes when events were stored since the last call. The first call completes at once if the store had pending events when it
    /// was opened. For a single caller.
    /// </summary>
    public async Task WaitForPendingAsync(CancellationToken cancellationToken) =>
        await _arrivals.Reader.ReadAsync(cancellationToken).ConfigureAwait(false);

    /// <summary>Marks events as delivered.</summary>
    public Task MarkDeliveredAsync(IReadOnlyCollection<long> seqs, DateTimeOffset at, CancellationToken cancellationToken) =>
        EnqueueAsync(database => database.MarkDelivered(seqs, at), cancellationToken);

    /// <summary>Records a failed delivery. The events stay pending.</summary>
    public Task MarkFailedAsync(IReadOnlyCollection<long> seqs, string error, CancellationToken cancellationToken) =>
        EnqueueAsync(database => database.MarkFailed(seqs, error), cancellationToken);

    /// <summary>Moves an event that can never be delivered to the dead letters.</summary>
    public Task DeadLetterAsync(long seq, string reason, CancellationToken cancellationToken) =>
        EnqueueAsync(database => database.DeadLetter(seq, reason, _time.GetUtcNow()), cancellationToken);

    /// <summary>Deletes events whose retention time after delivery is over. A timer calls this every minute.</summary>
    /// <returns>Number of deleted events.</returns>
    public async Task<int> PruneAsync()
    {
        var before = _time.GetUtcNow() - _keep;
        var total = 0;
        try
        {
            // In portions, so that appends can run in between.
            for (var deleted = PruneLimit; deleted == PruneLimit; total += deleted)
            {
                deleted = await _writer.EnqueueAsync(appends: 0, database => database.Prune(before, PruneLimit), CancellationToken.None)
                    .ConfigureAwait(false);
            }
        }
        catch (SinkException e)
        {
            LogPruneFailed(e.Message);
        }
        catch (ObjectDisposedException)
        {
            // The store was closed. It prunes again after the next start.
        }

        return total;
    }

    /// <summary>Runs the queued operations, then closes the store.</summary>
    public async ValueTask DisposeAsync()
    {
        await _pruning.DisposeAsync().ConfigureAwait(false);
        await _writer.DisposeAsync().ConfigureAwait(false);
    }

    private void SignalArrival() => _arrivals.Writer.TryWrite(true);

    private Task<bool> EnqueueAsync(Action<OutboxDatabase> run, CancellationToken cancellationToken) =>
        _writer.EnqueueAsync(
            appends: 0,
            database =>
            {
                run(database);
                return true;
            },
            cancellationToken);

    [LoggerMessage(Level = LogLevel.Warning, Message =
        "Store {Path}: {Count} events are pending for Kafka, but sinks.kafka is not configured; they stay in the store")]
    private partial void LogPendingWithoutRelay(string path, long count);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Delivered events were not pruned: {Reason}")]
    private partial void LogPruneFailed(string reason);
}
