// Sample events. Tests vary them with "with".
using StreamActions.Worker.Alerts;
using StreamActions.Worker.Events;
using StreamActions.Worker.Inference;

namespace StreamActions.Worker.Tests.Events;

internal static class SampleEvents
{
    public static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    public static ActionEvent Begin { get; } = new()
    {
        Camera = "dock-east",
        Time = Noon.AddMilliseconds(1_200),
        Phase = ActionPhase.Begin,
        Sequence = 0,
        Alert = "fight",
        Zone = "gate",
        BeganAt = Noon,
        Window = new WindowTimes(Noon, Noon.AddMilliseconds(1_200)),
        Score = 0.8300000071525574,
        PeakScore = 0.83,
        Threshold = new ScoreThresholds(0.7, 0.56),
        Phrase = "two people fighting",
        RunnerUp = new PhraseScore("people hugging", 0.11),
        Model = new ModelIdentity("demo", "1.0.0", new string('a', 64)),
        ConfigHash = new string('b', 64),
        LatencyMs = 412.5,
    };

    public static ActionEvent Update { get; } = Begin with { Phase = ActionPhase.Update, Sequence = 1, Time = Noon.AddSeconds(11) };

    public static ActionEvent End { get; } = Begin with
    {
        Phase = ActionPhase.End,
        Sequence = 2,
        Time = Noon.AddSeconds(20),
        EndedAt = Noon.AddSeconds(17),
        RunnerUp = null,
        Zone = null,
    };

    public static CameraEvent Blind { get; } = new()
    {
        Camera = "dock-east",
        Time = Noon,
        Blind = true,
        Reason = "offline",
        Detail = "the connection was refused",
    };

    public static CameraEvent Seeing { get; } = Blind with { Blind = false, Time = Noon.AddSeconds(9), Reason = "live" };

    /// <summary>One event of each kind.</summary>
    public static IReadOnlyList<StreamEvent> All { get; } = [Begin, Update, End, Blind, Seeing];

    /// <summary>An encoded event whose id depends on the number.</summary>
    public static EncodedEvent Encoded(int number, string camera = "dock-east") =>
        CloudEventJson.Encode(Begin with { Camera = camera, Sequence = number });
}
