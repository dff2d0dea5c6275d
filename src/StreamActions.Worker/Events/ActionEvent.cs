// What the worker tells the world: an action begins, goes on or ends; a camera stops or starts seeing.
using StreamActions.Worker.Alerts;
using StreamActions.Worker.Inference;

namespace StreamActions.Worker.Events;

/// <summary>A fact about one camera, on its way to the store and to Kafka.</summary>
internal abstract record StreamEvent
{
    /// <summary>The camera's name: the key that keeps a camera's events in order.</summary>
    public required string Camera { get; init; }

    /// <summary>Capture time of the frame that decided it.</summary>
    public required DateTimeOffset Time { get; init; }
}

/// <summary>Camera time covered by a window, first frame to last.</summary>
internal readonly record struct WindowTimes(DateTimeOffset From, DateTimeOffset To);

/// <summary>Scores at which an event begins and ends.</summary>
internal readonly record struct ScoreThresholds(double Enter, double Exit);

/// <summary>Somebody does what an alert describes.</summary>
internal sealed record ActionEvent : StreamEvent
{
    /// <summary>Begin, update or end.</summary>
    public required ActionPhase Phase { get; init; }

    /// <summary>0 for the begin, then rising by one.</summary>
    public required int Sequence { get; init; }

    /// <summary>The alert's name.</summary>
    public required string Alert { get; init; }

    /// <summary>The zone, or null for the whole picture.</summary>
    public string? Zone { get; init; }

    /// <summary>Capture time at which the score first held.</summary>
    public required DateTimeOffset BeganAt { get; init; }

    /// <summary>Capture time at which the score fell; null until the end.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>The window that decided this phase.</summary>
    public required WindowTimes Window { get; init; }

    /// <summary>Smoothed score of that window.</summary>
    public required double Score { get; init; }

    /// <summary>Highest smoothed score since the begin.</summary>
    public required double PeakScore { get; init; }

    /// <summary>The thresholds in force.</summary>
    public required ScoreThresholds Threshold { get; init; }

    /// <summary>The alert's own phrase (or label) that fits best.</summary>
    public required string Phrase { get; init; }

    /// <summary>The competing phrase that fits best; null when there is none.</summary>
    public PhraseScore? RunnerUp { get; init; }

    /// <summary>Which model decided.</summary>
    public required ModelIdentity Model { get; init; }

    /// <summary>Which configuration was in force.</summary>
    public required string ConfigHash { get; init; }

    /// <summary>Relative path of a picture; null when none was kept.</summary>
    public string? Snapshot { get; init; }

    /// <summary>From the arrival of the window's last frame to the decision, in milliseconds.</summary>
    public required double LatencyMs { get; init; }
}

/// <summary>A camera stopped or started seeing, so that "no alert" can be told from "not watching".</summary>
internal sealed record CameraEvent : StreamEvent
{
    /// <summary>True for <c>blind</c>, false for <c>seeing</c>.</summary>
    public required bool Blind { get; init; }

    /// <summary>Why: offline, frozen, black, overload …, and for the operator a sentence.</summary>
    public required string Reason { get; init; }

    /// <summary>The sentence, without secrets.</summary>
    public required string Detail { get; init; }
}
