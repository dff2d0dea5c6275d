// The alerts of the operator's file in compiled form: views, rules, embedded phrases, thresholds. Immutable.
using StreamActions.Worker.Configuration;
using StreamActions.Worker.Inference;
using StreamActions.Worker.Views;

namespace StreamActions.Worker.Alerts;

/// <summary>Where a rule comes from: both names go into every event that the rule decides.</summary>
/// <param name="ConfigHash">The operator's file.</param>
/// <param name="Model">The model that embedded its phrases.</param>
internal sealed record RuleOrigin(string ConfigHash, ModelIdentity Model);

/// <summary>One alert, compiled.</summary>
/// <param name="Alert">Thresholds, times and schedule.</param>
/// <param name="Scorer">Scores windows for it.</param>
/// <param name="Origin">The file and the model.</param>
internal sealed record AlertRule(AlertOptions Alert, AlertScorer Scorer, RuleOrigin Origin)
{
    /// <summary>Whether another compilation decides the same on every window.</summary>
    public bool DecidesLike(AlertRule other) =>
        Gate(Alert) == Gate(other.Alert) && AreSame(Alert.Schedule, other.Alert.Schedule) && Scorer.ScoresLike(other.Scorer)
        && Origin.Model == other.Origin.Model;

    // Lists and schedules compare by reference: what is left are the numbers of the gate.
    private static AlertOptions Gate(AlertOptions alert) => alert with { Phrases = [], Not = [], Cameras = [], Zones = [], Schedule = null };

    private static bool AreSame(ScheduleOptions? a, ScheduleOptions? b) =>
        a is null || b is null ? a == b : a with { Days = b.Days } == b && a.Days.SetEquals(b.Days);
}

/// <summary>The rules of each view that some alert watches: the alerts of the operator's file in compiled form.</summary>
/// <param name="Views">Rules by view; at least one each.</param>
/// <param name="WindowInterval">Camera time from one window of a view to the next.</param>
internal sealed record AlertPlan(IReadOnlyDictionary<View, IReadOnlyList<AlertRule>> Views, TimeSpan WindowInterval);
