// Durations, days, name patterns and suggestions.
using CsCheck;
using StreamActions.Worker.Configuration;
using static StreamActions.Worker.Tests.Configuration.ConfigurationText;

namespace StreamActions.Worker.Tests.Configuration;

public sealed class ValueTests
{
    [Theory]
    [InlineData("250ms", 250)]
    [InlineData("1s", 1000)]
    [InlineData("1.5s", 1500)]
    [InlineData("5m", 300_000)]
    [InlineData("2h", 7_200_000)]
    [InlineData("30d", 2_592_000_000)]
    [InlineData("0s", 0)]
    public void Parse_Duration_ReturnsIt(string text, long milliseconds) =>
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), Durations.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("1")]
    [InlineData("s")]
    [InlineData("-1s")]
    [InlineData("1S")]
    [InlineData("1 s")]
    [InlineData("1s\n")]
    [InlineData(".5s")]
    [InlineData("1e3s")]
    [InlineData("1m30s")]
    [InlineData("10001d")]
    [InlineData("999999999999d")]
    public void Parse_InvalidDuration_ReturnsNull(string text) => Assert.Null(Durations.Parse(text));

    [Fact]
    public void Format_Duration_ParsesBack() => Gen.Long[0, 10_000L * 24 * 3600 * 1000]
        .Select(ms => TimeSpan.FromTicks(ms * TimeSpan.TicksPerMillisecond))
        .Sample(duration => Assert.Equal(duration, Durations.Parse(Durations.Format(duration))));

    [Theory]
    [InlineData("[mon-fri]", "Monday,Tuesday,Wednesday,Thursday,Friday")]
    [InlineData("[sat-mon, Wed]", "Sunday,Monday,Wednesday,Saturday")]
    [InlineData("[sun]", "Sunday")]
    public void Read_DayRange_MayIncludeWeekend(string days, string expected)
    {
        var schedule = Good(Minimal + $"schedules: {{ s: {{ days: {days}, from: 18:00, to: \"06:00\", timezone: UTC }} }}").Schedules["s"];

        Assert.Equal(expected, string.Join(',', schedule.Days.Order()));
        Assert.Equal((new TimeOnly(18, 0), new TimeOnly(6, 0)), (schedule.From, schedule.To));
    }

    [Theory]
    [InlineData("dock-*", "dock-east", true)]
    [InlineData("dock-*", "a-dock-east", false)]
    [InlineData("*", "anything", true)]
    [InlineData("dock.?", "dock.1", true)]
    [InlineData("dock.?", "dockx1", false)]
    public void Matches_Pattern_ComparesWholeName(string pattern, string name, bool expected) =>
        Assert.Equal(expected, NameGlob.Matches(pattern, [name]).Count == 1);

    [Theory]
    [InlineData("treshold", "did you mean 'threshold'?")]
    [InlineData("beginAfter", "did you mean 'begin-after'?")]
    [InlineData("cameras", "choose one of begin-after, threshold")]
    public void For_Word_SuggestsNearestOrListsAll(string word, string expected) =>
        Assert.Equal(expected, Suggestion.For(word, ["threshold", "begin-after"]));

    [Fact]
    public void Distance_RandomWords_IsSymmetricAndZeroForEqualWords()
    {
        var word = Gen.String[Gen.Char['a', 'd'], 0, 8];
        Gen.Select(word, word).Sample((a, b) =>
        {
            Assert.Equal(Suggestion.Distance(a, b), Suggestion.Distance(b, a));
            Assert.Equal(a == b, Suggestion.Distance(a, b) == 0);
        });
    }

    /// <summary>A live reload may read a half-written file.</summary>
    [Fact]
    public void Read_FileCutOffAnywhere_NeverThrows()
    {
        for (var length = 0; length < Minimal.Length; length++)
        {
            var outcome = Read(Minimal[..length]);
            Assert.Equal(outcome.Problems.Count > 0, outcome.File is null);
        }
    }
}
