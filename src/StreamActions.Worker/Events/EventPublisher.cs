// Stores the events that the alerts decide: order per camera, a bounded queue, pending ends, refused begins.
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using StreamActions.Worker.Alerts;
using StreamActions.Worker.Cameras;
using StreamActions.Worker.Telemetry;
using StreamActions.Worker.Views;

namespace StreamActions.Worker.Events;

/// <summary>
/// <para>Stores the events of each camera in the order of decision. Publishing returns at once; a task per camera waits for the
/// store.</para>
/// <para>Updates and ends are stored only after their begin. A begin that cannot be stored is refused: its receipt is set to not stored,
/// and the alert retracts it. An update that cannot be stored is dropped. An end that cannot be stored stays pending and is retried, before
/// the alert's next begin.</para>
/// <para>Above <see cref="Capacity"/> events the queue accepts ends only: at most one waits for each begin. It drops a new update. For a
/// begin or a camera event it first drops a waiting update; without one, it refuses the begin and drops the camera event.</para>
/// </summary>
/// <param name="sink">The store.</param>
/// <param name="metrics">Counts events, drops and the queue's length.</param>
/// <param name="time">Measures latency, and times retries.</param>
/// <param name="logger">Logs events, and failures to store them.</param>
internal sealed partial class EventPublisher(IEventSink sink, WorkerMetrics metrics, TimeProvider time, ILogger<EventPublisher> logger)
    : ITransitionSink, IVisibilitySink, IHostedService, IDisposable
{
    /// <summary>Most events that wait for the store: several minutes of a busy site.</summary>
    public const int Capacity = 1024;

    /// <summary>Time between two attempts to store a pending end.</summary>
    public static readonly TimeSpan RetryEvery = TimeSpan.FromSeconds(1);

    /// <summary>The longest time that stopping waits for the store.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Lane> _lanes = new(StringComparer.Ordinal);
    private readonly Dictionary<(View View, string Alert), OpenEvent> _open = [];
    private readonly LogThrottle _storeFailures = new(time, TimeSpan.FromSeconds(30)), _queueFull = new(time, TimeSpan.FromSeconds(30));
    private ITimer? _retries;
    private int _queued;
    private bool _stopped;

    /// <summary>Events that wait for the store, including those being stored.</summary>
    public int QueueLength
    {
        get
        {
            lock (_lock)
                return _queued;
        }
    }

    // The events of one camera, in order; one task at a time stores them.
    private sealed class Lane
    {
        public readonly LinkedList<Item> Waiting = [];
        public Task Storing = Task.CompletedTask;
        public bool IsStoring;
    }

    // The event of an alert on a view, as far as the store knows it. Only the camera's storing task touches it.
    private sealed class OpenEvent
    {
        // The begin is stored, so that updates and the end may follow.
        public bool Begun { get; set; }

        // An end that could not be stored yet.
        public ActionEvent? PendingEnd { get; set; }
    }

    private sealed record Item(StreamEvent? Event, OpenEvent? Open, Receipt? Begin)
    {
        public bool IsUpdate => Event is ActionEvent { Phase: ActionPhase.Update };
    }

    private sealed class Receipt : IBeginReceipt
    {
        private volatile object? _stored;

        public bool? IsStored => (bool?)_stored;

        public void Set(bool stored) => _stored = stored;
    }

    /// <inheritdoc/>
    public IBeginReceipt? Publish(AlertTransition transition)
    {
        var actionEvent = ActionEvent.Of(transition, time.GetElapsedTime(transition.ArrivedAt));
        var begin = actionEvent.Phase == ActionPhase.Begin ? new Receipt() : null;
        lock (_lock)
        {
            var key = (transition.View, transition.Rule.Alert.Name);
            if (!_open.TryGetValue(key, out var open))
                _open.Add(key, open = new());
            if (actionEvent.Phase == ActionPhase.End || HasRoom(forUpdate: begin is null))
                Enqueue(new(actionEvent, open, begin));
            else
                Drop(actionEvent, begin);
        }
        return begin;
    }

    /// <inheritdoc/>
    public void Publish(VisibilityChange change)
    {
        var cameraEvent = new CameraEvent
        {
            Camera = change.Camera,
            Time = change.Time,
            Blind = change.Blind,
            Reason = change.Reason,
            Detail = change.Detail,
        };
        lock (_lock)
        {
            if (HasRoom(forUpdate: false))
                Enqueue(new(cameraEvent, null, null));
            else
                Drop(cameraEvent, null);
        }
    }

    /// <inheritdoc/>
    public Task SettledAsync(string camera)
    {
        lock (_lock)
            return _lanes.TryGetValue(camera, out var lane) ? lane.Storing : Task.CompletedTask;
    }

    /// <summary>Starts the retries of pending ends.</summary>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        metrics.ObservePublisherQueue(() => QueueLength);
        _retries = time.CreateTimer(_ => RetryPendingEnds(), null, RetryEvery, RetryEvery);
        return Task.CompletedTask;
    }

    /// <summary>
    /// Waits until everything is stored, for <see cref="Grace"/> at most. Register it so that alerts and cameras stop first.
    /// </summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_retries is not null)
            await _retries.DisposeAsync().ConfigureAwait(false);
        RetryPendingEnds();
        Task[] storing;
        lock (_lock)
        {
            _stopped = true;
            storing = [.. _lanes.Values.Select(lane => lane.Storing)];
        }
        try
        {
            await Task.WhenAll(storing).WaitAsync(Grace, time, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            LogNotFlushed(QueueLength);
        }
    }

    /// <summary>Stops the retries.</summary>
    public void Dispose() => _retries?.Dispose();

    /// <summary>Tries again to store every pending end.</summary>
    internal void RetryPendingEnds()
    {
        lock (_lock)
        {
            foreach (var (key, open) in _open)
            {
                // A busy camera is skipped: the next tick retries.
                if (open.PendingEnd is not null && LaneOf(key.View.Camera) is { IsStoring: false })
                    Enqueue(new(null, open, null), key.View.Camera);
            }
        }
    }

    // Called under the lock. When the queue is full, a waiting update makes room: the oldest of the first camera that has one.
    private bool HasRoom(bool forUpdate)
    {
        if (_stopped)
            return false;
        if (_queued < Capacity)
            return true;
        if (forUpdate)
            return false;
        foreach (var lane in _lanes.Values)
        {
            for (var node = lane.Waiting.First; node is not null; node = node.Next)
            {
                if (!node.Value.IsUpdate)
                    continue;
                lane.Waiting.Remove(node);
                _queued--;
                Drop(node.Value.Event!, null);
                return true;
            }
        }
        return false;
    }

    private void Enqueue(Item item) => Enqueue(item, item.Event!.Camera);

    private void Enqueue(Item item, string camera)
    {
        var lane = LaneOf(camera);
        lane.Waiting.AddLast(item);
        _queued++;
        if (lane.IsStoring)
            return;
        lane.IsStoring = true;
        lane.Storing = StoreWaitingAsync(lane);
    }

    private Lane LaneOf(string camera)
    {
        if (!_lanes.TryGetValue(camera, out var lane))
            _lanes.Add(camera, lane = new());
        return lane;
    }

    private void Drop(StreamEvent dropped, Receipt? begin)
    {
        begin?.Set(stored: false);
        metrics.EventDropped(dropped.Camera, begin is not null ? "begin" : dropped is ActionEvent ? "update" : "camera");
        if (!_stopped && _queueFull.ShouldLog(out var suppressed))
            LogQueueFull(Capacity, suppressed);
    }

    private async Task StoreWaitingAsync(Lane lane)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        while (true)
        {
            Item item;
            lock (_lock)
            {
                if (lane.Waiting.First is not { } first)
                {
                    lane.IsStoring = false;
                    return;
                }
                item = first.Value;
                lane.Waiting.RemoveFirst();
            }
            await StoreAsync(item).ConfigureAwait(false);
            lock (_lock)
                _queued--;
        }
    }

    private async Task StoreAsync(Item item)
    {
        if (item.Open is { PendingEnd: { } pending } && await TryStoreAsync(pending).ConfigureAwait(false))
            item.Open.PendingEnd = null;
        switch (item.Event)
        {
            case ActionEvent begin when item.Begin is { } receipt:
                // A begin never overtakes the end before it: consumers would see two begins.
                item.Open!.Begun = item.Open.PendingEnd is null && await TryStoreAsync(begin).ConfigureAwait(false);
                receipt.Set(item.Open.Begun);
                break;
            case ActionEvent { Phase: ActionPhase.Update } update when item.Open!.Begun:
                await TryStoreAsync(update).ConfigureAwait(false);
                break;
            case ActionEvent { Phase: ActionPhase.End } end when item.Open!.Begun:
                item.Open.Begun = false;
                if (!await TryStoreAsync(end).ConfigureAwait(false))
                    item.Open.PendingEnd = end;
                break;
            case CameraEvent cameraEvent:
                await TryStoreAsync(cameraEvent).ConfigureAwait(false);
                break;
            default:
                break;
        }
    }

    private async Task<bool> TryStoreAsync(StreamEvent streamEvent)
    {
        try
        {
            await sink.AppendAsync(streamEvent).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            metrics.EventLost(streamEvent.Camera);
            if (_storeFailures.ShouldLog(out var suppressed))
                LogNotStored(streamEvent.Camera, NameOf(streamEvent), e.Message, suppressed);
            return false;
        }
        if (_storeFailures.Recovered())
            LogRecovered();
        if (streamEvent is ActionEvent action)
        {
            metrics.EventStored(action.Alert, action.Camera, NameOf(action));
            if (action.Phase == ActionPhase.Begin)
                metrics.EventLatency(TimeSpan.FromMilliseconds(action.LatencyMs));
            LogEvent(EventLine.Of(action));
        }
        return true;
    }

    private static string NameOf(StreamEvent streamEvent) => streamEvent switch
    {
        ActionEvent action => action.Phase.ToString().ToLowerInvariant(),
        CameraEvent camera => camera.Blind ? "blind" : "seeing",
        _ => streamEvent.GetType().Name,
    };

    [LoggerMessage(Level = LogLevel.Information, Message = "{Line}")]
    private partial void LogEvent(string line);

    [LoggerMessage(Level = LogLevel.Error,
        Message = "Camera {Camera}: could not store a {Phase} event: {Reason} ({Suppressed} more since the last such line)")]
    private partial void LogNotStored(string camera, string phase, string reason, int suppressed);

    [LoggerMessage(Level = LogLevel.Information, Message = "Events are stored again")]
    private partial void LogRecovered();

    [LoggerMessage(Level = LogLevel.Error,
        Message = "The store is too slow: {Capacity} events wait for it, and the worker drops further ones "
            + "({Suppressed} more since the last such line)")]
    private partial void LogQueueFull(int capacity, int suppressed);

    [LoggerMessage(Level = LogLevel.Error, Message = "Stopped before {Events} events were stored: the store takes too long")]
    private partial void LogNotFlushed(int events);
}
