// The event of an action that begins, continues or ends.
using System.Text.Json.Serialization;
using StreamActions.Worker.Alerts;
using StreamActions.Worker.Inference;

namespace StreamActions.Worker.Events;

/// <summary>Capture times of a window's first and last frame.</summary>
internal readonly record struct WindowTimes(DateTimeOffset From, DateTimeOffset To);

/// <summary>An event begins at or above <paramref name="Enter"/> and ends below <paramref name="Exit"/>; both in (0, 1).</summary>
internal readonly record struct ScoreThresholds(double Enter, double Exit);

/// <summary>An action that an alert describes was detected. The orders fix the sequence of the JSON fields.</summary>
internal sealed record ActionEvent : StreamEvent
{
    /// <summary>Begin, update or end.</summary>
    [JsonIgnore]
    public required ActionPhase Phase { get; init; }

    /// <summary>0 for the begin event, then increasing by one.</summary>
    [JsonIgnore]
    public required int Sequence { get; init; }

    /// <summary>Shared by the begin, the updates and the end of one action.</summary>
    [JsonPropertyOrder(-2)]
    public string EventId => EventIdentity.OfAction(this);

    /// <summary>The alert's name.</summary>
    [JsonPropertyOrder(-1)]
    public required string Alert { get; init; }

    /// <summary>The zone's name; null for the whole picture.</summary>
    [JsonPropertyOrder(1)]
    public string? Zone { get; init; }

    /// <summary>Capture time at which the score first reached the enter threshold.</summary>
    [JsonPropertyOrder(2)]
    public required DateTimeOffset BeganAt { get; init; }

    /// <summary>Capture time at which the score fell below the exit threshold; null until the end.</summary>
    [JsonPropertyOrder(3)]
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>The window that caused this event.</summary>
    [JsonPropertyOrder(4)]
    public required WindowTimes Window { get; init; }

    /// <summary>Smoothed score of that window.</summary>
    [JsonPropertyOrder(5)]
    public required double Score { get; init; }

    /// <summary>Highest smoothed score since the begin.</summary>
    [JsonPropertyOrder(6)]
    public required double PeakScore { get; init; }

    /// <summary>The alert's thresholds.</summary>
    [JsonPropertyOrder(7)]
    public required ScoreThresholds Threshold { get; init; }

    /// <summary>The alert's phrase (or label) with the highest score.</summary>
    [JsonPropertyOrder(8)]
    public required string Phrase { get; init; }

    /// <summary>The competing phrase with the highest score; null if there are no competing phrases.</summary>
    [JsonPropertyOrder(9)]
    public PhraseScore? RunnerUp { get; init; }

    /// <summary>The model bundle.</summary>
    [JsonPropertyOrder(10)]
    public required ModelIdentity Model { get; init; }

    /// <summary>SHA-256 of the configuration.</summary>
    [JsonPropertyOrder(11)]
    public required string ConfigHash { get; init; }

    /// <summary>Relative path of a picture; null if none was kept.</summary>
    [JsonPropertyOrder(12)]
    public string? Snapshot { get; init; }

    /// <summary>From the arrival of the window's last frame to the decision, in milliseconds.</summary>
    [JsonPropertyOrder(13)]
    public required double LatencyMs { get; init; }

    /// <summary>The event of a transition.</summary>
    /// <param name="transition">What the alert decided.</param>
    /// <param name="latency">Time from the arrival of the window's last frame to the decision.</param>
    public static ActionEvent Of(AlertTransition transition, TimeSpan latency) => new()
    {
        Camera = transition.View.Camera,
        Zone = transition.View.Zone,
        Alert = transition.Rule.Alert.Name,
        Time = transition.Gate.Time,
        Phase = transition.Gate.Phase,
        Sequence = transition.Gate.Sequence,
        BeganAt = transition.Gate.BeganAt,
        EndedAt = transition.Gate.EndedAt,
        Window = new(transition.From, transition.To),
        Score = transition.Gate.Score,
        PeakScore = transition.Gate.Peak,
        Threshold = new(transition.Rule.Alert.Enter, transition.Rule.Alert.Exit),
        Phrase = transition.Score.Phrase,
        RunnerUp = transition.Score.RunnerUp,
        Model = transition.Rule.Origin.Model,
        ConfigHash = transition.Rule.Origin.ConfigHash,
        LatencyMs = Math.Round(latency.TotalMilliseconds, 3),
    };
}
