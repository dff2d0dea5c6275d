// What an alert decides: an event begins, continues or ends. The hand-off from alerts to events.
using StreamActions.Worker.Views;

namespace StreamActions.Worker.Alerts;

/// <summary>The phase of an event.</summary>
internal enum ActionPhase
{
    /// <summary>The event begins.</summary>
    Begin,

    /// <summary>The event continues.</summary>
    Update,

    /// <summary>The event ends.</summary>
    End,
}

/// <summary>A step in an event's life.</summary>
/// <param name="Phase">Begin, update or end.</param>
/// <param name="Sequence">0 for the begin, then rising by one.</param>
/// <param name="Time">Capture time of the decision.</param>
/// <param name="BeganAt">Capture time at which the score first reached <c>enter</c>.</param>
/// <param name="EndedAt">For an end, the capture time at which the score fell below <c>exit</c>; otherwise null.</param>
/// <param name="Score">Smoothed score at <paramref name="Time"/>.</param>
/// <param name="Peak">Highest smoothed score since the begin.</param>
internal readonly record struct GateTransition(
    ActionPhase Phase, int Sequence, DateTimeOffset Time, DateTimeOffset BeganAt, DateTimeOffset? EndedAt, double Score, double Peak);

/// <summary>A step in the life of an event, with the alert, the view and the window that decided it.</summary>
/// <param name="View">The view.</param>
/// <param name="Rule">The compiled alert.</param>
/// <param name="Gate">The step.</param>
/// <param name="Score">The window's score before smoothing, with its phrases.</param>
/// <param name="From">Capture time of the window's first frame.</param>
/// <param name="To">Capture time of its last frame.</param>
/// <param name="ArrivedAt">Timestamp of the arrival of its last frame.</param>
internal sealed record AlertTransition(
    View View, AlertRule Rule, GateTransition Gate, AlertScore Score, DateTimeOffset From, DateTimeOffset To, long ArrivedAt);

/// <summary>Takes transitions in the order of their decision. The event publisher implements it.</summary>
internal interface ITransitionSink
{
    /// <summary>Takes a transition. Returns at once: the sink never waits for a disk.</summary>
    /// <returns>The receipt of a begin; null for the other phases.</returns>
    IBeginReceipt? Publish(AlertTransition transition);

    /// <summary>Completes when each event that was published for a camera is stored or refused.</summary>
    Task SettledAsync(string camera);
}

/// <summary>Whether a begin was stored. The alert stage reads it and retracts a refused begin, so that no cooldown follows it.</summary>
internal interface IBeginReceipt
{
    /// <summary>The outcome; null until it is known.</summary>
    bool? IsStored { get; }
}
