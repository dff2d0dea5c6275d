// Gaps without scores, and scores with a long interval.
using StreamActions.Worker.Alerts;

namespace StreamActions.Worker.Tests.Alerts;

public sealed class AlertGatePauseTests
{
    private static readonly DateTimeOffset Start = DateTimeOffset.UnixEpoch;

    [Fact]
    public void Add_LongInterval_IsNoGap()
    {
        var gate = new AlertGate(SampleAlerts.Fight with { BeginAfter = Seconds(4), EndAfter = Seconds(3) }, Seconds(4));
        Assert.Empty(Add(gate, 0, 0.9));
        Assert.Equal(ActionPhase.Begin, Assert.Single(Add(gate, 4, 0.9)).Phase);
        Assert.DoesNotContain(Add(gate, 8, 0.9), t => t.Phase == ActionPhase.End);
        Assert.True(gate.IsActive);
    }

    [Fact]
    public void Add_LongInterval_EndsWhenScoreFalls()
    {
        var alert = SampleAlerts.Fight with { BeginAfter = TimeSpan.Zero, EndAfter = Seconds(3), UpdateEvery = Seconds(60) };
        var gate = new AlertGate(alert, Seconds(4));
        Add(gate, 0, 0.9);
        Assert.Empty(Add(gate, 4, 0.1));
        Assert.Equal((ActionPhase.End, At(4)), Add(gate, 8, 0.1).Select(t => (t.Phase, t.EndedAt!.Value)).Single());
    }

    [Fact]
    public void Add_GapBeforeBegin_DropsPendingBegin()
    {
        // A long end-after makes no difference.
        var gate = new AlertGate(SampleAlerts.Fight with { BeginAfter = Seconds(1), EndAfter = Seconds(60) });
        Assert.Empty(Add(gate, 0, 0.9));
        Assert.Empty(Add(gate, 30, 0.9));
        Assert.Equal(At(30), Assert.Single(Add(gate, 31, 0.9)).BeganAt);
    }

    [Fact]
    public void Add_GapShorterThanEndAfter_EventStaysOpen()
    {
        var gate = new AlertGate(SampleAlerts.Fight with { BeginAfter = TimeSpan.Zero, EndAfter = Seconds(10), UpdateEvery = Seconds(60) });
        Add(gate, 0, 0.9);
        Assert.Empty(Add(gate, 9, 0.9));
        Assert.True(gate.IsActive);
    }

    [Fact]
    public void Add_ScoreFellBeforeGap_EndsWhenItFell()
    {
        var gate = new AlertGate(SampleAlerts.Fight with { BeginAfter = TimeSpan.Zero });
        Add(gate, 0, 0.9);
        Add(gate, 1, 0.1);
        Add(gate, 2, 0.1);
        Assert.Equal((ActionPhase.End, At(1)), Add(gate, 60, 0.1).Select(t => (t.Phase, t.EndedAt!.Value)).Single());
    }

    private static IReadOnlyList<GateTransition> Add(AlertGate gate, double seconds, double score) => gate.Add(At(seconds), score, true);

    private static DateTimeOffset At(double seconds) => Start + Seconds(seconds);

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);
}
