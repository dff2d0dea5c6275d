// Ids depend on what happened only, and never change between versions.
using CsCheck;
using StreamActions.Worker.Alerts;
using StreamActions.Worker.Events;

namespace StreamActions.Worker.Tests.Events;

public sealed class EventIdentityTests
{
    [Fact]
    public void Of_KnownEvents_ReturnsTheseIds()
    {
        // Consumers store ids: another algorithm would break their deduplication.
        Assert.Equal("cacbd859c6460a223de0fb4a525ce7a6", EventIdentity.Of(SampleEvents.Begin));
        Assert.Equal("47c57ddc3639d1ddefdc75720c5d316d", EventIdentity.OfAction(SampleEvents.Begin));
        Assert.Equal("cd8bc8353914ce455f4c8eb7f4c4f432", EventIdentity.Of(SampleEvents.Blind));
    }

    [Fact]
    public void Of_SameActionWithOtherScores_IsSame()
    {
        var again = SampleEvents.Begin with
        {
            Score = 0.5,
            LatencyMs = 7,
            ConfigHash = new string('c', 64),
            Time = SampleEvents.Noon.AddHours(1),
            BeganAt = SampleEvents.Begin.BeganAt.ToOffset(TimeSpan.FromHours(2)),
        };

        Assert.Equal(EventIdentity.Of(SampleEvents.Begin), EventIdentity.Of(again));
    }

    [Fact]
    public void Of_AnyPartDiffers_Differs()
    {
        StreamEvent[] events =
        [
            SampleEvents.Begin,
            SampleEvents.Begin with { Camera = "dock-west" },
            SampleEvents.Begin with { Alert = "fall" },
            SampleEvents.Begin with { Zone = null },
            SampleEvents.Begin with { BeganAt = SampleEvents.Noon.AddTicks(1) },
            SampleEvents.Begin with { Phase = ActionPhase.Update },
            SampleEvents.Begin with { Sequence = 1 },
            SampleEvents.Blind,
            SampleEvents.Blind with { Camera = "dock-west" },
            SampleEvents.Blind with { Blind = false },
            SampleEvents.Blind with { Reason = "frozen" },
            SampleEvents.Blind with { Time = SampleEvents.Noon.AddTicks(1) },
        ];

        Assert.Equal(events.Length, events.Select(EventIdentity.Of).Distinct().Count());
    }

    [Fact]
    public void OfAction_PhasesOfOneAction_AreSame() =>
        Assert.Equal(
            EventIdentity.OfAction(SampleEvents.Begin),
            EventIdentity.OfAction(SampleEvents.Begin with { Phase = ActionPhase.End, Sequence = 9, EndedAt = SampleEvents.Noon }));

    [Fact]
    public void Of_SameTextSplitDifferently_Differs()
    {
        var name = Gen.String[Gen.Char["ab1:"], 1, 4];
        Gen.Select(name, name, name, name).Sample((camera, alert, otherCamera, otherAlert) =>
        {
            var one = EventIdentity.Of(SampleEvents.Begin with { Camera = camera, Alert = alert });
            var other = EventIdentity.Of(SampleEvents.Begin with { Camera = otherCamera, Alert = otherAlert });
            return (one == other) == (camera == otherCamera && alert == otherAlert);
        });
    }
}
