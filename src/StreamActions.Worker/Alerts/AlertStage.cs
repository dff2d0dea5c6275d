// All alerts on all views: gives observations to the trackers and transitions to the publisher.
using StreamActions.Worker.Inference;
using StreamActions.Worker.Views;

namespace StreamActions.Worker.Alerts;

/// <summary>
/// Finds the trackers of a view, gives them working memory and publishes their transitions in the order of decision. Thread safe. When the
/// worker stops, open events stay open: an end would claim that the action is over.
/// </summary>
internal sealed class AlertStage : IObservationSink, IViewStatus
{
    private readonly ITransitionSink _transitions;
    private readonly TimeProvider _time;
    private readonly Lock _lock = new();
    private IReadOnlyDictionary<View, ViewAlerts> _views = new Dictionary<View, ViewAlerts>();
    private TimeSpan _interval;

    /// <summary>Starts with a plan.</summary>
    /// <param name="plan">The compiled alerts.</param>
    /// <param name="transitions">Takes the transitions.</param>
    /// <param name="time">Measures the time since a camera's last frame.</param>
    public AlertStage(AlertPlan plan, ITransitionSink transitions, TimeProvider time)
    {
        (_transitions, _time) = (transitions, time);
        Apply(plan);
    }

    // The working memory belongs to the view, so that scorers can be immutable and shared.
    private sealed record ViewAlerts(TrackedAlert[] Alerts, ViewScores Scores);

    private sealed class TrackedAlert(AlertTracker tracker)
    {
        public AlertTracker Tracker { get; } = tracker;

        // The receipt of the last begin, until its outcome is known.
        public IBeginReceipt? Begin { get; set; }
    }

    /// <summary>
    /// Replaces the plan as a whole. An alert that is unchanged on a view keeps its tracker and its open event. The open events of changed
    /// and removed alerts end.
    /// </summary>
    /// <param name="plan">The new plan.</param>
    /// <param name="stopped">True for a view whose camera has stopped: its alerts count as changed. Null if no camera has stopped.</param>
    public void Apply(AlertPlan plan, Func<View, bool>? stopped = null)
    {
        lock (_lock)
        {
            var before = _views.Values.SelectMany(v => v.Alerts).ToDictionary(a => (a.Tracker.View, a.Tracker.Rule.Alert.Name));
            Dictionary<View, ViewAlerts> views = [];
            foreach (var (view, rules) in plan.Views)
            {
                var isStopped = stopped?.Invoke(view) == true;
                TrackedAlert[] alerts =
                [
                    .. from rule in rules
                       let unchanged = isStopped ? null : TakeUnchanged(before, view, rule)
                       select unchanged ?? new(new(view, rule, plan.WindowInterval)),
                ];
                views.Add(view, new(alerts, new([.. rules.Select(rule => rule.Scorer)])));
            }
            foreach (var left in before.Values)
                Publish(left, left.Tracker.Finish());
            (_views, _interval) = (views, plan.WindowInterval);
        }
    }

    /// <summary>The longest gap between two windows of a view that does not restart a pending begin.</summary>
    public TimeSpan LongestGap
    {
        get
        {
            lock (_lock)
                return AlertGate.LongestGap(_interval);
        }
    }

    /// <summary>Number of the camera's views that alerts watch.</summary>
    public int CountViews(string camera)
    {
        lock (_lock)
            return _views.Keys.Count(view => view.Camera == camera);
    }

    /// <inheritdoc/>
    public void Observe(in Observation observation)
    {
        lock (_lock)
        {
            // A new plan may have removed the view while its window waited for the encoder.
            if (!_views.TryGetValue(observation.View, out var view))
                return;
            if (!observation.IsStill)
                view.Scores.Load(observation.Embedding.Span);
            foreach (var alert in view.Alerts)
            {
                Settle(alert);
                foreach (var transition in alert.Tracker.Observe(observation, view.Scores))
                    Publish(alert, transition);
            }
        }
    }

    /// <inheritdoc/>
    public void Unseen(string camera, DateTimeOffset at) => Close(camera, alert => alert.Lapse(at));

    /// <inheritdoc/>
    public void Finish(string camera) => Close(camera, alert => alert.Finish());

    /// <summary>Ends the open events of a camera whose last window is older than their <c>end-after</c>.</summary>
    public void Lapse(string camera) =>
        Close(camera, alert => alert.LastSeen is { } last ? alert.Lapse(last.Time + _time.GetElapsedTime(last.ArrivedAt)) : null);

    /// <inheritdoc/>
    public Task SettledAsync(string camera) => _transitions.SettledAsync(camera);

    /// <inheritdoc/>
    public bool IsBusy(View view)
    {
        lock (_lock)
        {
            if (!_views.TryGetValue(view, out var alerts))
                return false;
            foreach (var alert in alerts.Alerts)
            {
                Settle(alert);
                if (alert.Tracker.IsBusy)
                    return true;
            }
            return false;
        }
    }

    private static TrackedAlert? TakeUnchanged(Dictionary<(View, string), TrackedAlert> before, View view, AlertRule rule)
    {
        if (!before.TryGetValue((view, rule.Alert.Name), out var alert) || !alert.Tracker.Rule.DecidesLike(rule))
            return null;
        before.Remove((view, rule.Alert.Name));
        alert.Tracker.Rule = rule;
        return alert;
    }

    private void Close(string camera, Func<AlertTracker, AlertTransition?> close)
    {
        lock (_lock)
        {
            foreach (var (view, alerts) in _views)
            {
                if (view.Camera != camera)
                    continue;
                foreach (var alert in alerts.Alerts)
                {
                    Settle(alert);
                    Publish(alert, close(alert.Tracker));
                }
            }
        }
    }

    // Retracts a begin that could not be stored. Call it before each decision.
    private static void Settle(TrackedAlert alert)
    {
        if (alert.Begin?.IsStored is not { } stored)
            return;
        alert.Begin = null;
        if (!stored)
            alert.Tracker.Retract();
    }

    private void Publish(TrackedAlert alert, AlertTransition? transition)
    {
        if (transition is not null && _transitions.Publish(transition) is { } receipt)
            alert.Begin = receipt;
    }
}
