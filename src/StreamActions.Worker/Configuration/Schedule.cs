// Decides whether a schedule is active at a time. Pure.
namespace StreamActions.Worker.Configuration;

/// <summary>
/// A period starts on each of the schedule's days at <c>from</c>, local time, and ends at the next <c>to</c>. If <c>to</c> is at or before
/// <c>from</c>, it ends on the next day. The period includes its start but not its end; equal times give a full day.
/// When clocks change, an ambiguous local time means its first occurrence for a start and its second for an end, so that a period has no
/// gap. A skipped local time means the moment of the change.
/// </summary>
internal static class Schedule
{
    /// <summary>True if a period of the schedule contains the time.</summary>
    public static bool IsActive(ScheduleOptions schedule, DateTimeOffset time)
    {
        var today = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(time, schedule.TimeZone).DateTime);
        // A period lasts at most a day plus a change of clocks, so it started at most two days earlier.
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

    /// <summary>The moment at which clocks skipped a local time, found by bisection.</summary>
    private static DateTimeOffset ChangeBefore(DateTime local, TimeZoneInfo zone)
    {
        var (valid, skipped) = (local.AddDays(-1), local);
        while (zone.IsInvalidTime(valid))
            valid = valid.AddDays(-1);
        while (skipped - valid > TimeSpan.FromTicks(1))
        {
            var middle = valid + TimeSpan.FromTicks((skipped - valid).Ticks / 2);
            (valid, skipped) = zone.IsInvalidTime(middle) ? (valid, middle) : (middle, skipped);
        }
        return At(skipped, zone.GetUtcOffset(valid));
    }

    private static DateTimeOffset At(DateTime local, TimeSpan offset) =>
        local.Ticks < offset.Ticks ? DateTimeOffset.MinValue
        : local.Ticks - offset.Ticks > DateTime.MaxValue.Ticks ? DateTimeOffset.MaxValue
        : new DateTimeOffset(local.Ticks - offset.Ticks, TimeSpan.Zero);
}
