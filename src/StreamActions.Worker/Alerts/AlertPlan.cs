// The compiled alerts of the operator's file: views, rules, embedded phrases and thresholds. Immutable.
using StreamActions.Worker.Configuration;
using StreamActions.Worker.Inference;
using StreamActions.Worker.Views;

namespace StreamActions.Worker.Alerts;

/// <summary>The origin of a rule. It is part of every event that the rule decides.</summary>
/// <param name="ConfigHash">Hash of the operator's file.</param>
/// <param name="Model">The model that embedded the phrases.</param>
internal sealed record RuleOrigin(string ConfigHash, ModelIdentity Model);

/// <summary>One alert, compiled.</summary>
/// <param name="Alert">Thresholds, times and schedule.</param>
/// <param name="Scorer">Scores windows for it.</param>
/// <param name="Origin">The file and the model.</param>
internal sealed record AlertRule(AlertOptions Alert, AlertScorer Scorer, RuleOrigin Origin)
{
    /// <summary>Whether another rule makes the same decisions for all windows.</summary>
    public bool DecidesLike(AlertRule other) =>
        Gate(Alert) == Gate(other.Alert) && AreSame(Alert.Schedule, other.Alert.Schedule) && Scorer.ScoresLike(other.Scorer)
        && Origin.Model == other.Origin.Model;

    // Lists and schedules compare by reference, so they are left out: the numbers of the gate remain.
    private static AlertOptions Gate(AlertOptions alert) =>
        alert with { Phrases = [], Not = [], Cameras = [], Zones = [], Schedule = null };

    private static bool AreSame(ScheduleOptions? a, ScheduleOptions? b) =>
        a is null || b is null ? a == b : a with { Days = b.Days } == b && a.Days.SetEquals(b.Days);
}

/// <summary>The compiled alerts of the operator's file, by view.</summary>
/// <param name="Views">The rules of each view that some alert watches; at least one for each view.</param>
/// <param name="WindowInterval">Camera time from one window of a view to the next.</param>
internal sealed record AlertPlan(IReadOnlyDictionary<View, IReadOnlyList<AlertRule>> Views, TimeSpan WindowInterval);
