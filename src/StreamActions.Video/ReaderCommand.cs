// The ffmpeg command for a source: decoding, sampling, scaling, and what ffmpeg may open.
using System.Globalization;

namespace StreamActions.Video;

/// <summary>The arguments of an <c>ffmpeg</c> child and the script for its standard input. Pure.</summary>
/// <remarks>
/// <para>
/// The URL of a stream goes to standard input as an ffconcat script, because every user of the machine can see arguments.
/// </para>
/// <para>
/// Frames are RGBA pictures of one fixed size, MaxWidth × MaxHeight, with the picture in the top left corner and the rest transparent. The
/// alpha channel marks the size of each picture, so that a camera may change its resolution. (ffmpeg's picture encoders would silently
/// scale all later pictures to the size of the first.)
/// </para>
/// </remarks>
internal sealed record ReaderCommand(IReadOnlyList<string> Arguments, string? Script)
{
    /// <summary>Requests of one reader of a snapshot camera. The next reader continues.</summary>
    internal const int SnapshotsOfAReader = 5000;

    // In one session: ffmpeg asks for UDP when the camera refuses TCP.
    private const string BothTransports = "option rtsp_transport udp+tcp\noption rtsp_flags prefer_tcp";

    /// <summary>The command for a stream, or for one recording.</summary>
    /// <param name="options">The options.</param>
    /// <param name="recording">A file of the folder in the options; null when the options name the file.</param>
    public static ReaderCommand For(SourceOptions options, string? recording = null)
    {
        // Level info prints the duration of a file (in a folder, the next file begins then) and the time of each frame of a stream.
        var level = recording is null && options.Kind != SourceKind.Stream ? "level+warning" : "level+info";
        List<string> arguments = ["-hide_banner", "-nostdin", "-nostats", "-loglevel", level, "-filter_threads", "1"];
        string? script = null;
        if (options.Hardware != "none" && !options.Findings.WithoutHardware)
            arguments.AddRange(["-hwaccel", options.Hardware]);
        arguments.AddRange(["-threads", "1", "-max_pixels", options.MaxPixels.ToString(CultureInfo.InvariantCulture)]);
        if (options.Kind == SourceKind.Stream)
        {
            script = ConcatScript(options);
            arguments.AddRange(Given(options, option => ReaderInputOptions.IsForDecoder(option)));
            // Segments arrive as a whole. -re reads them at the pace of the stream's clock instead of in bursts.
            if (options.Findings.Segmented || options.SnapshotEvery is not null)
                arguments.Add("-re");
            arguments.AddRange(["-protocol_whitelist", "pipe," + Protocols(options.Address), "-f", "concat", "-safe", "0", "-i", "pipe:0"]);
        }
        else
        {
            var formats = RecordingFiles.Formats + (options.AllowPlaylists ? ",hls,applehttp" : "");
            arguments.AddRange(["-protocol_whitelist", "file", "-format_whitelist", formats]);
            arguments.AddRange(Given(options, _ => true));
            if (options.From > TimeSpan.Zero)
                arguments.AddRange(["-ss", Seconds(options.From)]);
            if (options.Length is { } length)
                arguments.AddRange(["-t", Seconds(length)]);
            arguments.AddRange(["-i", "file:" + Path.GetFullPath(recording ?? options.Address)]);
        }
        arguments.AddRange(["-map", "0:v:0", "-an", "-sn", "-dn", "-vf", $"{Sample(options)},{Fit(options)}", "-fps_mode", "passthrough"]);
        arguments.AddRange(["-threads", "1", "-pix_fmt", "rgba", "-f", "rawvideo", "pipe:1"]);
        return new ReaderCommand(arguments, script);
    }

    private static string Seconds(TimeSpan time) => time.TotalSeconds.ToString("0.######", CultureInfo.InvariantCulture);

    private static string ConcatScript(SourceOptions options)
    {
        if (options.SnapshotEvery is not { } every)
            return "ffconcat version 1.0\n" + Entry(options);
        // A list of the same address, each entry a request. -re makes a request when it is due.
        var entry = Entry(options) + string.Create(CultureInfo.InvariantCulture, $"duration {every.TotalSeconds:0.######}\n");
        return "ffconcat version 1.0\n" + string.Concat(Enumerable.Repeat(entry, SnapshotsOfAReader));
    }

    private static string Entry(SourceOptions options)
    {
        var lines = new List<string> { $"file {Quoted(options.Address)}" };
        // This process kills the reader at the deadlines. The reader's own time-out is longer, for the case that this process cannot.
        var timeout = (long)(options.Deadlines.Start + options.Deadlines.Steady).TotalMicroseconds;
        lines.Add(string.Create(CultureInfo.InvariantCulture, $"option timeout {timeout}"));
        if (IsRtsp(options.Address))
            lines.Add(options.Transport == "auto" ? BothTransports : $"option rtsp_transport {options.Transport}");
        // Without this, ffmpeg reads two seconds of pictures to estimate a frame rate that we do not use.
        lines.Add("option fpsprobesize 0");
        lines.AddRange(options.InputOptions.Where(option => !ReaderInputOptions.IsForDecoder(option.Key))
            .Select(option => $"option {option.Key} {Quoted(option.Value)}"));
        return string.Join('\n', lines) + "\n";
    }

    private static string Quoted(string text) => $"'{text.Replace("'", @"'\''", StringComparison.Ordinal)}'";

    private static IEnumerable<string> Given(SourceOptions options, Func<string, bool> which) =>
        options.InputOptions.Where(option => which(option.Key)).SelectMany(option => new[] { "-" + option.Key, option.Value });

    private static string Protocols(string url) => Scheme(url) switch
    {
        "rtsp" => "rtsp,rtp,udp,tcp",
        "rtsps" => "rtsp,rtsps,rtp,srtp,udp,tcp,tls",
        "http" or "https" => "http,https,httpproxy,tcp,tls,crypto",
        var other => throw new ArgumentException($"'{other}' is not a stream protocol; use rtsp, rtsps, http or https"),
    };

    private static bool IsRtsp(string url) => Scheme(url) is "rtsp" or "rtsps";

    private static string Scheme(string url)
    {
        var end = url.IndexOf("://", StringComparison.Ordinal);
        return end < 0 ? "" : url[..end].ToLowerInvariant();
    }

    /// <summary>Recording: frames at exact intervals, each the picture on display at its time (round=up).</summary>
    private static string Sample(SourceOptions options) => options.Kind == SourceKind.File
        ? $"fps=fps={options.SampleFps.ToString("R", CultureInfo.InvariantCulture)}:round=up"
        : SampleFilter.For(options.SampleFps, options.Findings.ClockIsWrong);

    private static string Fit(SourceOptions options)
    {
        var (width, height) = (options.MaxWidth, options.MaxHeight);
        var ratio = $"min(1,min({width}/iw,{height}/ih))";
        // Even sizes, rounded down (0.25 absorbs rounding errors of the ratio). rgb24 removes the alpha of a transparent source, which
        // would otherwise look smaller.
        return $"scale=w='max(2,trunc(iw*{ratio}/2+0.25)*2)':h='max(2,trunc(ih*{ratio}/2+0.25)*2)':flags=area,format=rgb24,format=rgba,"
            + $"pad=w={width}:h={height}:x=0:y=0:color=black@0";
    }
}
