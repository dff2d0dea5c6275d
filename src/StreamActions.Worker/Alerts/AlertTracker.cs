// One alert on one view: observations in capture order in, transitions out. Pure: no clock, no I/O.
using StreamActions.Worker.Configuration;
using StreamActions.Worker.Inference;
using StreamActions.Worker.Views;

namespace StreamActions.Worker.Alerts;

/// <summary>
/// Scores each observation, smooths the score and passes it through the gate. Live runs and tools that replay logged observations use the
/// same tracker, so their decisions agree.
/// </summary>
/// <param name="view">The view.</param>
/// <param name="rule">The alert.</param>
/// <param name="interval">Camera time from one window of a view to the next; zero for any interval below 0.8 s.</param>
internal sealed class AlertTracker(View view, AlertRule rule, TimeSpan interval)
{
    private readonly ScoreSmoother _smoother = new();
    private readonly AlertGate _gate = new(rule.Alert, interval);
    private AlertScore? _score;
    private (DateTimeOffset From, DateTimeOffset To, long ArrivedAt) _window;

    /// <summary>The view.</summary>
    public View View => view;

    /// <summary>The compiled alert. An equal rule of a new plan may replace it.</summary>
    public AlertRule Rule { get; set; } = rule;

    /// <summary>Whether the alert has an open event or a pending begin.</summary>
    public bool IsBusy => _gate.IsBusy;

    /// <summary>Capture time of the newest observation, and the timestamp of its arrival; null before the first.</summary>
    public (DateTimeOffset Time, long ArrivedAt)? LastSeen => _gate.LastSeen is { } time ? (time, _window.ArrivedAt) : null;

    /// <summary>Takes an observation. A still window repeats the last score.</summary>
    /// <param name="observation">The observation; not older than the one before.</param>
    /// <param name="scores">The view's scores, which have taken the observation's embedding.</param>
    /// <returns>At most an end followed by a begin.</returns>
    public IReadOnlyList<AlertTransition> Observe(in Observation observation, ViewScores scores)
    {
        var score = observation.IsStill ? _score : scores.Score(Rule.Scorer, observation.ClassLogits.Span);
        if (score is not { } known || !double.IsFinite(known.Value))
            return [];
        (_score, _window) = (known, (observation.From, observation.To, observation.ArrivedAt));
        var smooth = _smoother.Add(observation.To, known.Value);
        var active = Rule.Alert.Schedule is not { } schedule || Schedule.IsActive(schedule, observation.To);
        var steps = _gate.Add(observation.To, smooth, active);
        return steps.Count == 0 ? [] : [.. steps.Select(Transition)];
    }

    /// <summary>Ends an open event if this capture time is <c>end-after</c> or more after the last observation.</summary>
    public AlertTransition? Lapse(DateTimeOffset time) => _gate.Lapse(time) is { } step ? Transition(step) : null;

    /// <summary>Ends an open event: its recording is over, or the alert is removed.</summary>
    public AlertTransition? Finish() => _gate.Finish() is { } step ? Transition(step) : null;

    /// <summary>Cancels the last begin, which was not stored, and its cooldown.</summary>
    public void Retract() => _gate.Retract();

    private AlertTransition Transition(GateTransition step) =>
        new(view, Rule, step, _score!.Value, _window.From, _window.To, _window.ArrivedAt);
}
