// For every window: each alert's score, smoothed, through its gate, and what comes out into the store.
using Microsoft.Extensions.Logging;
using StreamActions.Worker.Configuration;
using StreamActions.Worker.Events;
using StreamActions.Worker.Sinks;
using StreamActions.Worker.Telemetry;
using StreamActions.Worker.Windows;

namespace StreamActions.Worker.Decisions;

/// <summary>Turns model outputs into events. Calls for one camera come one after another.</summary>
internal sealed partial class Decider
{
    private readonly StreamActionsFile _file;
    private readonly ModelIdentity _model;
    private readonly IEventSink _sink;
    private readonly WorkerMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly ILogger<Decider> _logger;
    private readonly Dictionary<View, Watch[]> _watches;
    private readonly Lock _lock = new();

    // One alert on one view.
    private sealed class Watch(AlertOptions alert, AlertScorer scorer, View view)
    {
        public AlertOptions Alert { get; } = alert;
        public AlertScorer Scorer { get; } = scorer;
        public View View { get; } = view;
        public ScoreSmoother Smoother { get; } = new();
        public AlertGate Gate { get; } = new(alert);
        public AlertScore LastScore { get; set; }
        public WindowTimes LastWindow { get; set; }
        public long LastArrival { get; set; }
    }

    public Decider(StreamActionsFile file, IReadOnlyDictionary<string, AlertScorer> scorers, ModelIdentity model, IEventSink sink, WorkerMetrics metrics,
        TimeProvider time, ILogger<Decider> logger)
    {
        (_file, _model, _sink, _metrics, _time, _logger) = (file, model, sink, metrics, time, logger);
        _watches = ViewsOf(file)
            .SelectMany(v => v.Alerts.Select(alert => new Watch(alert, scorers[alert.Name], v.View)))
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
        alert.Zones.Count == 0 ? [default(string?)] : alert.Zones.Where(camera.Zones.ContainsKey);

    /// <summary>Decides on one window.</summary>
    /// <param name="view">Whose window.</param>
    /// <param name="times">Its capture times.</param>
    /// <param name="arrivedAt">Arrival of its last frame.</param>
    /// <param name="embedding">Model output, [D].</param>
    /// <param name="classLogits">Model output, [K].</param>
    public Task DecideAsync(View view, WindowTimes times, long arrivedAt, ReadOnlySpan<float> embedding, ReadOnlySpan<float> classLogits)
    {
        List<(Watch, GateTransition)> transitions = [];
        lock (_lock)
        {
            foreach (var watch in _watches[view])
            {
                var score = watch.Scorer.Score(embedding, classLogits);
                if (!double.IsFinite(score.Value))
                    continue;
                (watch.LastScore, watch.LastWindow, watch.LastArrival) = (score, times, arrivedAt);
                var smooth = watch.Smoother.Add(times.To, score.Value);
                var watching = watch.Alert.Schedule is not { } schedule || Schedule.IsActive(schedule, times.To);
                foreach (var transition in watch.Gate.Add(times.To, smooth, watching))
                    transitions.Add((watch, transition));
            }
        }
        return transitions.Count == 0 ? Task.CompletedTask : PublishAllAsync(transitions);
    }

    /// <summary>Ends the events of a camera whose recording is over.</summary>
    public Task FinishAsync(string camera) => PublishAllAsync(Collect(camera, w => w.Gate.Finish()));

    /// <summary>Ends the events of a camera that has not been seen for their end-after.</summary>
    public Task LapseAsync(string camera) => PublishAllAsync(Collect(camera, w =>
        w.Gate.LastSeen is { } last ? w.Gate.Lapse(last + _time.GetElapsedTime(w.LastArrival)) : null));

    private List<(Watch, GateTransition)> Collect(string camera, Func<Watch, GateTransition?> step)
    {
        lock (_lock)
        {
            return
            [
                .. from watch in _watches.Where(w => w.Key.Camera == camera).SelectMany(w => w.Value)
                   let transition = step(watch)
                   where transition is not null
                   select (watch, transition.Value),
            ];
        }
    }

    private async Task PublishAllAsync(List<(Watch Watch, GateTransition Transition)> transitions)
    {
        foreach (var (watch, transition) in transitions)
        {
            var actionEvent = ToEvent(watch, transition);
            try
            {
                await _sink.AppendAsync(actionEvent).ConfigureAwait(false);
            }
            catch (SinkException e)
            {
                LogNotStored(watch.Alert.Name, watch.View, e.Message);
                if (transition.Phase == ActionPhase.Begin)
                {
                    lock (_lock)
                        watch.Gate.Retract();
                }
                continue;
            }
            _metrics.Event(actionEvent);
            LogEvent(EventLine.Of(actionEvent));
        }
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
        Phrase = watch.LastScore.Phrase,
        RunnerUp = watch.LastScore.RunnerUp,
        Model = _model,
        ConfigHash = _file.Hash,
        LatencyMs = Math.Round(_time.GetElapsedTime(watch.LastArrival).TotalMilliseconds, 3),
    };

    [LoggerMessage(Level = LogLevel.Information, Message = "{Line}")]
    private partial void LogEvent(string line);

    [LoggerMessage(Level = LogLevel.Error, Message = "An event of alert {Alert} on {View} is lost: {Reason}")]
    private partial void LogNotStored(string alert, View view, string reason);
}
