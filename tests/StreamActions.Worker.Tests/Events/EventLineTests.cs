// An event as a log line.
using StreamActions.Worker.Events;

namespace StreamActions.Worker.Tests.Events;

public sealed class EventLineTests
{
    [Fact]
    public void Of_WindowTimesWithAnOffset_AreWrittenInUtc()
    {
        var offset = TimeSpan.FromHours(5);
        var window = new WindowTimes(SampleEvents.Noon.ToOffset(offset), SampleEvents.Noon.AddSeconds(1.75).ToOffset(offset));

        var line = EventLine.Of(SampleEvents.Begin with { Window = window });

        Assert.Contains(", window 12:00:00.000–12:00:01.750", line, StringComparison.Ordinal);
    }
}
