// Translates the messages of a failed ffmpeg for the operator.
using System.Text.RegularExpressions;

namespace StreamActions.Video;

/// <summary>Turns the last lines of the reader into a <see cref="SourceException"/>. Pure.</summary>
internal static partial class ReaderFailure
{
    private const int LongestShown = 400;
    private const string NoHardware = "hardware decoding is not available";
    private const string RefusesTransport = "the camera refuses this transport";
    private const string NoVideo = "the server answers, but not with video (a login or web page?): check the path and the password";
    private const string NotDecodable = "this recording or stream cannot be decoded";

    private const string NothingByUdp = "the camera refuses TCP, and nothing arrives over UDP: check the firewall";

    // By the transport in force.
    private static readonly Dictionary<string, string> Refused = new(StringComparer.Ordinal)
    {
        ["tcp"] = "the camera refuses TCP: set transport: udp",
        ["udp"] = "the camera refuses UDP: set transport: tcp",
        ["auto"] = "the camera refuses RTSP over TCP and over UDP: enable one of them in the camera",
    };

    // The first rule with a matching line applies. The texts are those of FFmpeg 5 to 7.
    private static readonly (string Printed, SourceFailure Failure, string Meaning)[] Rules =
    [
        ("Unrecognized option", SourceFailure.ReaderMissing, "this ffmpeg is too old; 5.1 or newer is needed"),
        ("Cannot load lib", SourceFailure.NoHardware, NoHardware),
        ("Unrecognized hwaccel", SourceFailure.NoHardware, NoHardware),
        ("Device creation failed", SourceFailure.NoHardware, NoHardware),
        ("No device available for decoder", SourceFailure.NoHardware, NoHardware),
        ("461 Unsupported Transport", SourceFailure.Unsupported, RefusesTransport),
        ("453 Not Enough Bandwidth", SourceFailure.Refused, "the camera has no bandwidth or viewer left: close other viewers, or use its "
            + "sub stream"),
        ("454 Session Not Found", SourceFailure.Refused, "the camera lost the session: it restarted, or has too many viewers"),
        ("455 Method Not Valid", SourceFailure.Refused, "the camera is busy with another session: close other viewers"),
        ("429 Too Many Requests", SourceFailure.Refused, "the server has too many viewers: close other viewers"),
        ("503 Service Unavailable", SourceFailure.Refused, "the server is starting or has too many viewers"),
        ("504 Gateway", SourceFailure.Refused, "the server cannot reach the camera behind it"),
        ("502 Bad Gateway", SourceFailure.Refused, "the server cannot reach the camera behind it"),
        ("500 Internal Server Error", SourceFailure.Refused, "the server has an internal error: check the path, or restart the camera"),
        ("405 Method Not Allowed", SourceFailure.Unsupported, "the server does not play this address: check the path"),
        ("551 Option not supported", SourceFailure.Unsupported, "the camera does not support an option: remove input options"),
        ("401 Unauthorized", SourceFailure.Unauthorized, "the user name or password is wrong or missing"),
        ("403 Forbidden", SourceFailure.Unauthorized, "the server denies access to this user"),
        ("404 Not Found", SourceFailure.NotFound, "the server has no such stream"),
        ("Failed to resolve hostname", SourceFailure.Refused, "no such host"),
        ("Connection refused", SourceFailure.Refused, "the server refuses connections"),
        ("No route to host", SourceFailure.Refused, "the server cannot be reached"),
        ("Network is unreachable", SourceFailure.Refused, "the server cannot be reached"),
        ("timed out", SourceFailure.TimedOut, "the server did not answer in time"),
        ("not on whitelist", SourceFailure.Unsupported, "this kind of source is not allowed"),
        ("exceeds specified max pixel count", SourceFailure.Unsupported, "its pictures are larger than allowed: raise max-pixels"),
        ("matches no streams", SourceFailure.Unsupported, "it contains no pictures"),
        ("does not contain any stream", SourceFailure.Unsupported, "it contains no pictures"),
        ("moov atom not found", SourceFailure.Unsupported, "the recording is incomplete"),
        ("Server returned 5XX", SourceFailure.Refused, "the server has an internal error: check the path, or restart the camera"),
        ("Server returned 4XX", SourceFailure.Refused, "the server refuses the request: check path, user and number of viewers"),
        ("Invalid data found", SourceFailure.Unsupported, NotDecodable),
        ("Could not find codec parameters", SourceFailure.Unsupported, "none of its pictures can be decoded"),
        ("Decoder (codec", SourceFailure.Unsupported, "no decoder for its pictures"),
        ("Decoding requested, but no decoder", SourceFailure.Unsupported, "no decoder for its pictures"),
        ("Protocol not found", SourceFailure.Unsupported, "this protocol is not supported"),
        ("No such file or directory", SourceFailure.NotFound, "no such file"),
        ("Permission denied", SourceFailure.NotFound, "no permission to read it"),
    ];

    /// <summary>One picture, by a request of http.</summary>
    internal const string OnePicture = "one picture, not a stream: write source: snapshot:URL";

    /// <summary>A recording that an http server gives faster than it plays.</summary>
    internal const string IsRecording = "a recording, not a live stream: save it and write source: file:PATH, with loop: true to repeat it";

    // A live stream that starts with old pictures is read at little more than its own rate.
    private const double RecordingRate = 1.5;

    /// <summary>The exception for an http address whose reader ended well, and that is no stream; null for a stream.</summary>
    /// <param name="options">The source.</param>
    /// <param name="frames">Frames of the reader.</param>
    /// <param name="rate">Stamped time per time of arrival.</param>
    public static SourceException? NoStream(SourceOptions options, long frames, double rate)
    {
        if (options.Kind != SourceKind.Stream || options.SnapshotEvery is not null
            || !options.Address.StartsWith("http", StringComparison.OrdinalIgnoreCase))
            return null;
        var what = frames == 1 ? OnePicture : frames > 1 && rate > RecordingRate ? IsRecording : null;
        return what is null ? null : new(SourceFailure.NoStream, $"{options.Shown}: {what}");
    }

    /// <summary>The exception for a reader that ended.</summary>
    /// <param name="shown">The address without secrets.</param>
    /// <param name="kind">The kind of source.</param>
    /// <param name="framesSeen">Whether the reader sent a frame before.</param>
    /// <param name="exitCode">The reader's exit code.</param>
    /// <param name="printed">Its last lines as printed, oldest first. They are recognised first, then shown without secrets.</param>
    /// <param name="redactor">Hides secrets in the lines; null when they have none.</param>
    /// <param name="transport">The RTSP transport in force.</param>
    public static SourceException Describe(
        string shown,
        SourceKind kind,
        bool framesSeen,
        int exitCode,
        IReadOnlyList<string> printed,
        AddressRedactor? redactor = null,
        string transport = "auto")
    {
        string[] recognised = redactor is null ? [.. printed] : [.. printed.Select(redactor.WithoutAddresses)];
        foreach (var (text, failure, meaning) in Rules)
        {
            var at = Array.FindIndex(recognised, line => line.Contains(text, StringComparison.OrdinalIgnoreCase));
            if (at < 0)
                continue;
            // After the first frame only a time-out is a cause of its own: the other texts report damaged data.
            if (framesSeen && failure != SourceFailure.TimedOut)
                continue;
            var line = text.StartsWith("Server returned", StringComparison.Ordinal) ? Telling(recognised) : at;
            return new SourceException(failure, $"{shown}: {Meaning(meaning, shown, kind, transport, recognised)}"
                + Quoted(redactor?.RedactAround(printed[line], text) ?? printed[line]));
        }
        var telling = Telling(recognised);
        var last = telling < 0 ? "" : Quoted(redactor?.Redact(printed[telling]) ?? printed[telling]);
        if (framesSeen)
        {
            var what = kind == SourceKind.File ? "the reader stopped early" : "the stream ended";
            return new SourceException(SourceFailure.Ended, $"{shown}: {what}{last}");
        }
        return exitCode == 0
            ? new SourceException(SourceFailure.Unsupported, $"{shown}: it contains no pictures{last}")
            : new SourceException(SourceFailure.Other, $"{shown}: the reader ended with code {exitCode}{last}");
    }

    private static string Meaning(
        string meaning, string shown, SourceKind kind, string transport, IReadOnlyList<string> printed) => meaning switch
        {
            RefusesTransport when transport == "auto" && printed.Count(line => line.Contains(" 461 ", StringComparison.Ordinal)) == 1 =>
                NothingByUdp,
            RefusesTransport => Refused[transport],
            NotDecodable when kind == SourceKind.Stream && shown.StartsWith("http", StringComparison.OrdinalIgnoreCase) => NoVideo,
            _ => meaning,
        };

    // ffmpeg's last lines repeat a failure in general words. A refused request names it, and so does an error of a component. -1: no lines.
    private static int Telling(string[] printed)
    {
        var refused = Array.FindLastIndex(printed, RefusedRequest().IsMatch);
        var component = Array.FindLastIndex(printed, line => line.Contains("[error]", StringComparison.Ordinal)
            && !line.Contains("Impossible to open", StringComparison.Ordinal) && !line.Contains("] pipe:0: ", StringComparison.Ordinal));
        return refused >= 0 ? refused : component >= 0 ? component : printed.Length - 1;
    }

    // The line in brackets, without advice about options that the worker does not have; empty when nothing is left.
    private static string Quoted(string line) => Advice().Replace(Plain(line), "").Trim(' ', ',', ';', '.', ':') is { Length: > 0 } plain
        ? $" ({plain})"
        : "";

    [GeneratedRegex(@"method \w+ failed: \d{3}|HTTP error \d{3}")]
    private static partial Regex RefusedRequest();

    [GeneratedRegex(
        @"[,;.(]?\s*\b(see the documentation|see https?:|consider\b|try\b|please\b|use (the )?-|use the option|set the|make sure"
            + @"|if you (wish|want)|add '?-|increase the|you (may|can|should|need)|to (fix|ignore|increase) (this|it)\b).*$",
        RegexOptions.IgnoreCase)]
    private static partial Regex Advice();

    /// <summary>Removes the prefix of the ffmpeg component: <c>[tcp @ 0x55d6] </c>, <c>pipe:0: </c>.</summary>
    private static string Plain(string line)
    {
        if (line.Length > LongestShown)
            line = line[..LongestShown];
        while (line.StartsWith('[') && line.IndexOf("] ", StringComparison.Ordinal) is > 0 and var end)
            line = line[(end + 2)..];
        return line.StartsWith("pipe:0: ", StringComparison.Ordinal) ? line[8..] : line;
    }
}
