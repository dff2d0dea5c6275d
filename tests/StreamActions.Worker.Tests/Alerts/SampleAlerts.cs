// An alert, a camera and a file that tests vary.
using StreamActions.Video;
using StreamActions.Worker.Configuration;

namespace StreamActions.Worker.Tests.Alerts;

internal static class SampleAlerts
{
    public static AlertOptions Fight { get; } = new()
    {
        Name = "fight",
        Phrases = ["bright"],
        Not = [],
        Cameras = ["dock"],
        Zones = [],
        Enter = 0.7,
        Exit = 0.5,
        BeginAfter = TimeSpan.FromSeconds(1),
        EndAfter = TimeSpan.FromSeconds(3),
        MergeGap = TimeSpan.FromSeconds(0.5),
        Cooldown = TimeSpan.FromSeconds(10),
        UpdateEvery = TimeSpan.FromSeconds(5),
    };

    public static CameraOptions Dock { get; } = new()
    {
        Name = "dock",
        Source = new(SourceKind.File, "/nowhere/dock.mp4", "file:dock.mp4"),
        Reader = CameraReader.Ffmpeg,
        Loop = false,
        Pace = RecordingPace.Fast,
        Transport = "tcp",
        Zones = new Dictionary<string, Zone>(),
        // Scripted pictures have a single colour and do not move.
        Motion = null,
        Health = new(null, null, null),
    };

    /// <summary>A file with these cameras and alerts.</summary>
    public static StreamActionsFile File(CameraOptions[] cameras, params AlertOptions[] alerts) => new()
    {
        Model = "models/fake",
        Sinks = new(new("events.db", TimeSpan.FromDays(1)), null),
        Inference = new() { Device = "cpu", MaxBatch = 4, MaxDelay = TimeSpan.Zero, Stride = 1 },
        Cameras = cameras.ToDictionary(c => c.Name),
        Alerts = alerts.ToDictionary(a => a.Name),
        Schedules = new Dictionary<string, ScheduleOptions>(),
        Background = ["dark"],
        Hash = new string('c', 64),
    };
}
