// For every window: each alert's score, smoothed, through its gate, and what comes out into the store.
using Microsoft.Extensions.Logging;
using StreamActions.Worker.Configuration;
using StreamActions.Worker.Events;
using StreamActions.Worker.Sinks;
using StreamActions.Worker.Telemetry;
using StreamActions.Worker.Windows;

namespace StreamActions.Worker.Decisions;

/// <summary>
/// Turns model outputs into events, and publishes those of a camera in the order in which they were decided. A begin that cannot be stored is
/// taken back, so that no cooldown follows an event that nobody got; an update that cannot be stored is left out; an end is owed, and tried again
/// with every further window. When the program stops, what is open stays open: an end would claim that the action is over.
/// </summary>
internal sealed partial class Decider
{
    private readonly StreamActionsFile _file;
    private readonly ModelIdentity _model;
    private readonly IEventSink _sink;
    private readonly WorkerMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly ILogger<Decider> _logger;
    private readonly Dictionary<View, Watch[]> _watches;
    private readonly Dictionary<View, DateTimeOffset> _decided = [];
    private readonly LogThrottle _outage;
    private readonly Dictionary<string, Task> _published = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();

    // One alert on one view.
    private sealed class Watch(AlertOptions alert, AlertScorer scorer, View view, TimeSpan interval)
    {
        public AlertOptions Alert { get; } = alert;
        public AlertScorer Scorer { get; } = scorer;
        public View View { get; } = view;
        public ScoreSmoother Smoother { get; } = new();
        public AlertGate Gate { get; } = new(alert, interval);
        public AlertScore? LastScore { get; set; }
        public WindowTimes LastWindow { get; set; }
        public long LastArrival { get; set; }

        // The rest belongs to whoever publishes. An event without a stored begin is none; an owed end goes before all else.
        public bool Begun { get; set; }
        public ActionEvent? Owed { get; set; }
    }

    /// <summary>Makes a gate for every alert on every view.</summary>
    /// <param name="file">The operator's file.</param>
    /// <param name="scorers">A scorer for every alert.</param>
    /// <param name="model">Which model decides.</param>
    /// <param name="sink">Where events go.</param>
    /// <param name="metrics">Counts them.</param>
    /// <param name="time">Measures latency.</param>
    /// <param name="logger">Writes events for people.</param>
    /// <param name="interval">Camera time from one window of a view to the next; zero when they come often.</param>
    public Decider(StreamActionsFile file, IReadOnlyDictionary<string, AlertScorer> scorers, ModelIdentity model, IEventSink sink, WorkerMetrics metrics,
        TimeProvider time, ILogger<Decider> logger, TimeSpan interval = default)
    {
        (_file, _model, _sink, _metrics, _time, _logger) = (file, model, sink, metrics, time, logger);
        _outage = new(time, TimeSpan.FromSeconds(30));
        _watches = ViewsOf(file)
            .SelectMany(v => v.Alerts.Select(alert => new Watch(alert, scorers[alert.Name], v.View, interval)))
            .GroupBy(w => w.View)
            .ToDictionary(g => g.Key, g => g.ToArray());
    }

    /// <summary>Every view that some alert needs, with its alerts.</summary>
    public static IEnumerable<(View View, AlertOptions[] Alerts)> ViewsOf(StreamActionsFile file) =>
        from camera in file.Cameras.Keys
        from alert in file.Alerts.Values
        where alert.Cameras.Contains(camera)
        from zone in ZonesOf(alert, file.Cameras[camera])
        group alert by new View(camera, zone) into view
        select (view.Key, view.ToArray());

    // Null is the whole picture. A zone that this camera does not have is another camera's.
    private static IEnumerable<string?> ZonesOf(AlertOptions alert, CameraOptions camera) =>
        alert.Zones.Count == 0 ? [null] : alert.Zones.Where(camera.Zones.ContainsKey).Cast<string?>();

    /// <summary>Decides on one window.</summary>
    /// <param name="view">Whose window.</param>
    /// <param name="times">Its capture times.</param>
    /// <param name="arrivedAt">Arrival of its last frame.</param>
    /// <param name="embedding">Model output, [D].</param>
    /// <param name="classLogits">Model output, [K].</param>
    public Task DecideAsync(View view, WindowTimes times, long arrivedAt, ReadOnlySpan<float> embedding, ReadOnlySpan<float> classLogits)
    {
        List<(Watch, ActionEvent?)> events = [];
        lock (_lock)
        {
            foreach (var watch in _watches[view])
            {
                var score = watch.Scorer.Score(embedding, classLogits);
                if (double.IsFinite(score.Value))
                    Judge(watch, score, times, arrivedAt, events);
            }
            _decided[view] = times.To;
            return InTurn(view.Camera, events);
        }
    }

    /// <summary>
    /// Decides on a window in which nothing moved, without the network: it looks like the one before, so every alert's score is what it was.
    /// </summary>
    public Task DecideStillAsync(View view, WindowTimes times, long arrivedAt)
    {
        List<(Watch, ActionEvent?)> events = [];
        lock (_lock)
        {
            foreach (var watch in _watches[view])
            {
                if (watch.LastScore is { } score)
                    Judge(watch, score, times, arrivedAt, events);
            }
            return InTurn(view.Camera, events);
        }
    }

    /// <summary>How far a view is decided by the network, and whether an alert of it is open or half begun.</summary>
    public (DateTimeOffset? Decided, bool Busy) Standing(View view)
    {
        lock (_lock)
            return (_decided.TryGetValue(view, out var decided) ? decided : null, _watches[view].Any(w => w.Gate.IsBusy));
    }

    private void Judge(Watch watch, AlertScore score, WindowTimes times, long arrivedAt, List<(Watch, ActionEvent?)> events)
    {
        if (watch.Owed is not null)
            events.Add((watch, null));
        (watch.LastScore, watch.LastWindow, watch.LastArrival) = (score, times, arrivedAt);
        var smooth = watch.Smoother.Add(times.To, score.Value);
        var watching = watch.Alert.Schedule is not { } schedule || Schedule.IsActive(schedule, times.To);
        foreach (var transition in watch.Gate.Add(times.To, smooth, watching))
            events.Add((watch, ToEvent(watch, transition)));
    }

    /// <summary>Ends the events of a camera whose recording is over.</summary>
    public Task FinishAsync(string camera) => CloseAsync(camera, w => w.Gate.Finish());

    /// <summary>Ends the events of a camera that has not been seen for their end-after.</summary>
    public Task LapseAsync(string camera) => CloseAsync(camera, w =>
        w.Gate.LastSeen is { } last ? w.Gate.Lapse(last + _time.GetElapsedTime(w.LastArrival)) : null);

    /// <summary>The same, for a camera of which nothing that could be looked at has come up to a capture time.</summary>
    public Task LapseAsync(string camera, DateTimeOffset at) => CloseAsync(camera, w => w.Gate.Lapse(at));

    private Task CloseAsync(string camera, Func<Watch, GateTransition?> close)
    {
        lock (_lock)
        {
            return InTurn(camera,
            [
                .. from watch in _watches.Where(w => w.Key.Camera == camera).SelectMany(w => w.Value)
                   let transition = close(watch)
                   where transition is not null
                   select (watch, ToEvent(watch, transition.Value)),
            ]);
        }
    }

    // Called under the lock, so that events are published in the order of their decisions; the publishing itself is outside of it.
    private Task InTurn(string camera, List<(Watch, ActionEvent?)> events) => events.Count == 0
        ? Task.CompletedTask
        : _published[camera] = PublishAfterAsync(_published.GetValueOrDefault(camera, Task.CompletedTask), events);

    private async Task PublishAfterAsync(Task before, List<(Watch, ActionEvent?)> events)
    {
        await before.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        foreach (var (watch, decided) in events)
        {
            if (watch.Owed is { } owed && await StoreAsync(watch, owed).ConfigureAwait(false))
                watch.Owed = null;
            if (decided is not null)
                await PublishAsync(watch, decided).ConfigureAwait(false);
        }
    }

    private async Task PublishAsync(Watch watch, ActionEvent decided)
    {
        switch (decided.Phase)
        {
            case ActionPhase.Begin:
                // Nothing overtakes an end that is owed: readers would see two begins.
                watch.Begun = watch.Owed is null && await StoreAsync(watch, decided).ConfigureAwait(false);
                if (!watch.Begun)
                {
                    lock (_lock)
                        watch.Gate.Retract();
                }
                break;
            case ActionPhase.Update when watch.Begun:
                await StoreAsync(watch, decided).ConfigureAwait(false);
                break;
            case ActionPhase.End when watch.Begun:
                watch.Begun = false;
                if (!await StoreAsync(watch, decided).ConfigureAwait(false))
                    watch.Owed = decided;
                break;
            default:
                break;
        }
    }

    private async Task<bool> StoreAsync(Watch watch, ActionEvent actionEvent)
    {
        try
        {
            await _sink.AppendAsync(actionEvent).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            _metrics.EventLost(actionEvent.Camera);
            if (_outage.ShouldLog(out var silent))
                LogNotStored(watch.Alert.Name, watch.View, e.Message, silent);
            return false;
        }
        if (_outage.Recovered())
            LogStored();
        _metrics.EventStored(actionEvent.Alert, actionEvent.Camera, actionEvent.Phase.ToString().ToLowerInvariant());
        if (actionEvent.Phase == ActionPhase.Begin)
            _metrics.EventLatency(TimeSpan.FromMilliseconds(actionEvent.LatencyMs));
        LogEvent(EventLine.Of(actionEvent));
        return true;
    }

    private ActionEvent ToEvent(Watch watch, GateTransition transition) => new()
    {
        Camera = watch.View.Camera,
        Zone = watch.View.Zone,
        Alert = watch.Alert.Name,
        Time = transition.Time,
        Phase = transition.Phase,
        Sequence = transition.Sequence,
        BeganAt = transition.BeganAt,
        EndedAt = transition.EndedAt,
        Window = watch.LastWindow,
        Score = transition.Score,
        PeakScore = transition.Peak,
        Threshold = new(watch.Alert.Enter, watch.Alert.Exit),
        Phrase = watch.LastScore!.Value.Phrase,
        RunnerUp = watch.LastScore!.Value.RunnerUp,
        Model = _model,
        ConfigHash = _file.Hash,
        LatencyMs = Math.Round(_time.GetElapsedTime(watch.LastArrival).TotalMilliseconds, 3),
    };

    [LoggerMessage(Level = LogLevel.Information, Message = "{Line}")]
    private partial void LogEvent(string line);

    [LoggerMessage(Level = LogLevel.Error, Message = "An event of alert {Alert} on {View} cannot be stored: {Reason} ({Silent} more since the last such line)")]
    private partial void LogNotStored(string alert, View view, string reason, int silent);

    [LoggerMessage(Level = LogLevel.Information, Message = "Events are stored again")]
    private partial void LogStored();
}
