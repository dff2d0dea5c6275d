// Length and frame rate from the header of a recording, read by ffprobe without decoding.
using System.Globalization;
using System.Text;

namespace StreamActions.Video;

/// <summary>
/// Length and frame rate in the header of a recording. A header may be wrong: that of a truncated recording has the intended length.
/// </summary>
/// <param name="Length">Length of the video; null when the header has none.</param>
/// <param name="Fps">Average frames per second; null when the header has none.</param>
public sealed record RecordingFacts(TimeSpan? Length, double? Fps)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>Reads the header of a recording.</summary>
    /// <param name="path">The recording.</param>
    /// <param name="time">The clock for the time-out of 20 s.</param>
    /// <exception cref="SourceException">The file is not a recording or contains no pictures. The message names the path.</exception>
    public static RecordingFacts Read(string path, TimeProvider time)
    {
        if (!File.Exists(path))
            throw new SourceException(SourceFailure.NotFound, $"{path}: no such file");
        using var child = ReaderProcess.Start("ffprobe", Command(path));
        using var silence = new SilenceDeadline(time, child.Kill);
        silence.Arm(Patience);
        using var answer = new StreamReader(child.Output, Encoding.UTF8);
        var printed = answer.ReadToEnd();
        var (exitCode, complaints) = child.WaitForEnd();
        silence.Disarm();
        if (silence.Expired)
            throw new SourceException(SourceFailure.TimedOut, $"{path}: reading its header took more than {Patience.TotalSeconds} s");
        if (exitCode != 0 || !printed.Contains("avg_frame_rate", StringComparison.Ordinal))
            throw ReaderFailure.Describe(path, SourceKind.File, framesSeen: false, exitCode, complaints);
        return Parse(printed);
    }

    /// <summary>Parses <c>key=value</c> lines. The length of the stream comes before the length of the file.</summary>
    internal static RecordingFacts Parse(string printed)
    {
        TimeSpan? length = null;
        double? fps = null;
        foreach (var line in printed.Split('\n'))
        {
            if (line.Split('=', 2) is not [var key, var text])
                continue;
            var value = text.Trim();
            if (key == "avg_frame_rate")
                fps = Positive(Ratio(value));
            else if (key == "duration" && Positive(Number(value)) is { } seconds)
                length ??= TimeSpan.FromSeconds(Math.Min(seconds, TimeSpan.MaxValue.TotalSeconds / 2));
        }
        return new(length, fps);
    }

    private static ReaderCommand Command(string path) => new(
    [
        "-hide_banner", "-loglevel", "error", "-protocol_whitelist", "file", "-format_whitelist", RecordingFiles.Formats,
        "-select_streams", "v:0", "-show_entries", "stream=avg_frame_rate,duration:format=duration", "-of", "default=noprint_wrappers=1",
        "file:" + Path.GetFullPath(path),
    ], Script: null);

    private static double? Positive(double? value) => value > 0 && double.IsFinite(value.Value) ? value : null;

    private static double? Ratio(string text) =>
        text.Split('/') is [var above, var below] ? Number(above) / Number(below) : Number(text);

    private static double? Number(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null;
}
