// Formats an event as one line for the console.
using System.Globalization;

namespace StreamActions.Worker.Events;

/// <summary>Formats events for the console.</summary>
internal static class EventLine
{
    /// <summary>
    /// Such as <c>begin fight dock-east 0.83 "two people fighting" over "people hugging" 0.11, window 12:00:01.250–12:00:03.000</c>.
    /// </summary>
    public static string Of(ActionEvent e)
    {
        var place = e.Zone is null ? e.Camera : $"{e.Camera}/{e.Zone}";
        var over = e.RunnerUp is { } runnerUp ? Text($" over \"{runnerUp.Phrase}\" {runnerUp.Score:f2}") : "";
        var lasted = e.EndedAt is { } ended ? Text($", lasted {(ended - e.BeganAt).TotalSeconds:f1} s, peak {e.PeakScore:f2}") : "";
        // UTC, like the time of the log line: a recording's own start may have another offset.
        var window = Text($"window {e.Window.From.UtcDateTime:HH:mm:ss.fff}–{e.Window.To.UtcDateTime:HH:mm:ss.fff}");
        var phase = e.Phase.ToString().ToLowerInvariant();
        return Text($"{phase,-6} {e.Alert,-14} {place,-14} {e.Score:f2} \"{e.Phrase}\"{over}, {window}{lasted}");
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
