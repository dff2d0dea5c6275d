// What to read and how: the same options for every source, checked when a source is made.
using System.Collections.ObjectModel;

namespace StreamActions.Video;

/// <summary>The kinds of places that pictures come from.</summary>
public enum SourceKind
{
    /// <summary>A live stream: rtsp, rtsps, http or https.</summary>
    Stream,

    /// <summary>A recording, or a folder of recordings that are read by name, one after the other, as one.</summary>
    File,

    /// <summary>A capture device.</summary>
    Device,
}

/// <summary>How fast a recording is read.</summary>
public enum RecordingPace
{
    /// <summary>As fast as it was recorded.</summary>
    Realtime,

    /// <summary>As fast as the reader of the frames takes them: none is dropped.</summary>
    Fast,
}

/// <summary>What to read and how. Not safe to print: <see cref="Address"/> may hold a password; <see cref="ToString"/> is safe.</summary>
public sealed record SourceOptions
{
    /// <summary>The URL with its secrets, the path of the recording, or the device's index or path.</summary>
    public required string Address { get; init; }

    /// <summary>The kinds of hardware decoding.</summary>
    public static IReadOnlyList<string> HardwareKinds { get; } = ["none", "vaapi", "cuda", "drm"];

    /// <summary>What the address names.</summary>
    public required SourceKind Kind { get; init; }

    /// <summary>Frames wanted per second of camera time, in (0, 120].</summary>
    public required double SampleFps { get; init; }

    /// <summary>Frames are shrunk to fit this width in pixels (aspect kept, never enlarged); even, at least 16.</summary>
    public int MaxWidth { get; init; } = 640;

    /// <summary>Frames are shrunk to fit this height in pixels (aspect kept, never enlarged); even, at least 16.</summary>
    public int MaxHeight { get; init; } = 360;

    /// <summary>Pictures with more pixels than this are refused before they are decoded.</summary>
    public long MaxPixels { get; init; } = 4096 * 4096;

    /// <summary>RTSP over <c>tcp</c> or <c>udp</c>.</summary>
    public string Transport { get; init; } = "tcp";

    /// <summary>Hardware that decodes: <c>none</c>, <c>vaapi</c>, <c>cuda</c> or <c>drm</c>. Where it cannot be had, the processor decodes.</summary>
    public string Hardware { get; init; } = "none";

    /// <summary>Further input options of the reader: see <see cref="ReaderInputOptions"/>.</summary>
    public IReadOnlyDictionary<string, string> InputOptions { get; init; } = ReadOnlyDictionary<string, string>.Empty;

    /// <summary>
    /// Called on the reading thread when something fails without ending the source: hardware decoding is not available, or a file of a folder cannot
    /// be read. The message is one line and holds no secret.
    /// </summary>
    public Action<SourceFailure, string>? OnDegraded { get; init; }

    /// <summary>Whether a recording starts again at its end; its time goes on.</summary>
    public bool Loop { get; init; }

    /// <summary>Where in a recording reading begins.</summary>
    public TimeSpan From { get; init; }

    /// <summary>How much of a recording is read; null reads to its end.</summary>
    public TimeSpan? Length { get; init; }

    /// <summary>How fast a recording is read.</summary>
    public RecordingPace Pace { get; init; } = RecordingPace.Realtime;

    /// <summary>Time of a recording's first frame; null takes the (first) file's last write time, in whole seconds.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>Whether a recording may be a playlist (m3u8), which names other files to read.</summary>
    public bool AllowPlaylists { get; init; }

    /// <summary>How long the reader waits for frames; <see cref="ReaderDeadlines.For"/> of the kind and the sample rate unless set.</summary>
    public ReaderDeadlines Deadlines
    {
        get => field ?? ReaderDeadlines.For(Kind, SampleFps);
        init;
    }

    /// <summary>The <c>ffmpeg</c> program: a name looked for in PATH, or a path.</summary>
    public string Reader { get; init; } = "ffmpeg";

    /// <summary>The address without user, password and query: safe to show.</summary>
    public string Shown => AddressRedactor.Show(Address, Kind);

    /// <summary>Camera time of frame number <paramref name="index"/>, counted from the first.</summary>
    internal TimeSpan TimeOf(long index) => TimeSpan.FromTicks((long)Math.Round(index * (TimeSpan.TicksPerSecond / SampleFps)));

    /// <summary>The time of the first frame that is read of a recording.</summary>
    internal DateTimeOffset RecordingStart()
    {
        if (StartedAt is { } started)
            return started + From;
        var written = File.GetLastWriteTimeUtc(RecordingFiles.Of(Address).FirstOrDefault(Address));
        return new DateTimeOffset(written.Ticks - written.Ticks % TimeSpan.TicksPerSecond, TimeSpan.Zero) + From;
    }

    /// <summary>Checks the values; the message names the option.</summary>
    /// <exception cref="ArgumentException">A value is out of its bounds.</exception>
    internal void Check()
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(Address);
        if (Address.AsSpan().ContainsAny('\n', '\r', '\0'))
            throw new ArgumentException("Address: a line break in it");
        if (!(SampleFps > 0 && SampleFps <= 120))
            throw new ArgumentException($"SampleFps {SampleFps}: above 0, at most 120");
        if (MaxWidth < 16 || MaxHeight < 16 || MaxWidth % 2 != 0 || MaxHeight % 2 != 0)
            throw new ArgumentException($"MaxWidth {MaxWidth}, MaxHeight {MaxHeight}: even, at least 16");
        if (Transport is not ("tcp" or "udp"))
            throw new ArgumentException($"Transport {Transport}: tcp or udp");
        if (!HardwareKinds.Contains(Hardware))
            throw new ArgumentException($"Hardware {Hardware}: one of {string.Join(", ", HardwareKinds)}");
        foreach (var (name, value) in InputOptions)
        {
            if (!ReaderInputOptions.Names.Contains(name) || ReaderInputOptions.Problem(name, value) is not null)
                throw new ArgumentException($"InputOptions {name}: not allowed, or not with this value");
        }
        if (From < TimeSpan.Zero || Length <= TimeSpan.Zero)
            throw new ArgumentException($"From {From}, Length {Length}: not before the start, and more than nothing");
        if ((From > TimeSpan.Zero || Length is not null) && (Kind != SourceKind.File || Directory.Exists(Address)))
            throw new ArgumentException("From, Length: only of one recording a part can be read");
        if (Loop && Kind != SourceKind.File)
            throw new ArgumentException("Loop: only a recording can start again");
    }

    /// <summary>The address without secrets.</summary>
    public override string ToString() => Shown;
}
