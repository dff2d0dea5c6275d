// Durations in the file: 250ms, 1s, 1.5s, 5m, 2h, 30d.
using System.Globalization;
using System.Text.RegularExpressions;

namespace StreamActions.Worker.Configuration;

/// <summary>Parses and formats durations.</summary>
internal static partial class Durations
{
    /// <summary>The longest duration: 10,000 days.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromDays(10_000);

    /// <summary>Parses a duration; null if it is invalid, negative, or longer than <see cref="Longest"/>.</summary>
    public static TimeSpan? Parse(string text)
    {
        var match = Pattern().Match(text);
        if (!match.Success)
            return null;
        var number = decimal.Parse(match.Groups["number"].ValueSpan, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture);
        var unit = match.Groups["unit"].Value switch
        {
            "ms" => TimeSpan.TicksPerMillisecond,
            "s" => TimeSpan.TicksPerSecond,
            "m" => TimeSpan.TicksPerMinute,
            "h" => TimeSpan.TicksPerHour,
            _ => TimeSpan.TicksPerDay,
        };
        return number > (decimal)Longest.Ticks / unit ? null : new TimeSpan((long)decimal.Round(number * unit));
    }

    /// <summary>Formats a duration in the largest unit that gives a whole number: <c>1500ms</c>, <c>90s</c>, <c>30d</c>.</summary>
    public static string Format(TimeSpan duration)
    {
        (string Name, long Ticks)[] units =
        [
            ("d", TimeSpan.TicksPerDay), ("h", TimeSpan.TicksPerHour), ("m", TimeSpan.TicksPerMinute), ("s", TimeSpan.TicksPerSecond),
        ];
        foreach (var (name, ticks) in units)
        {
            if (duration.Ticks >= ticks && duration.Ticks % ticks == 0)
                return (duration.Ticks / ticks).ToString(CultureInfo.InvariantCulture) + name;
        }
        return duration == TimeSpan.Zero ? "0s" : duration.TotalMilliseconds.ToString("0.####", CultureInfo.InvariantCulture) + "ms";
    }

    [GeneratedRegex(@"^(?<number>[0-9]{1,12}(\.[0-9]{1,6})?)(?<unit>ms|s|m|h|d)\z")]
    private static partial Regex Pattern();
}
