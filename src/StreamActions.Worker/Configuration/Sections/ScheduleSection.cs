// One schedule.
using System.Globalization;

namespace StreamActions.Worker.Configuration;

/// <summary>Reads schedules.</summary>
internal static class ScheduleSection
{
    private static readonly string[] DayNames = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

    /// <summary>Reads a schedule. Without <c>days</c>, a period starts every day.</summary>
    public static ScheduleOptions Read(string name, Section section)
    {
        ScheduleOptions options = new(name, Days(section), Time(section, "from"), Time(section, "to"), Zone(section));
        section.ReportUnknownKeys();
        return options;
    }

    private static HashSet<DayOfWeek> Days(Section section)
    {
        const string Advice = "write a list of days and ranges, such as [mon-fri, sun]";
        HashSet<DayOfWeek> days = [];
        if (section.Find("days") is null)
            section.Explain("days", "every day", null);
        foreach (var text in section.Texts("days", Advice) ?? [new("mon-sun", "mon-sun", section.Place, "")])
        {
            var ends = text.Text.ToLowerInvariant().Split('-', StringSplitOptions.TrimEntries);
            var (first, last) = (Array.IndexOf(DayNames, ends[0]), Array.IndexOf(DayNames, ends[^1]));
            if (ends.Length > 2 || first < 0 || last < 0)
            {
                section.Reading.Problem(text.Place, text.Key, $"'{text.Written}' is not a day or a range of days",
                    $"{Advice}; the days are {string.Join(", ", DayNames)}");
                continue;
            }
            // A range may include the weekend: fri-mon.
            for (var day = first; ; day = (day + 1) % 7)
            {
                days.Add((DayOfWeek)((day + 1) % 7));
                if (day == last)
                    break;
            }
        }
        return days;
    }

    private static TimeOnly Time(Section section, string key)
    {
        if (section.Find(key) is not { } found)
        {
            section.Missing(key, "add a time of day, such as \"18:00\"");
            return default;
        }
        if (section.Scalar(found) is not { } scalar || section.Resolve(scalar, found) is not { } text)
            return default;
        if (TimeOnly.TryParseExact(text, ["HH:mm", "HH:mm:ss"], CultureInfo.InvariantCulture, DateTimeStyles.None, out var time))
        {
            section.Explain(key, scalar.Text, found);
            return time;
        }
        section.Reading.Problem(scalar.Place, found.Key, $"'{scalar.Text}' is not a time of day",
            "use \"00:00\" to \"23:59\", with two digits each and in quotes");
        return default;
    }

    private static TimeZoneInfo Zone(Section section)
    {
        if (section.Find("timezone") is not { } found)
        {
            // Required, because servers often run in UTC: alerts would silently watch at the wrong hours.
            section.Missing("timezone", "add the time zone, such as timezone: Europe/Berlin or UTC");
            return TimeZoneInfo.Utc;
        }
        if (section.Scalar(found) is not { } scalar || section.Resolve(scalar, found) is not { } text)
            return TimeZoneInfo.Utc;
        if (TimeZoneInfo.TryFindSystemTimeZoneById(text, out var zone))
        {
            section.Explain("timezone", SectionValues.Shown(scalar, text), found);
            return zone;
        }
        section.Reading.Problem(scalar.Place, found.Key, $"unknown time zone '{scalar.Text}'",
            "use a name such as Europe/Berlin or UTC; if the system has no time zones, install the package tzdata");
        return TimeZoneInfo.Utc;
    }
}
