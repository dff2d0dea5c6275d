// Every value that holds when the file does not say it, in one place.
namespace StreamActions.Worker.Configuration;

/// <summary>The built-in values.</summary>
internal static class BuiltIn
{
    /// <summary>The database that keeps events, relative to the folder the program is started in.</summary>
    public const string StorePath = "data/events.db";

    /// <summary>How long delivered events are kept.</summary>
    public static readonly TimeSpan Keep = TimeSpan.FromDays(30);

    /// <summary>The topic of all events.</summary>
    public const string Topic = "streamactions.events";

    /// <summary>A GPU when there is one, else the processor.</summary>
    public const string Device = "auto";

    /// <summary>0: the runtime chooses.</summary>
    public const int Threads = 0;

    /// <summary>Windows in one run: enough to fill a processor, few enough that none waits long.</summary>
    public const int MaxBatch = 8;

    /// <summary>How long a window waits for others: far below the time between two windows of a camera.</summary>
    public static readonly TimeSpan MaxDelay = TimeSpan.FromMilliseconds(30);

    /// <summary>New frames from one window of a camera to the next.</summary>
    public const int Stride = 4;

    /// <summary>A camera that is in the file is opened.</summary>
    public const bool Enabled = true;

    /// <summary>The reader: OpenCV for devices, ffmpeg for all else.</summary>
    public const string Reader = "auto";

    /// <summary>A recording is played once.</summary>
    public const bool Loop = false;

    /// <summary>A recording is played as if it were live.</summary>
    public const string Pace = "realtime";

    /// <summary>RTSP over TCP: no torn pictures.</summary>
    public const string Transport = "tcp";

    /// <summary>The processor decodes.</summary>
    public const string Hardware = "none";

    /// <summary>Still windows cost no inference.</summary>
    public const bool MotionGate = true;

    /// <summary>What counts as motion.</summary>
    public const string MotionSensitivity = "normal";

    /// <summary>How long a picture may stay the same, be black or be damaged: above what key frames, a passing lorry or a reconnect bring about.</summary>
    public static readonly TimeSpan BlindAfter = TimeSpan.FromSeconds(10);

    /// <summary>The score at which an event begins: own phrases outweigh all alternatives.</summary>
    public const double Enter = 0.6;

    /// <summary>The exit score as a share of the enter score.</summary>
    public const double ExitShare = 0.8;

    /// <summary>How long the score must hold.</summary>
    public static readonly TimeSpan BeginAfter = TimeSpan.FromSeconds(1);

    /// <summary>How long it must stay low.</summary>
    public static readonly TimeSpan EndAfter = TimeSpan.FromSeconds(3);

    /// <summary>Dips that do not count.</summary>
    public static readonly TimeSpan MergeGap = TimeSpan.FromSeconds(1);

    /// <summary>Quiet after an event.</summary>
    public static readonly TimeSpan Cooldown = TimeSpan.FromSeconds(10);

    /// <summary>From one update of a lasting event to the next.</summary>
    public static readonly TimeSpan UpdateEvery = TimeSpan.FromSeconds(10);
}
