// The operator's file after reading: complete, checked, every default filled in and every secret resolved.
using System.Collections.ObjectModel;
using StreamActions.Video;

namespace StreamActions.Worker.Configuration;

/// <summary>What the operator asked for.</summary>
internal sealed record StreamActionsFile
{
    /// <summary>Folder of the model bundle, as a full path; in the file it is relative to the folder the program is started in.</summary>
    public required string Model { get; init; }

    /// <summary>Where events go.</summary>
    public required SinkOptions Sinks { get; init; }

    /// <summary>How the network is run.</summary>
    public required InferenceOptions Inference { get; init; }

    /// <summary>Cameras by name.</summary>
    public required IReadOnlyDictionary<string, CameraOptions> Cameras { get; init; }

    /// <summary>Alerts by name.</summary>
    public required IReadOnlyDictionary<string, AlertOptions> Alerts { get; init; }

    /// <summary>Schedules by name.</summary>
    public required IReadOnlyDictionary<string, ScheduleOptions> Schedules { get; init; }

    /// <summary>Phrases that mean "nothing is happening", from the background file.</summary>
    public required IReadOnlyList<string> Background { get; init; }

    /// <summary>SHA-256 of the file's text before secrets are put in and of the background, lower-case hex: names a configuration in events.</summary>
    public required string Hash { get; init; }
}

/// <summary>Where events go: always the store, and Kafka when it is named.</summary>
internal sealed record SinkOptions(StoreOptions Store, KafkaOptions? Kafka);

/// <summary>The embedded event store.</summary>
/// <param name="Path">The database file, as a full path; in the file it is relative to the folder the program is started in.</param>
/// <param name="Keep">How long delivered events are kept.</param>
internal sealed record StoreOptions(string Path, TimeSpan Keep);

/// <summary>The Kafka cluster events are relayed to.</summary>
/// <param name="Bootstrap">host:port, comma separated.</param>
/// <param name="Topic">The topic of all events.</param>
/// <param name="Client">Further librdkafka properties by name (security.protocol, sasl.username …); may hold secrets, never logged.</param>
internal sealed record KafkaOptions(string Bootstrap, string Topic, IReadOnlyDictionary<string, string> Client)
{
    /// <summary>Without the client properties, which may hold secrets.</summary>
    public override string ToString() => $"kafka {Bootstrap} topic {Topic}";
}

/// <summary>How the network is run.</summary>
/// <param name="Device">auto, cpu or cuda:N (cuda in the file is cuda:0).</param>
/// <param name="Threads">Threads of one run; 0 lets the runtime choose.</param>
/// <param name="MaxBatch">Most windows in one run.</param>
/// <param name="MaxDelay">Longest a window waits for others.</param>
/// <param name="Stride">New frames from one window of a camera to the next.</param>
internal sealed record InferenceOptions(string Device, int Threads, int MaxBatch, TimeSpan MaxDelay, int Stride);

/// <summary>What reads a source.</summary>
internal enum CameraReader
{
    /// <summary>An <c>ffmpeg</c> child process: streams and files.</summary>
    Ffmpeg,

    /// <summary>OpenCV in this process: devices and files.</summary>
    OpenCv,
}

/// <summary>One camera.</summary>
internal sealed record CameraOptions
{
    /// <summary>The camera's name.</summary>
    public required string Name { get; init; }

    /// <summary>Where the pictures come from.</summary>
    public required SourceAddress Source { get; init; }

    /// <summary>False: known, but never opened.</summary>
    public bool Enabled { get; init; } = BuiltIn.Enabled;

    /// <summary>What reads it.</summary>
    public required CameraReader Reader { get; init; }

    /// <summary>Whether a recording starts again at its end.</summary>
    public required bool Loop { get; init; }

    /// <summary>How fast a recording is read.</summary>
    public required RecordingPace Pace { get; init; }

    /// <summary>Time of a recording's first frame; null takes the file's own time.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>RTSP over <c>tcp</c> or <c>udp</c>.</summary>
    public required string Transport { get; init; }

    /// <summary>Hardware that decodes: <c>none</c>, <c>vaapi</c>, <c>cuda</c> or <c>drm</c>.</summary>
    public string Hardware { get; init; } = BuiltIn.Hardware;

    /// <summary>Further input options of the <c>ffmpeg</c> reader, by name.</summary>
    public IReadOnlyDictionary<string, string> InputOptions { get; init; } = ReadOnlyDictionary<string, string>.Empty;

    /// <summary>Zones by name.</summary>
    public required IReadOnlyDictionary<string, Zone> Zones { get; init; }

    /// <summary>Whether still windows are decided without the network, and how little counts as motion; null looks at every window.</summary>
    public required MotionSensitivity? Motion { get; init; }

    /// <summary>When its pictures are not believed.</summary>
    public required PictureHealthOptions Health { get; init; }
}

/// <summary>How little counts as motion.</summary>
internal enum MotionSensitivity
{
    /// <summary>Twice as much as normally must change.</summary>
    Low,

    /// <summary>What people do counts, noise and compression do not.</summary>
    Normal,

    /// <summary>Half as much as normally is enough.</summary>
    High,
}

/// <summary>After how long a camera's pictures are not believed; null never.</summary>
/// <param name="FrozenAfter">Of the same picture.</param>
/// <param name="BlackAfter">Of darkness, or of nothing in the picture.</param>
/// <param name="CorruptAfter">Of damage.</param>
internal sealed record PictureHealthOptions(TimeSpan? FrozenAfter, TimeSpan? BlackAfter, TimeSpan? CorruptAfter);

/// <summary>Where pictures come from. <see cref="ToString"/> is safe to show; <see cref="Address"/> may hold a password.</summary>
/// <param name="Kind">Stream, file or device.</param>
/// <param name="Address">The URL with its secrets, the full path, or the device's path or index.</param>
/// <param name="Shown">As written in the file, variables not put in, with user, password and query replaced by <c>***</c>.</param>
internal sealed record SourceAddress(SourceKind Kind, string Address, string Shown)
{
    /// <summary>The address without secrets.</summary>
    public override string ToString() => Shown;
}

/// <summary>A part of the picture: a polygon in coordinates relative to the picture, (0,0) top left, (1,1) bottom right.</summary>
internal sealed record Zone(string Name, IReadOnlyList<ZonePoint> Points);

/// <summary>A corner of a zone, both in [0, 1].</summary>
internal readonly record struct ZonePoint(double X, double Y);

/// <summary>What the operator wants to be told.</summary>
internal sealed record AlertOptions
{
    /// <summary>The alert's name.</summary>
    public required string Name { get; init; }

    /// <summary>What it looks like, in words; empty when <see cref="Label"/> is given.</summary>
    public required IReadOnlyList<string> Phrases { get; init; }

    /// <summary>What it must not be mistaken for.</summary>
    public required IReadOnlyList<string> Not { get; init; }

    /// <summary>A supervised class of the model, in place of phrases.</summary>
    public string? Label { get; init; }

    /// <summary>Names of the cameras it watches, after globs were resolved.</summary>
    public required IReadOnlyList<string> Cameras { get; init; }

    /// <summary>Names of the zones it watches; empty means the whole picture.</summary>
    public required IReadOnlyList<string> Zones { get; init; }

    /// <summary>When it watches; null means always.</summary>
    public ScheduleOptions? Schedule { get; init; }

    /// <summary>An event begins at or above this score, in (0, 1).</summary>
    public required double Enter { get; init; }

    /// <summary>An event ends below this score; at most <see cref="Enter"/>.</summary>
    public required double Exit { get; init; }

    /// <summary>How long the score must hold before an event begins.</summary>
    public required TimeSpan BeginAfter { get; init; }

    /// <summary>How long the score must stay below exit before an event ends.</summary>
    public required TimeSpan EndAfter { get; init; }

    /// <summary>A dip below enter shorter than this does not restart the wait for begin.</summary>
    public required TimeSpan MergeGap { get; init; }

    /// <summary>Shortest time from the end of a published event to the next begin.</summary>
    public required TimeSpan Cooldown { get; init; }

    /// <summary>Time from one update of a lasting event to the next.</summary>
    public required TimeSpan UpdateEvery { get; init; }
}

/// <summary>When alerts watch.</summary>
/// <param name="Name">The schedule's name.</param>
/// <param name="Days">Days on which a period starts.</param>
/// <param name="From">Local start.</param>
/// <param name="To">Local end; at or before <paramref name="From"/> it lies on the next day.</param>
/// <param name="TimeZone">Whose clock.</param>
internal sealed record ScheduleOptions(string Name, IReadOnlySet<DayOfWeek> Days, TimeOnly From, TimeOnly To, TimeZoneInfo TimeZone);
