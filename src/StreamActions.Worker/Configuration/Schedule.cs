// Whether a schedule watches at a time: pure.
namespace StreamActions.Worker.Configuration;

/// <summary>
/// A period starts on each of the schedule's days at <c>from</c>, local time, and lasts until the next <c>to</c> on that clock, which lies on
/// the next day when <c>to</c> is at or before <c>from</c>. The start is part of it, the end is not; equal times give a full day.
/// When clocks change: a local time that comes twice counts the first time for a start and the second for an end, so that a period
/// does not stop and begin again; one that does not come counts as the moment of the change.
/// </summary>
internal static class Schedule
{
    /// <summary>True when a period of the schedule contains the time.</summary>
    public static bool IsActive(ScheduleOptions schedule, DateTimeOffset time)
    {
        var today = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(time, schedule.TimeZone).DateTime);
        // A full day that starts late on one day, and a change of clocks, reach into the next: two days back is always enough.
        for (var back = 0; back <= 2; back++)
        {
            if (today.DayNumber < back)
                break;
            var day = today.AddDays(-back);
            if (schedule.Days.Contains(day.DayOfWeek) && Contains(schedule, day, time))
                return true;
        }
        return false;
    }

    private static bool Contains(ScheduleOptions schedule, DateOnly day, DateTimeOffset time)
    {
        if (day == DateOnly.MaxValue && schedule.To <= schedule.From)
            return false;
        var start = Instant(day.ToDateTime(schedule.From), schedule.TimeZone, first: true);
        var endDay = schedule.To <= schedule.From ? day.AddDays(1) : day;
        var end = Instant(endDay.ToDateTime(schedule.To), schedule.TimeZone, first: false);
        return time >= start && time < end;
    }

    private static DateTimeOffset Instant(DateTime local, TimeZoneInfo zone, bool first)
    {
        if (zone.IsInvalidTime(local))
            return ChangeBefore(local, zone);
        if (zone.IsAmbiguousTime(local))
        {
            var offsets = zone.GetAmbiguousTimeOffsets(local);
            return At(local, first ? offsets.Max() : offsets.Min());
        }
        return At(local, zone.GetUtcOffset(local));
    }

    /// <summary>The moment at which clocks jumped over a local time: the two offsets around it differ by the jump.</summary>
    private static DateTimeOffset ChangeBefore(DateTime local, TimeZoneInfo zone)
    {
        var (valid, gone) = (local.AddDays(-1), local);
        while (zone.IsInvalidTime(valid))
            valid = valid.AddDays(-1);
        while (gone - valid > TimeSpan.FromTicks(1))
        {
            var middle = valid + TimeSpan.FromTicks((gone - valid).Ticks / 2);
            (valid, gone) = zone.IsInvalidTime(middle) ? (valid, middle) : (middle, gone);
        }
        return At(gone, zone.GetUtcOffset(valid));
    }

    private static DateTimeOffset At(DateTime local, TimeSpan offset) =>
        local.Ticks < offset.Ticks ? DateTimeOffset.MinValue
        : local.Ticks - offset.Ticks > DateTime.MaxValue.Ticks ? DateTimeOffset.MaxValue
        : new DateTimeOffset(local.Ticks - offset.Ticks, TimeSpan.Zero);
}
