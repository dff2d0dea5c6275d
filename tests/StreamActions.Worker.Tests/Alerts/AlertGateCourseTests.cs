// The gate on courses of scores as real ones come: runs of high and low, pauses, begins that cannot be published. It must begin and end in time, not only in order.
using CsCheck;
using StreamActions.Worker.Alerts;
using StreamActions.Worker.Configuration;

namespace StreamActions.Worker.Tests.Alerts;

public sealed class AlertGateCourseTests
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(0.5), Pause = TimeSpan.FromSeconds(2);

    private static readonly Gen<TimeSpan> Spans = Gen.Int[0, 20].Select(i => TimeSpan.FromSeconds(i * 0.25));

    private static readonly Gen<AlertOptions> Alerts = Gen.Select(Gen.Double[0.3, 0.9], Gen.Double[0.3, 1], Spans, Spans, Spans, Spans, Spans).Select(
        (enter, exit, begin, end, merge, cooldown, update) => SampleAlerts.Fight with
        {
            Enter = enter,
            Exit = enter * exit,
            BeginAfter = begin,
            EndAfter = end,
            MergeGap = merge,
            Cooldown = cooldown,
            UpdateEvery = update + Interval,
        });

    private sealed record Given(double Seconds, double Score, bool Watching, bool Lost);

    // What went in and what came out of it.
    private sealed record Step(DateTimeOffset Time, Given Given, GateTransition[] Out);

    private static readonly Gen<Given[]> Courses =
        Gen.Select(Gen.Int[1, 12], Gen.OneOf(Gen.Double[0.85, 1], Gen.Double[0, 0.2], Gen.Double[0, 1]), Gen.Frequency((9, Gen.Const(true)), (1, Gen.Const(false))))
            .SelectMany((length, score, watching) => Gen.Select(
                Gen.Frequency((20, Gen.Const(0.5)), (2, Gen.Double[0.1, 1.9]), (1, Gen.Double[2.1, 30])),
                Gen.Double[-0.05, 0.05],
                Gen.Frequency((9, Gen.Const(false)), (1, Gen.Const(true))),
                (seconds, noise, lost) => new Given(seconds, Math.Clamp(score + noise, 0, 1), watching, lost)).Array[length])
            .Array[1, 12].Select(runs => runs.SelectMany(run => run).ToArray());

    [Fact]
    public void Add_AnyCourse_BeginsOnlyAfterItWasSeenToHold() => Gen.Select(Alerts, Courses).Sample((alert, course) =>
    {
        var steps = Run(alert, course);
        foreach (var begin in Of(steps, ActionPhase.Begin).Select(s => s.Transition))
        {
            Step[] held = [.. steps.Where(s => s.Time >= begin.BeganAt && s.Time <= begin.Time)];
            Assert.All((Step[])[held[0], held[^1]], s => Assert.True(s.Given.Score >= alert.Enter));
            Assert.All(held, s => Assert.True(s.Given.Watching));
            Assert.All(held.Skip(1), s => Assert.True(TimeSpan.FromSeconds(s.Given.Seconds) <= Pause));
            Assert.True(begin.Time - begin.BeganAt >= alert.BeginAfter);
        }
    });

    [Fact]
    public void Add_AnyCourse_EndsOnlyAfterItFellOrNothingWasSeen() => Gen.Select(Alerts, Courses).Sample((alert, course) =>
    {
        var steps = Run(alert, course);
        foreach (var (step, end) in Of(steps, ActionPhase.End))
        {
            // From the moment it fell, or was last seen, all that was seen was low.
            Assert.All(steps.Where(s => s.Time > end.EndedAt && s.Time < step.Time), s => Assert.True(IsLow(alert, s)));
            Assert.True(step.Time - end.EndedAt >= alert.EndAfter);
            Assert.True(IsLow(alert, step) || TimeSpan.FromSeconds(step.Given.Seconds) > Pause);
        }
    });

    [Fact]
    public void Add_AnyCourse_LeavesNoEventOpenThatWasLowForEndAfter() => Gen.Select(Alerts, Courses).Sample((alert, course) =>
    {
        var open = false;
        DateTimeOffset? low = null;
        foreach (var step in Run(alert, course))
        {
            low = IsLow(alert, step) ? low ?? step.Time : null;
            foreach (var transition in step.Out)
                open = transition.Phase != ActionPhase.End && !(transition.Phase == ActionPhase.Begin && step.Given.Lost) && (open || transition.Phase == ActionPhase.Begin);
            Assert.False(open && low is { } since && step.Time - since >= alert.EndAfter);
        }
    });

    [Fact]
    public void Add_AnyCourse_BeginsThatAreLostLeaveNoEvent() => Gen.Select(Alerts, Courses).Sample((alert, course) =>
    {
        var open = false;
        foreach (var (step, transition) in Run(alert, course).SelectMany(s => s.Out.Select(t => (s, t))))
        {
            Assert.Equal(transition.Phase != ActionPhase.Begin, open);
            open = transition.Phase == ActionPhase.Begin ? !step.Given.Lost : transition.Phase == ActionPhase.Update;
        }
    });

    [Fact]
    public void Add_AnyCourse_NamesEveryEventByAnotherBegin() => Gen.Select(Alerts, Courses).Sample((alert, course) =>
    {
        DateTimeOffset[] begins = [.. Of(Run(alert, course), ActionPhase.Begin).Select(b => b.Transition.BeganAt)];
        Assert.Equal(begins.Distinct().Order(), begins);
    });

    [Fact]
    public void Add_SameCourseTwice_GivesTheSame() => Gen.Select(Alerts, Courses).Sample((alert, course) =>
        Assert.Equal(Run(alert, course).SelectMany(s => s.Out), Run(alert, course).SelectMany(s => s.Out)));

    [Fact]
    public void Add_ScoreThatStaysHigh_BeginsAsSoonAsItMayAndStaysOpen() => Alerts.Sample(alert =>
    {
        var steps = Run(alert, Steady(0.95, 30));
        var begin = Assert.Single(Of(steps, ActionPhase.Begin)).Transition;
        Assert.Equal(steps[0].Time, begin.BeganAt);
        Assert.Equal(steps.First(s => s.Time - steps[0].Time >= alert.BeginAfter).Time, begin.Time);
        Assert.Empty(Of(steps, ActionPhase.End));
    });

    [Fact]
    public void Add_ScoreThatFallsForGood_EndsAsSoonAsItMay() => Alerts.Sample(alert =>
    {
        var steps = Run(alert, [.. Steady(0.95, 15), .. Steady(0.01, 15)]);
        var end = Assert.Single(Of(steps, ActionPhase.End)).Transition;
        Assert.Equal(steps[15].Time, end.EndedAt);
        Assert.Equal(steps.First(s => s.Time - steps[15].Time >= alert.EndAfter).Time, end.Time);
    });

    private static Given[] Steady(double score, int count) => [.. Enumerable.Repeat(new Given(0.5, score, true, false), count)];

    private static bool IsLow(AlertOptions alert, Step step) => !step.Given.Watching || step.Given.Score < alert.Exit;

    private static List<Step> Run(AlertOptions alert, IReadOnlyList<Given> course)
    {
        var gate = new AlertGate(alert, Interval);
        var time = DateTimeOffset.UnixEpoch;
        List<Step> steps = [];
        foreach (var given in course)
        {
            time += TimeSpan.FromSeconds(given.Seconds);
            GateTransition[] transitions = [.. gate.Add(time, given.Score, given.Watching)];
            steps.Add(new(time, given, transitions));
            if (given.Lost && transitions.Any(t => t.Phase == ActionPhase.Begin))
                gate.Retract();
        }
        return steps;
    }

    private static IEnumerable<(Step Step, GateTransition Transition)> Of(IEnumerable<Step> steps, ActionPhase phase) =>
        from step in steps from transition in step.Out where transition.Phase == phase select (step, transition);
}
