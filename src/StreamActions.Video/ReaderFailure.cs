// Translates the messages of a failed ffmpeg for the operator.
namespace StreamActions.Video;

/// <summary>Turns the last lines of the reader into a <see cref="SourceException"/>. Pure.</summary>
internal static class ReaderFailure
{
    private const int LongestShown = 400;
    private const string NoHardware = "hardware decoding is not available";

    // The first rule with a matching line applies. The texts are those of FFmpeg 5 to 7.
    private static readonly (string Printed, SourceFailure Failure, string Meaning)[] Rules =
    [
        ("Unrecognized option", SourceFailure.ReaderMissing, "this ffmpeg is too old; 5.1 or newer is needed"),
        ("Cannot load lib", SourceFailure.NoHardware, NoHardware),
        ("Unrecognized hwaccel", SourceFailure.NoHardware, NoHardware),
        ("Device creation failed", SourceFailure.NoHardware, NoHardware),
        ("No device available for decoder", SourceFailure.NoHardware, NoHardware),
        ("401 Unauthorized", SourceFailure.Unauthorized, "the user name or password is wrong or missing"),
        ("403 Forbidden", SourceFailure.Unauthorized, "the server denies access to this user"),
        ("404 Not Found", SourceFailure.NotFound, "the server has no such stream"),
        ("Failed to resolve hostname", SourceFailure.Refused, "no such host"),
        ("Connection refused", SourceFailure.Refused, "the server refuses connections"),
        ("No route to host", SourceFailure.Refused, "the server cannot be reached"),
        ("Network is unreachable", SourceFailure.Refused, "the server cannot be reached"),
        ("timed out", SourceFailure.TimedOut, "the server did not answer in time"),
        ("not on whitelist", SourceFailure.Unsupported, "this kind of source is not allowed"),
        ("exceeds specified max pixel count", SourceFailure.Unsupported, "its pictures are larger than allowed"),
        ("matches no streams", SourceFailure.Unsupported, "it contains no pictures"),
        ("does not contain any stream", SourceFailure.Unsupported, "it contains no pictures"),
        ("moov atom not found", SourceFailure.Unsupported, "the recording is incomplete"),
        ("Invalid data found", SourceFailure.Unsupported, "this recording or stream cannot be decoded"),
        ("Could not find codec parameters", SourceFailure.Unsupported, "none of its pictures can be decoded"),
        ("Decoder (codec", SourceFailure.Unsupported, "no decoder for its pictures"),
        ("Decoding requested, but no decoder", SourceFailure.Unsupported, "no decoder for its pictures"),
        ("Protocol not found", SourceFailure.Unsupported, "this protocol is not supported"),
        ("No such file or directory", SourceFailure.NotFound, "no such file"),
        ("Permission denied", SourceFailure.NotFound, "no permission to read it"),
    ];

    /// <summary>The exception for a reader that ended.</summary>
    /// <param name="shown">The address without secrets.</param>
    /// <param name="kind">The kind of source.</param>
    /// <param name="framesSeen">Whether the reader sent a frame before.</param>
    /// <param name="exitCode">The reader's exit code.</param>
    /// <param name="printed">Its last lines as printed, oldest first. They are recognised first, then shown without secrets.</param>
    /// <param name="redactor">Hides secrets in the lines; null when they have none.</param>
    public static SourceException Describe(
        string shown, SourceKind kind, bool framesSeen, int exitCode, IReadOnlyList<string> printed, AddressRedactor? redactor = null)
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
            return new SourceException(failure, $"{shown}: {meaning} ({Plain(redactor?.RedactAround(printed[at], text) ?? printed[at])})");
        }
        var last = printed.Count > 0 ? $" ({Plain(redactor?.Redact(printed[^1]) ?? printed[^1])})" : "";
        if (framesSeen)
        {
            var what = kind == SourceKind.File ? "the reader stopped early" : "the stream ended";
            return new SourceException(SourceFailure.Ended, $"{shown}: {what}{last}");
        }
        return exitCode == 0
            ? new SourceException(SourceFailure.Unsupported, $"{shown}: it contains no pictures{last}")
            : new SourceException(SourceFailure.Other, $"{shown}: the reader ended with code {exitCode}{last}");
    }

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
