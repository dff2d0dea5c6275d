// What a recording says of itself, without decoding it: by the ffprobe program.
using System.Globalization;
using System.Text;

namespace StreamActions.Video;

/// <summary>Length and frame rate as its header gives them. A header may be wrong: a recording that was cut off says what it was meant to be.</summary>
/// <param name="Length">How long its pictures run; null when it does not say.</param>
/// <param name="Fps">Frames per second on average; null when it does not say.</param>
public sealed record RecordingFacts(TimeSpan? Length, double? Fps)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>Asks a recording.</summary>
    /// <param name="path">The recording.</param>
    /// <param name="time">Measures how long the answer may take: 20 s.</param>
    /// <exception cref="SourceException">It is no recording, or there is no picture in it; the message names the path.</exception>
    public static RecordingFacts Read(string path, TimeProvider time)
    {
        if (!File.Exists(path))
            throw new SourceException(SourceFailure.NotFound, $"{path}: no such file");
        using var child = ReaderProcess.Start("ffprobe", Command(path), new AddressRedactor(path, SourceKind.File));
        using var silence = new SilenceDeadline(time, child.Kill);
        silence.Arm(Patience);
        using var answer = new StreamReader(child.Output, Encoding.UTF8);
        var printed = answer.ReadToEnd();
        var (exitCode, complaints) = child.WaitForEnd();
        silence.Disarm();
        if (silence.Expired)
            throw new SourceException(SourceFailure.TimedOut, $"{path}: its header could not be read within {Patience.TotalSeconds} s");
        if (exitCode != 0 || !printed.Contains("avg_frame_rate", StringComparison.Ordinal))
            throw ReaderFailure.Describe(path, SourceKind.File, framesSeen: false, exitCode, complaints);
        return Parse(printed);
    }

    /// <summary>Reads the answer, <c>key=value</c> lines: of several lengths, the stream's own comes first.</summary>
    internal static RecordingFacts Parse(string printed)
    {
        TimeSpan? length = null;
        double? fps = null;
        foreach (var (key, value) in printed.Split('\n').Select(line => line.Split('=', 2)).Where(pair => pair.Length == 2).Select(pair => (pair[0], pair[1].Trim())))
        {
            if (key == "avg_frame_rate")
                fps = Positive(Ratio(value));
            else if (key == "duration" && Positive(Number(value)) is { } seconds)
                length ??= TimeSpan.FromSeconds(Math.Min(seconds, TimeSpan.MaxValue.TotalSeconds / 2));
        }
        return new(length, fps);
    }

    private static ReaderCommand Command(string path) => new(
    [
        "-hide_banner", "-loglevel", "error", "-protocol_whitelist", "file", "-format_whitelist", ReaderCommand.RecordingFormats,
        "-select_streams", "v:0", "-show_entries", "stream=avg_frame_rate,duration:format=duration", "-of", "default=noprint_wrappers=1",
        "file:" + Path.GetFullPath(path),
    ], Script: null);

    private static double? Positive(double? value) => value > 0 && double.IsFinite(value.Value) ? value : null;

    private static double? Ratio(string text) =>
        text.Split('/') is [var above, var below] ? Number(above) / Number(below) : Number(text);

    private static double? Number(string text) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null;
}
