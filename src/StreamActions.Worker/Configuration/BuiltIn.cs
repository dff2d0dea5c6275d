// All built-in values. docs/configuration.md lists them; a test compares the two.
using StreamActions.Video;

namespace StreamActions.Worker.Configuration;

/// <summary>The values of keys that the file omits.</summary>
internal static class BuiltIn
{
    /// <summary>The event store, relative to the working directory.</summary>
    public const string StorePath = "data/events.db";

    /// <summary>Retention time of delivered events.</summary>
    public static readonly TimeSpan Keep = TimeSpan.FromDays(30);

    /// <summary>The topic of all events.</summary>
    public const string Topic = "streamactions.events";

    /// <summary>A GPU if available, otherwise the CPU.</summary>
    public const string Device = "auto";

    /// <summary>The fastest number form that the model has for the device.</summary>
    public const string Precision = "auto";

    /// <summary>Exact. Reuse saves inference where little moves, and changes some decisions.</summary>
    public const string Reuse = "off";

    /// <summary>0: on a CPU, the cores divided by the runs at a time.</summary>
    public const int Threads = 0;

    /// <summary>0: on a CPU as many runs at a time as cores, on a GPU one.</summary>
    public const int Parallel = 0;

    /// <summary>Windows or frames per batch on a GPU: enough to fill a large one. Smaller ones get fewer, as measured.</summary>
    public const int MaxBatch = 64;

    /// <summary>Not tried on a GPU yet.</summary>
    public const bool CudaGraphs = false;

    /// <summary>Longest wait of a window for further windows of its batch: far below the time between two windows of a camera.</summary>
    public static readonly TimeSpan MaxDelay = TimeSpan.FromMilliseconds(30);

    /// <summary>Frames between two windows of a camera.</summary>
    public const int Stride = 4;

    /// <summary>An alert that begins later than this after the action helps little.</summary>
    public static readonly TimeSpan MaxLatency = TimeSpan.FromSeconds(2);

    /// <summary>The worker opens all cameras of the file.</summary>
    public const bool Enabled = true;

    /// <summary>OpenCV for devices, ffmpeg for everything else.</summary>
    public const string Reader = "auto";

    /// <summary>Recordings play once.</summary>
    public const bool Loop = false;

    /// <summary>Recordings play at their original speed.</summary>
    public const string Pace = "realtime";

    /// <summary>RTSP over TCP, because lost UDP packets corrupt pictures; over UDP where the camera refuses TCP.</summary>
    public const string Transport = "auto";

    /// <summary>Longest wait for the first frame of a stream that sends data.</summary>
    public static readonly TimeSpan StartTimeout = ReaderDeadlines.DefaultPatience;

    /// <summary>Pixels of the largest picture: 4096 × 4096.</summary>
    public const int MaxPixels = 4096 * 4096;

    /// <summary>The CPU decodes.</summary>
    public const string Hardware = "none";

    /// <summary>Windows without motion skip inference.</summary>
    public const bool MotionGate = true;

    /// <summary>The level between noise and the movement of people.</summary>
    public const string MotionSensitivity = "normal";

    /// <summary>
    /// Time after which a frozen, black or corrupt picture makes a camera blind. Longer than effects of key frames, a passing lorry or a
    /// reconnect.
    /// </summary>
    public static readonly TimeSpan BlindAfter = TimeSpan.FromSeconds(10);

    /// <summary>Enter threshold: the alert's phrases score clearly higher than all alternatives.</summary>
    public const double Enter = 0.6;

    /// <summary>Exit threshold divided by enter threshold.</summary>
    public const double ExitShare = 0.8;

    /// <summary>Time above the enter threshold before an event begins.</summary>
    public static readonly TimeSpan BeginAfter = TimeSpan.FromSeconds(1);

    /// <summary>Time below the exit threshold before an event ends.</summary>
    public static readonly TimeSpan EndAfter = TimeSpan.FromSeconds(3);

    /// <summary>Shorter dips below the enter threshold do not restart <see cref="BeginAfter"/>.</summary>
    public static readonly TimeSpan MergeGap = TimeSpan.FromSeconds(1);

    /// <summary>Shortest time from the end of an event to the next begin.</summary>
    public static readonly TimeSpan Cooldown = TimeSpan.FromSeconds(10);

    /// <summary>Time between two updates of an event.</summary>
    public static readonly TimeSpan UpdateEvery = TimeSpan.FromSeconds(10);
}
