// The operator's file after reading: validated, with defaults applied and secrets resolved.
using System.Collections.ObjectModel;
using StreamActions.Core.Bundles;
using StreamActions.Video;

namespace StreamActions.Worker.Configuration;

/// <summary>The operator's file.</summary>
internal sealed record StreamActionsFile
{
    /// <summary>Full path of the model bundle's folder. In the file it is relative to the working directory.</summary>
    public required string Model { get; init; }

    /// <summary>The destinations of events.</summary>
    public required SinkOptions Sinks { get; init; }

    /// <summary>Settings of inference.</summary>
    public required InferenceOptions Inference { get; init; }

    /// <summary>Cameras by name.</summary>
    public required IReadOnlyDictionary<string, CameraOptions> Cameras { get; init; }

    /// <summary>Alerts by name.</summary>
    public required IReadOnlyDictionary<string, AlertOptions> Alerts { get; init; }

    /// <summary>Schedules by name.</summary>
    public required IReadOnlyDictionary<string, ScheduleOptions> Schedules { get; init; }

    /// <summary>Background phrases: descriptions of scenes without an event.</summary>
    public required IReadOnlyList<string> Background { get; init; }

    /// <summary>
    /// SHA-256, in lower-case hex, of the file's text before variables are substituted and of the background phrases. Events contain it.
    /// </summary>
    public required string Hash { get; init; }
}

/// <summary>The destinations of events: always the store, and Kafka if configured.</summary>
internal sealed record SinkOptions(StoreOptions Store, KafkaOptions? Kafka);

/// <summary>The embedded event store.</summary>
/// <param name="Path">Full path of the database file. In the file it is relative to the working directory.</param>
/// <param name="Keep">Retention time of delivered events.</param>
internal sealed record StoreOptions(string Path, TimeSpan Keep);

/// <summary>The Kafka cluster that receives events.</summary>
/// <param name="Bootstrap">Brokers as host:port, separated by commas.</param>
/// <param name="Topic">The topic of all events.</param>
/// <param name="Client">librdkafka properties by name, such as security.protocol. They may contain secrets and are never logged.</param>
internal sealed record KafkaOptions(string Bootstrap, string Topic, IReadOnlyDictionary<string, string> Client)
{
    /// <summary>The cluster and the topic as texts show them: as written, before variables are substituted.</summary>
    public string Shown
    {
        get => field ?? $"kafka {Bootstrap} topic {Topic}";
        init;
    }

    /// <summary>The cluster without the client properties, which may contain secrets.</summary>
    public override string ToString() => Shown;
}

/// <summary>How much of earlier frames a stream reuses. More is cheaper, and further from encoding every frame in full.</summary>
internal enum ReuseLevel
{
    /// <summary>Every frame is encoded in full.</summary>
    Off,

    /// <summary>Parts of the picture that have not changed for some frames are not encoded again.</summary>
    Balanced,

    /// <summary>The same, with fewer repetitions and refreshes.</summary>
    High,
}

/// <summary>Settings of inference.</summary>
internal sealed record InferenceOptions
{
    /// <summary>The largest stride that the file may ask for.</summary>
    public const int LargestStride = 256;

    /// <summary>auto, cpu, cuda:N (cuda in the file becomes cuda:0), or several cuda:N separated by commas.</summary>
    public string Device { get; init; } = BuiltIn.Device;

    /// <summary>The number form of the video graph; null takes the fastest that the model has for the device.</summary>
    public GraphPrecision? Precision { get; init; }

    /// <summary>How much of earlier frames a stream reuses.</summary>
    public ReuseLevel Reuse { get; init; }

    /// <summary>Threads of one run on the CPU; 0 lets the worker choose.</summary>
    public int Threads { get; init; } = BuiltIn.Threads;

    /// <summary>Runs at a time; 0 lets the worker choose.</summary>
    public int Parallel { get; init; } = BuiltIn.Parallel;

    /// <summary>Largest number of windows or frames per batch on a GPU.</summary>
    public int MaxBatch { get; init; } = BuiltIn.MaxBatch;

    /// <summary>Whether a GPU records the runs of streams as CUDA graphs.</summary>
    public bool CudaGraphs { get; init; } = BuiltIn.CudaGraphs;

    /// <summary>Longest wait of a window for further windows of its batch.</summary>
    public TimeSpan MaxDelay { get; init; } = BuiltIn.MaxDelay;

    /// <summary>Frames between two windows of a camera.</summary>
    public int Stride { get; init; } = BuiltIn.Stride;

    /// <summary>Time within which 95 % of the windows must be decided after their last frame arrived.</summary>
    public TimeSpan MaxLatency { get; init; } = BuiltIn.MaxLatency;
}

/// <summary>The component that reads a source.</summary>
internal enum CameraReader
{
    /// <summary>An <c>ffmpeg</c> child process: streams and recordings.</summary>
    Ffmpeg,

    /// <summary>OpenCV in this process: devices, recordings and RTSP.</summary>
    OpenCv,
}

/// <summary>One camera.</summary>
internal sealed record CameraOptions
{
    /// <summary>The camera's name.</summary>
    public required string Name { get; init; }

    /// <summary>The stream, recording or device.</summary>
    public required SourceAddress Source { get; init; }

    /// <summary>False if the worker never opens the camera.</summary>
    public bool Enabled { get; init; } = BuiltIn.Enabled;

    /// <summary>The component that reads the source.</summary>
    public required CameraReader Reader { get; init; }

    /// <summary>True if a recording restarts at its end.</summary>
    public required bool Loop { get; init; }

    /// <summary>The speed at which a recording is read.</summary>
    public required RecordingPace Pace { get; init; }

    /// <summary>Capture time of a recording's first frame; null means the file's modification time.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>RTSP over <c>tcp</c> or <c>udp</c>, or <c>auto</c>.</summary>
    public required string Transport { get; init; }

    /// <summary>Time between two requests of a snapshot camera; null for the model's rate. The model's rate is the limit.</summary>
    public TimeSpan? Every { get; init; }

    /// <summary>Longest wait for the first frame; null for the deadlines of its kind of source.</summary>
    public TimeSpan? StartTimeout { get; init; }

    /// <summary>A picture with more pixels is refused before it is decoded.</summary>
    public int MaxPixels { get; init; } = BuiltIn.MaxPixels;

    /// <summary>Hardware decoding: <c>none</c>, <c>vaapi</c>, <c>cuda</c> or <c>drm</c>.</summary>
    public string Hardware { get; init; } = BuiltIn.Hardware;

    /// <summary>Input options of the <c>ffmpeg</c> reader, by name.</summary>
    public IReadOnlyDictionary<string, string> InputOptions { get; init; } = ReadOnlyDictionary<string, string>.Empty;

    /// <summary>Zones by name.</summary>
    public required IReadOnlyDictionary<string, Zone> Zones { get; init; }

    /// <summary>Sensitivity of the motion gate; null switches the gate off, so that every window is scored.</summary>
    public required MotionSensitivity? Motion { get; init; }

    /// <summary>Blind-camera detection.</summary>
    public required PictureHealthOptions Health { get; init; }
}

/// <summary>Sensitivity of the motion gate.</summary>
internal enum MotionSensitivity
{
    /// <summary>Twice the normal change counts as motion.</summary>
    Low,

    /// <summary>Movement of people counts as motion; noise and compression do not.</summary>
    Normal,

    /// <summary>Half the normal change counts as motion.</summary>
    High,
}

/// <summary>Blind-camera detection: times after which a bad picture makes the camera blind; null switches a check off.</summary>
/// <param name="FrozenAfter">Time without any change in the picture.</param>
/// <param name="BlackAfter">Time of darkness, or of a picture without structure.</param>
/// <param name="CorruptAfter">Time of decode errors.</param>
internal sealed record PictureHealthOptions(TimeSpan? FrozenAfter, TimeSpan? BlackAfter, TimeSpan? CorruptAfter);

/// <summary>A source. <see cref="ToString"/> is safe to show; <see cref="Address"/> may contain a password.</summary>
/// <param name="Kind">Stream, file or device.</param>
/// <param name="Address">The URL with its secrets, the full path, or the device's path or index.</param>
/// <param name="Shown">The source as written, before variables are substituted; user, password and query are <c>***</c>.</param>
internal sealed record SourceAddress(SourceKind Kind, string Address, string Shown)
{
    /// <summary>The values in the address that came out of variables or secret files. No text shows them, for every kind.</summary>
    public IReadOnlyList<string> HiddenValues { get; init; } = [];

    /// <summary>The options of a reader for this address. They carry what texts may show.</summary>
    /// <param name="sampleFps">Frames wanted per second.</param>
    public SourceOptions Options(double sampleFps)
    {
        SourceOptions options = new() { Address = Address, Kind = Kind, SampleFps = sampleFps, HiddenValues = HiddenValues };
        return HiddenValues.Count > 0 ? options with { Shown = Shown } : options;
    }

    /// <summary>Hides the secrets of the address in a text.</summary>
    public string Redact(string text) => Options(1).Redact(text);

    /// <summary>Whether each http request gives one picture.</summary>
    public bool IsSnapshot { get; init; }

    /// <summary>The address without secrets.</summary>
    public override string ToString() => Shown;
}

/// <summary>A part of the picture: a polygon in relative coordinates, from (0,0) top left to (1,1) bottom right.</summary>
internal sealed record Zone(string Name, IReadOnlyList<ZonePoint> Points);

/// <summary>A corner of a zone; X and Y in [0, 1].</summary>
internal readonly record struct ZonePoint(double X, double Y);

/// <summary>One alert.</summary>
internal sealed record AlertOptions
{
    /// <summary>The alert's name.</summary>
    public required string Name { get; init; }

    /// <summary>Descriptions of the action; empty if <see cref="Label"/> is set.</summary>
    public required IReadOnlyList<string> Phrases { get; init; }

    /// <summary>Negative phrases: similar actions that must not trigger the alert.</summary>
    public required IReadOnlyList<string> Not { get; init; }

    /// <summary>A supervised class of the model, instead of phrases.</summary>
    public string? Label { get; init; }

    /// <summary>Names of the watched cameras, with patterns resolved.</summary>
    public required IReadOnlyList<string> Cameras { get; init; }

    /// <summary>Names of the watched zones; empty means the whole picture.</summary>
    public required IReadOnlyList<string> Zones { get; init; }

    /// <summary>The schedule; null means always.</summary>
    public ScheduleOptions? Schedule { get; init; }

    /// <summary>An event begins at or above this score, in (0, 1).</summary>
    public required double Enter { get; init; }

    /// <summary>An event ends below this score; at most <see cref="Enter"/>.</summary>
    public required double Exit { get; init; }

    /// <summary>Time that the score must stay above the enter threshold before an event begins.</summary>
    public required TimeSpan BeginAfter { get; init; }

    /// <summary>Time that the score must stay below the exit threshold before an event ends.</summary>
    public required TimeSpan EndAfter { get; init; }

    /// <summary>A shorter dip below the enter threshold does not restart <see cref="BeginAfter"/>.</summary>
    public required TimeSpan MergeGap { get; init; }

    /// <summary>Shortest time from the end of a published event to the next begin.</summary>
    public required TimeSpan Cooldown { get; init; }

    /// <summary>Time between two updates of an event.</summary>
    public required TimeSpan UpdateEvery { get; init; }
}

/// <summary>A weekly schedule of alerts.</summary>
/// <param name="Name">The schedule's name.</param>
/// <param name="Days">Days on which a period starts.</param>
/// <param name="From">Local start.</param>
/// <param name="To">Local end; on the next day if it is at or before <paramref name="From"/>.</param>
/// <param name="TimeZone">The time zone of both.</param>
internal sealed record ScheduleOptions(string Name, IReadOnlySet<DayOfWeek> Days, TimeOnly From, TimeOnly To, TimeZoneInfo TimeZone);
