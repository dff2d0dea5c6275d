// The life of events: hysteresis in score and time, for every short sequence of scores and for many long ones.
using CsCheck;
using StreamActions.Worker.Alerts;
using StreamActions.Worker.Configuration;

namespace StreamActions.Worker.Tests.Alerts;

public sealed class AlertGateTests
{
    private static readonly DateTimeOffset Start = DateTimeOffset.UnixEpoch;
    private static readonly AlertOptions Alert = SampleAlerts.Fight;

    // Seconds since the score before, score, and whether the schedule is active.
    private static readonly Gen<(double Seconds, double Score, bool Scheduled)[]> Steps = Gen.Select(
        Gen.Frequency((8, Gen.Double[0.05, 1.5]), (1, Gen.Double[1.5, 20]), (1, Gen.Double[-2, 0])),
        Gen.Double[0, 1],
        Gen.Frequency((9, Gen.Const(true)), (1, Gen.Const(false)))).Array[0, 120];

    private readonly record struct Sample(DateTimeOffset Time, double Score, bool Scheduled = true);

    // The invariants of the gate for any sequence of scores.
    private static void CheckInvariants(AlertOptions alert, IReadOnlyList<Sample> samples)
    {
        var gate = new AlertGate(alert);
        List<GateTransition> all = [];
        foreach (var sample in samples)
        {
            var transitions = gate.Add(sample.Time, sample.Score, sample.Scheduled);
            Assert.All(transitions, t => Assert.Equal(sample.Time, t.Time));
            Assert.All(transitions.Where(t => t.Phase == ActionPhase.Begin), _ => Assert.True(sample.Scheduled));
            all.AddRange(transitions);
        }

        GateTransition? open = null, ended = null;
        foreach (var t in all)
        {
            if (t.Phase == ActionPhase.Begin)
            {
                Assert.Null(open);
                Assert.Equal(0, t.Sequence);
                Assert.True(t.Score >= alert.Enter);
                CheckHeld(alert, [.. samples.Where(s => s.Time >= t.BeganAt && s.Time <= t.Time)]);
                Assert.True(t.Time - t.BeganAt >= alert.BeginAfter);
                Assert.True(ended is not { } before || t.Time - before.EndedAt >= alert.Cooldown);
            }
            else
            {
                Assert.NotNull(open);
                Assert.Equal(open.Value.Sequence + 1, t.Sequence);
                Assert.Equal(open.Value.BeganAt, t.BeganAt);
                Assert.True(t.Peak >= open.Value.Peak);
                Assert.True(t.Phase == ActionPhase.End || t.Time - open.Value.Time >= alert.UpdateEvery);
            }
            Assert.Equal(t.Phase == ActionPhase.End, t.EndedAt is not null);
            Assert.True(t.EndedAt is not { } end || (end >= t.BeganAt && end <= t.Time && t.Time - end >= alert.EndAfter));
            (open, ended) = t.Phase == ActionPhase.End ? ((GateTransition?)null, (GateTransition?)t) : (t, ended);
        }
        Assert.Equal(open is not null, gate.IsActive);
    }

    // From its begin on, the score was at or above enter, except for dips shorter than the merge gap.
    private static void CheckHeld(AlertOptions alert, Sample[] held)
    {
        Assert.True(held[0].Score >= alert.Enter);
        DateTimeOffset? dip = null;
        foreach (var sample in held)
        {
            Assert.True(sample.Scheduled);
            if (sample.Score < alert.Enter)
                dip ??= sample.Time;
            if (dip is { } since)
                Assert.True(sample.Time - since < alert.MergeGap);
            if (sample.Score >= alert.Enter)
                dip = null;
        }
    }

    [Theory]
    [InlineData(0, 0, 0, 0)]
    [InlineData(1, 2, 0, 0)]
    [InlineData(1, 2, 2, 3)]
    [InlineData(2, 1, 1, 5)]
    public void Add_EveryShortSequence_KeepsInvariants(int beginAfter, int endAfter, int mergeGap, int cooldown)
    {
        double[] scores = [0.1, 0.6, 0.9];
        var alert = Alert with
        {
            BeginAfter = TimeSpan.FromSeconds(beginAfter),
            EndAfter = TimeSpan.FromSeconds(endAfter),
            MergeGap = TimeSpan.FromSeconds(mergeGap),
            Cooldown = TimeSpan.FromSeconds(cooldown),
            UpdateEvery = TimeSpan.FromSeconds(2),
        };
        for (var code = 0; code < 6561; code++)
        {
            var digits = code;
            List<Sample> samples = [];
            for (var i = 0; i < 8; i++, digits /= 3)
                samples.Add(new(Start.AddSeconds(i), scores[digits % 3]));
            CheckInvariants(alert, samples);
        }
    }

    [Fact]
    public void Add_AnyScoresTimesAndSettings_KeepsInvariants() => Gen
        .Select(Steps, Gen.Double[0, 3], Gen.Double[0, 5], Gen.Double[0, 2], Gen.Double[0, 15])
        .Sample((steps, beginAfter, endAfter, mergeGap, cooldown) =>
        {
            var alert = Alert with
            {
                BeginAfter = TimeSpan.FromSeconds(beginAfter),
                EndAfter = TimeSpan.FromSeconds(endAfter),
                MergeGap = TimeSpan.FromSeconds(mergeGap),
                Cooldown = TimeSpan.FromSeconds(cooldown),
            };
            List<Sample> samples = [];
            var at = Start;
            foreach (var (seconds, score, scheduled) in steps)
            {
                // The generator also gives times that do not rise. They are skipped here; a test below covers them.
                var time = at + TimeSpan.FromSeconds(seconds);
                if (time > at)
                    samples.Add(new(at = time, score, scheduled));
            }
            CheckInvariants(alert, samples);
        });

    private static List<ActionPhase> Phases(AlertGate gate, double from, double to, double score, bool scheduled = true)
    {
        List<ActionPhase> phases = [];
        for (var at = from; at <= to + 1e-9; at += 0.25)
            phases.AddRange(gate.Add(Start.AddSeconds(at), score, scheduled).Select(t => t.Phase));
        return phases;
    }

    [Fact]
    public void Add_ScoreHolds_BeginsUpdatesAndEnds()
    {
        var gate = new AlertGate(Alert);
        Assert.Empty(Phases(gate, 0, 0.75, 0.9));
        Assert.Equal([ActionPhase.Begin], Phases(gate, 1, 1, 0.9));
        Assert.Equal([ActionPhase.Update, ActionPhase.Update], Phases(gate, 1.25, 11, 0.9));
        Assert.Empty(Phases(gate, 11.25, 14, 0.1));
        var end = Assert.Single(gate.Add(Start.AddSeconds(14.25), 0.1, true));
        Assert.Equal((ActionPhase.End, Start, Start.AddSeconds(11.25)), (end.Phase, end.BeganAt, end.EndedAt));
        Assert.Equal((0.1, 0.9), (end.Score, end.Peak));
    }

    [Fact]
    public void Add_ScoreBetweenExitAndEnter_NeitherBeginsNorEnds()
    {
        var gate = new AlertGate(Alert);
        Assert.Empty(Phases(gate, 0, 5, 0.6));
        Assert.Equal([ActionPhase.Begin], Phases(gate, 5.25, 6.25, 0.9));
        Assert.DoesNotContain(ActionPhase.End, Phases(gate, 6.5, 30, 0.6));
    }

    [Fact]
    public void Add_LongGap_EndsAtLastScore()
    {
        var gate = new AlertGate(Alert);
        Phases(gate, 0, 2, 0.9);
        var end = Assert.Single(gate.Add(Start.AddSeconds(60), 0.9, true));
        Assert.Equal((ActionPhase.End, Start.AddSeconds(2)), (end.Phase, end.EndedAt));
    }

    [Fact]
    public void Add_OutsideSchedule_BeginsNoEventAndEndsOpenOne()
    {
        var gate = new AlertGate(Alert);
        Assert.Empty(Phases(gate, 0, 5, 0.9, scheduled: false));
        Assert.Equal([ActionPhase.Begin], Phases(gate, 5.25, 6.25, 0.9));
        Assert.Equal([ActionPhase.End], Phases(gate, 6.5, 9.5, 0.9, scheduled: false));
    }

    [Fact]
    public void Add_TimeDoesNotRise_IsIgnored()
    {
        var gate = new AlertGate(Alert);
        Assert.Equal([ActionPhase.Begin], Phases(gate, 0, 1, 0.9));
        Assert.Empty(gate.Add(Start.AddSeconds(1), 0.1, true));
        Assert.Empty(gate.Add(Start, 0.1, true));
        Assert.Equal(Start.AddSeconds(1), gate.LastSeen);
    }

    [Fact]
    public void Retract_Begin_LeavesNoCooldown()
    {
        var gate = new AlertGate(Alert with { Cooldown = TimeSpan.FromHours(1) });
        Assert.Equal([ActionPhase.Begin], Phases(gate, 0, 1, 0.9));
        gate.Retract();
        Assert.False(gate.IsActive);
        Assert.Equal([ActionPhase.Begin], Phases(gate, 1.25, 2.25, 0.9));
    }

    [Fact]
    public void Lapse_NoScoreForEndAfter_EndsAtLastScore()
    {
        var gate = new AlertGate(Alert);
        Phases(gate, 0, 2, 0.9);
        Assert.Null(gate.Lapse(Start.AddSeconds(4.9)));
        Assert.Equal(Start.AddSeconds(2), gate.Lapse(Start.AddSeconds(5))!.Value.EndedAt);
        Assert.Null(gate.Lapse(Start.AddSeconds(60)));
    }

    [Fact]
    public void Finish_OpenEvent_EndsAtLastScore()
    {
        var gate = new AlertGate(Alert);
        Assert.Null(gate.Finish());
        Phases(gate, 0, 2, 0.9);
        Assert.Equal(Start.AddSeconds(2), gate.Finish()!.Value.EndedAt);
        Assert.Null(gate.Finish());
    }
}
