// The options of every source; the source checks them when it is created.
using System.Collections.ObjectModel;

namespace StreamActions.Video;

/// <summary>The kinds of sources.</summary>
public enum SourceKind
{
    /// <summary>A live stream: rtsp, rtsps, http or https.</summary>
    Stream,

    /// <summary>A recording, or a folder of recordings that are read in order of their names as one.</summary>
    File,

    /// <summary>A capture device.</summary>
    Device,
}

/// <summary>How fast a recording is read.</summary>
public enum RecordingPace
{
    /// <summary>At the speed of the recording.</summary>
    Realtime,

    /// <summary>As fast as the consumer takes the frames; no frame is dropped.</summary>
    Fast,
}

/// <summary>The options of a source. Do not log <see cref="Address"/>, which may hold a password; <see cref="ToString"/> is safe.</summary>
public sealed record SourceOptions
{
    /// <summary>The URL with its secrets, the path of the recording, or the device's index or path.</summary>
    public required string Address { get; init; }

    /// <summary>The kinds of hardware decoding.</summary>
    public static IReadOnlyList<string> HardwareKinds { get; } = ["none", "vaapi", "cuda", "drm"];

    /// <summary>The kind of source.</summary>
    public required SourceKind Kind { get; init; }

    /// <summary>Frames wanted per second of camera time, in (0, 120].</summary>
    public required double SampleFps { get; init; }

    /// <summary>Frames are shrunk to fit this width in pixels (aspect kept, never enlarged); even, at least 16.</summary>
    public int MaxWidth { get; init; } = 640;

    /// <summary>Frames are shrunk to fit this height in pixels (aspect kept, never enlarged); even, at least 16.</summary>
    public int MaxHeight { get; init; } = 360;

    /// <summary>A picture with more pixels is refused before it is decoded.</summary>
    public long MaxPixels { get; init; } = 4096 * 4096;

    /// <summary>RTSP over <c>tcp</c> or <c>udp</c>; <c>auto</c> tries TCP, then UDP where the camera refuses TCP.</summary>
    public string Transport { get; init; } = "auto";

    /// <summary>
    /// Hardware decoding: <c>none</c>, <c>vaapi</c>, <c>cuda</c> or <c>drm</c>. When it is not available, the CPU decodes.
    /// </summary>
    public string Hardware { get; init; } = "none";

    /// <summary>Other input options of the reader: see <see cref="ReaderInputOptions"/>.</summary>
    public IReadOnlyDictionary<string, string> InputOptions { get; init; } = ReadOnlyDictionary<string, string>.Empty;

    /// <summary>
    /// Called on the reading thread when something fails without ending the source: hardware decoding is not available, the stream's clock
    /// is wrong, or a file of a folder cannot be read. The message is one line and holds no secret.
    /// </summary>
    public Action<SourceFailure, string>? OnDegraded { get; init; }

    /// <summary>
    /// For a snapshot camera, an http address that gives one picture per request: time between two requests. Null for a stream.
    /// </summary>
    public TimeSpan? SnapshotEvery { get; init; }

    /// <summary>What earlier readers of this source have found out. The reader adds to it.</summary>
    public SourceFindings Findings { get; init; } = new();

    /// <summary>Whether a recording restarts at its end. Its time continues.</summary>
    public bool Loop { get; init; }

    /// <summary>Start of the part of a recording to read.</summary>
    public TimeSpan From { get; init; }

    /// <summary>Length of the part; null reads to the end.</summary>
    public TimeSpan? Length { get; init; }

    /// <summary>How fast a recording is read.</summary>
    public RecordingPace Pace { get; init; } = RecordingPace.Realtime;

    /// <summary>Time of a recording's first frame; null takes the last write time of the (first) file, in whole seconds.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>Whether a recording may be a playlist (m3u8), which opens other files.</summary>
    public bool AllowPlaylists { get; init; }

    /// <summary>
    /// How long the reader waits for frames; the default depends on kind and sample rate (<see cref="ReaderDeadlines.For"/>).
    /// </summary>
    public ReaderDeadlines Deadlines
    {
        get => field ?? ReaderDeadlines.For(Kind, SampleFps);
        init;
    }

    /// <summary>The <c>ffmpeg</c> program: a path, or a name in PATH.</summary>
    public string Reader { get; init; } = "ffmpeg";

    /// <summary>The address as texts show it; by default without user, password and query.</summary>
    public string Shown
    {
        get => field ?? AddressRedactor.Show(Address, Kind);
        init;
    }

    /// <summary>Values in the address that came out of variables or secret files. No text shows them, for every kind.</summary>
    public IReadOnlyCollection<string> HiddenValues { get; init; } = [];

    /// <summary>Hides the secrets of the address in a text.</summary>
    public string Redact(string text) => Redactor().Redact(text);

    /// <summary>Hides the secrets of the address in many texts.</summary>
    internal AddressRedactor Redactor() => new(Address, Kind, Shown, HiddenValues);

    /// <summary>Camera time from the first frame to frame <paramref name="index"/>.</summary>
    internal TimeSpan TimeOf(long index) => TimeSpan.FromTicks((long)Math.Round(index * (TimeSpan.TicksPerSecond / SampleFps)));

    /// <summary>Time of the first frame that is read from a recording.</summary>
    internal DateTimeOffset RecordingStart()
    {
        if (StartedAt is { } started)
            return started + From;
        var written = File.GetLastWriteTimeUtc(RecordingFiles.Of(Address).FirstOrDefault(Address));
        return new DateTimeOffset(written.Ticks - written.Ticks % TimeSpan.TicksPerSecond, TimeSpan.Zero) + From;
    }

    /// <summary>Checks the values; the message names the option.</summary>
    /// <exception cref="ArgumentException">A value is out of bounds.</exception>
    internal void Check()
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(Address);
        if (Address.AsSpan().ContainsAny('\n', '\r', '\0'))
            throw new ArgumentException("Address: contains a line break");
        if (!(SampleFps > 0 && SampleFps <= 120))
            throw new ArgumentException($"SampleFps {SampleFps}: must be above 0 and at most 120");
        if (MaxWidth < 16 || MaxHeight < 16 || MaxWidth % 2 != 0 || MaxHeight % 2 != 0)
            throw new ArgumentException($"MaxWidth {MaxWidth}, MaxHeight {MaxHeight}: must be even and at least 16");
        if (Transport is not ("auto" or "tcp" or "udp"))
            throw new ArgumentException($"Transport {Transport}: must be auto, tcp or udp");
        if (!HardwareKinds.Contains(Hardware))
            throw new ArgumentException($"Hardware {Hardware}: must be one of {string.Join(", ", HardwareKinds)}");
        foreach (var (name, value) in InputOptions)
        {
            if (!ReaderInputOptions.Names.Contains(name) || ReaderInputOptions.Problem(name, value) is not null)
                throw new ArgumentException($"InputOptions {name}: this option or its value is not allowed");
        }
        if (From < TimeSpan.Zero || Length <= TimeSpan.Zero)
            throw new ArgumentException($"From {From}, Length {Length}: From must not be negative, Length must be above 0");
        if ((From > TimeSpan.Zero || Length is not null) && (Kind != SourceKind.File || Directory.Exists(Address)))
            throw new ArgumentException("From, Length: allowed only for a single recording");
        if (SnapshotEvery is { } every && (every <= TimeSpan.Zero || !Address.StartsWith("http", StringComparison.OrdinalIgnoreCase)))
            throw new ArgumentException($"SnapshotEvery {every}: must be above 0, and the address must be http or https");
        if (Loop && Kind != SourceKind.File)
            throw new ArgumentException("Loop: allowed only for a recording");
    }

    /// <summary>The address without secrets.</summary>
    public override string ToString() => Shown;
}
