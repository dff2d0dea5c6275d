// What ffmpeg printed before it gave up, in words for the operator.
namespace StreamActions.Video;

/// <summary>Turns the reader's last words into a <see cref="SourceException"/>. Pure.</summary>
internal static class ReaderFailure
{
    private const string NoHardware = "hardware decoding cannot be had";

    // In order: the first line that matches the first rule wins. The texts are those of FFmpeg 5 to 7.
    private static readonly (string Printed, SourceFailure Failure, string Meaning)[] Rules =
    [
        ("Unrecognized option", SourceFailure.ReaderMissing, "this ffmpeg is too old; 5.1 or newer is needed"),
        ("Cannot load lib", SourceFailure.NoHardware, NoHardware),
        ("Unrecognized hwaccel", SourceFailure.NoHardware, NoHardware),
        ("Device creation failed", SourceFailure.NoHardware, NoHardware),
        ("No device available for decoder", SourceFailure.NoHardware, NoHardware),
        ("401 Unauthorized", SourceFailure.Unauthorized, "user name or password wrong or missing"),
        ("403 Forbidden", SourceFailure.Unauthorized, "the server forbids it to this user"),
        ("404 Not Found", SourceFailure.NotFound, "the server has no such stream"),
        ("Failed to resolve hostname", SourceFailure.Refused, "no such host"),
        ("Connection refused", SourceFailure.Refused, "the server refuses connections"),
        ("No route to host", SourceFailure.Refused, "the server cannot be reached"),
        ("Network is unreachable", SourceFailure.Refused, "the server cannot be reached"),
        ("timed out", SourceFailure.TimedOut, "the server does not answer in time"),
        ("not on whitelist", SourceFailure.Unsupported, "not a kind of source that may be read"),
        ("exceeds specified max pixel count", SourceFailure.Unsupported, "its pictures are larger than allowed"),
        ("matches no streams", SourceFailure.Unsupported, "there is no picture in it"),
        ("does not contain any stream", SourceFailure.Unsupported, "there is no picture in it"),
        ("moov atom not found", SourceFailure.Unsupported, "not a complete recording"),
        ("Invalid data found", SourceFailure.Unsupported, "not a recording or stream that can be decoded"),
        ("Could not find codec parameters", SourceFailure.Unsupported, "no picture in it can be decoded"),
        ("Decoder (codec", SourceFailure.Unsupported, "no decoder for its pictures"),
        ("Decoding requested, but no decoder", SourceFailure.Unsupported, "no decoder for its pictures"),
        ("Protocol not found", SourceFailure.Unsupported, "not a protocol that can be read"),
        ("No such file or directory", SourceFailure.NotFound, "no such file"),
        ("Permission denied", SourceFailure.NotFound, "no permission to read it"),
    ];

    /// <summary>The exception for a reader that ended.</summary>
    /// <param name="shown">The address without secrets.</param>
    /// <param name="kind">What was read.</param>
    /// <param name="framesSeen">Whether it gave any frame before.</param>
    /// <param name="exitCode">The reader's exit code.</param>
    /// <param name="printed">Its last lines, redacted, oldest first.</param>
    public static SourceException Describe(string shown, SourceKind kind, bool framesSeen, int exitCode, IReadOnlyList<string> printed)
    {
        foreach (var (text, failure, meaning) in Rules)
        {
            if (printed.FirstOrDefault(line => line.Contains(text, StringComparison.OrdinalIgnoreCase)) is not { } line)
                continue;
            // Once pictures came, only a time-out is more than "it ended": the other texts are about damaged data.
            if (framesSeen && failure != SourceFailure.TimedOut)
                continue;
            return new SourceException(failure, $"{shown}: {meaning} ({Plain(line)})");
        }
        var last = printed.Count > 0 ? $" ({Plain(printed[^1])})" : "";
        if (framesSeen)
            return new SourceException(SourceFailure.Ended, $"{shown}: {(kind == SourceKind.File ? "the reader broke off" : "the stream ended")}{last}");
        return exitCode == 0
            ? new SourceException(SourceFailure.Unsupported, $"{shown}: there is no picture in it{last}")
            : new SourceException(SourceFailure.Other, $"{shown}: the reader ended with code {exitCode}{last}");
    }

    /// <summary>Without the part of ffmpeg that says it: <c>[tcp @ 0x55d6] </c>, <c>pipe:0: </c>.</summary>
    private static string Plain(string line)
    {
        while (line.StartsWith('[') && line.IndexOf("] ", StringComparison.Ordinal) is > 0 and var end)
            line = line[(end + 2)..];
        return line.StartsWith("pipe:0: ", StringComparison.Ordinal) ? line[8..] : line;
    }
}
