// All alerts on all views: observations to the trackers, transitions to the publisher.
using StreamActions.Worker.Inference;
using StreamActions.Worker.Views;

namespace StreamActions.Worker.Alerts;

/// <summary>
/// The shell around the trackers: it finds those of a view, gives them scratch memory and publishes their transitions in the order of decision.
/// Thread safe. When the worker stops, open events stay open: an end would claim that the action is over.
/// </summary>
internal sealed class AlertStage : IObservationSink, IViewStatus
{
    private readonly ITransitionSink _transitions;
    private readonly TimeProvider _time;
    private readonly Lock _lock = new();
    private IReadOnlyDictionary<View, ViewAlerts> _views = new Dictionary<View, ViewAlerts>();

    /// <summary>Starts with a plan.</summary>
    /// <param name="plan">The compiled alerts.</param>
    /// <param name="transitions">Takes the transitions.</param>
    /// <param name="time">Measures how long a camera has been offline.</param>
    public AlertStage(AlertPlan plan, ITransitionSink transitions, TimeProvider time)
    {
        (_transitions, _time) = (transitions, time);
        Apply(plan);
    }

    // The scratch memory belongs to the view, so that scorers are immutable and shared.
    private sealed record ViewAlerts(TrackedAlert[] Alerts, double[] Scratch);

    private sealed class TrackedAlert(AlertTracker tracker)
    {
        public AlertTracker Tracker { get; } = tracker;

        // The last begin, until its outcome is known.
        public IBeginReceipt? Begin { get; set; }
    }

    /// <summary>
    /// Replaces the plan as a whole. An alert that stays the same on a view keeps its tracker and its open event; the open events of changed
    /// and removed alerts end.
    /// </summary>
    /// <param name="plan">The new plan.</param>
    /// <param name="stopped">Views whose camera has stopped: their alerts count as changed. Null for none.</param>
    public void Apply(AlertPlan plan, Func<View, bool>? stopped = null)
    {
        lock (_lock)
        {
            var before = _views.Values.SelectMany(v => v.Alerts).ToDictionary(a => (a.Tracker.View, a.Tracker.Rule.Alert.Name));
            Dictionary<View, ViewAlerts> views = [];
            foreach (var (view, rules) in plan.Views)
            {
                TrackedAlert[] alerts = [.. rules.Select(rule => (stopped?.Invoke(view) == true ? null : Kept(before, view, rule)) ?? new(new(view, rule, plan.WindowInterval)))];
                views.Add(view, new(alerts, new double[rules.Max(rule => rule.Scorer.ScratchLength)]));
            }
            foreach (var left in before.Values)
                Publish(left, left.Tracker.Finish());
            _views = views;
        }
    }

    /// <inheritdoc/>
    public void Observe(in Observation observation)
    {
        lock (_lock)
        {
            // The view may have gone with a new plan while its window was on its way.
            if (!_views.TryGetValue(observation.View, out var view))
                return;
            foreach (var alert in view.Alerts)
            {
                Settle(alert);
                foreach (var transition in alert.Tracker.Observe(observation, view.Scratch))
                    Publish(alert, transition);
            }
        }
    }

    /// <inheritdoc/>
    public void Unseen(string camera, DateTimeOffset at) => Close(camera, alert => alert.Lapse(at));

    /// <inheritdoc/>
    public void Finish(string camera) => Close(camera, alert => alert.Finish());

    /// <summary>Ends the open events of an offline camera that has not been seen for their <c>end-after</c>.</summary>
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

    private static TrackedAlert? Kept(Dictionary<(View, string), TrackedAlert> before, View view, AlertRule rule)
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

    // A begin that could not be stored is retracted before anything else is decided.
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
