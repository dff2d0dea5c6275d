// Active times of schedules: days, midnight and clock changes.
using System.Globalization;
using CsCheck;
using StreamActions.Worker.Configuration;

namespace StreamActions.Worker.Tests.Configuration;

public sealed class ScheduleTests
{
    private static readonly TimeZoneInfo Berlin = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");
    private static readonly DayOfWeek[] Workdays =
        [DayOfWeek.Monday, DayOfWeek.Tuesday, DayOfWeek.Wednesday, DayOfWeek.Thursday, DayOfWeek.Friday];

    // 2025-01-31 is a Friday.
    [Theory]
    [InlineData("2025-01-31T17:59:59+01:00", false)]
    [InlineData("2025-01-31T18:00:00+01:00", true)]
    [InlineData("2025-01-31T17:00:00+00:00", true)]
    [InlineData("2025-02-01T05:59:59+01:00", true)]
    [InlineData("2025-02-01T06:00:00+01:00", false)]
    [InlineData("2025-02-01T18:00:00+01:00", false)]
    [InlineData("2025-02-03T05:00:00+01:00", false)]
    public void IsActive_PeriodOverMidnight_BelongsToItsFirstDay(string time, bool expected) =>
        Assert.Equal(expected, Schedule.IsActive(Of(Workdays, "18:00", "06:00", Berlin), At(time)));

    [Theory]
    [InlineData("2025-01-31T08:59:59+01:00", false)]
    [InlineData("2025-01-31T09:00:00+01:00", true)]
    [InlineData("2025-01-31T16:59:59+01:00", true)]
    [InlineData("2025-01-31T17:00:00+01:00", false)]
    [InlineData("2025-02-01T12:00:00+01:00", false)]
    public void IsActive_PeriodWithinDay_ExcludesEnd(string time, bool expected) =>
        Assert.Equal(expected, Schedule.IsActive(Of(Workdays, "09:00", "17:00", Berlin), At(time)));

    // On 2025-03-30 clocks go from 02:00+01:00 to 03:00+02:00; on 2025-10-26 from 03:00+02:00 back to 02:00+01:00. Both are Sundays.
    [Theory]
    [InlineData("02:30", "04:00", "2025-03-30T01:59:59+01:00", false)]
    [InlineData("02:30", "04:00", "2025-03-30T03:00:00+02:00", true)]
    [InlineData("01:00", "02:30", "2025-03-30T01:59:59+01:00", true)]
    [InlineData("01:00", "02:30", "2025-03-30T03:00:00+02:00", false)]
    [InlineData("02:30", "04:00", "2025-10-26T02:30:00+02:00", true)]
    [InlineData("02:30", "04:00", "2025-10-26T02:10:00+01:00", true)]
    [InlineData("01:00", "02:30", "2025-10-26T02:45:00+02:00", true)]
    [InlineData("01:00", "02:30", "2025-10-26T02:29:59+01:00", true)]
    [InlineData("01:00", "02:30", "2025-10-26T02:30:00+01:00", false)]
    public void IsActive_ClockChange_HasNoGapAndNoSecondStart(string from, string to, string time, bool expected) =>
        Assert.Equal(expected, Schedule.IsActive(Of([DayOfWeek.Sunday], from, to, Berlin), At(time)));

    [Fact]
    public void IsActive_EqualTimesEveryDay_IsAlwaysTrue() => Moments.Sample(time =>
        Assert.True(Schedule.IsActive(Of(Enum.GetValues<DayOfWeek>(), "02:30", "02:30", Berlin), time)));

    [Fact]
    public void IsActive_WithoutClockChange_EqualsTimeComparison() =>
        Gen.Select(Moments, Minutes, Minutes, Days).Sample((time, from, to, days) =>
        {
            ScheduleOptions schedule = new("s", days, from, to, TimeZoneInfo.Utc);
            var (day, clock) = (time.DayOfWeek, TimeOnly.FromDateTime(time.DateTime));
            var before = (DayOfWeek)(((int)day + 6) % 7);
            var expected = from < to
                ? days.Contains(day) && clock >= from && clock < to
                : (days.Contains(day) && clock >= from) || (days.Contains(before) && clock < to);

            Assert.Equal(expected, Schedule.IsActive(schedule, time));
        });

    [Fact]
    public void IsActive_SameMomentWithOtherOffset_IsSame() =>
        Gen.Select(Moments, Minutes, Minutes, Days, Gen.Int[-14, 14]).Sample((time, from, to, days, hours) =>
        {
            ScheduleOptions schedule = new("s", days, from, to, Berlin);
            Assert.Equal(Schedule.IsActive(schedule, time), Schedule.IsActive(schedule, time.ToOffset(TimeSpan.FromHours(hours))));
        });

    [Fact]
    public void IsActive_ScheduleAndComplement_OverlapOnlyInAmbiguousHour() =>
        Gen.Select(Moments, Minutes, Minutes).Sample((time, from, to) =>
        {
            if (from == to)
                return;
            var all = Enum.GetValues<DayOfWeek>().ToHashSet();
            var on = Schedule.IsActive(new("on", all, from, to, Berlin), time);
            var off = Schedule.IsActive(new("off", all, to, from, Berlin), time);
            Assert.True(on || off);
            // Both are active only in the ambiguous hour of the clock change.
            if (on && off)
                Assert.True(Berlin.IsAmbiguousTime(time));
        });

    [Fact]
    public void IsActive_ExtremeTimes_DoesNotThrow()
    {
        var schedule = Of(Enum.GetValues<DayOfWeek>(), "00:00", "00:00", Berlin);

        Schedule.IsActive(schedule, DateTimeOffset.MinValue);
        Schedule.IsActive(schedule, DateTimeOffset.MaxValue);
    }

    private static readonly Gen<DateTimeOffset> Moments =
        Gen.Long[0, 2L * 366 * 24 * 3600].Select(seconds => new DateTimeOffset(2024, 1, 1, 0, 0, 0, TimeSpan.Zero).AddSeconds(seconds));

    private static readonly Gen<TimeOnly> Minutes = Gen.Int[0, 1439].Select(minute => TimeOnly.MinValue.AddMinutes(minute));

    private static readonly Gen<HashSet<DayOfWeek>> Days = Gen.Int[1, 127].Select(bits =>
        Enum.GetValues<DayOfWeek>().Where(day => (bits >> (int)day & 1) == 1).ToHashSet());

    private static ScheduleOptions Of(IEnumerable<DayOfWeek> days, string from, string to, TimeZoneInfo zone) =>
        new("s", days.ToHashSet(), Clock(from), Clock(to), zone);

    private static TimeOnly Clock(string text) => TimeOnly.Parse(text, CultureInfo.InvariantCulture);

    private static DateTimeOffset At(string time) => DateTimeOffset.Parse(time, CultureInfo.InvariantCulture);
}
