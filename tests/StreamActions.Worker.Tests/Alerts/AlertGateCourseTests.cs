// The gate on realistic courses of scores: runs of high and low scores, gaps, and begins that are refused.
using CsCheck;
using StreamActions.Worker.Alerts;
using StreamActions.Worker.Configuration;

namespace StreamActions.Worker.Tests.Alerts;

public sealed class AlertGateCourseTests
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(0.5), Pause = TimeSpan.FromSeconds(2);

    private static readonly Gen<TimeSpan> Spans = Gen.Int[0, 20].Select(i => TimeSpan.FromSeconds(i * 0.25));

    private static readonly Gen<AlertOptions> Alerts = Gen
        .Select(Gen.Double[0.3, 0.9], Gen.Double[0.3, 1], Spans, Spans, Spans, Spans, Spans)
        .Select((enter, exit, begin, end, merge, cooldown, update) => SampleAlerts.Fight with
        {
            Enter = enter,
            Exit = enter * exit,
            BeginAfter = begin,
            EndAfter = end,
            MergeGap = merge,
            Cooldown = cooldown,
            UpdateEvery = update + Interval,
        });

    private sealed record Input(double Seconds, double Score, bool Scheduled, bool Refused);

    // A score with its time, and the transitions that the gate returned for it.
    private sealed record Step(DateTimeOffset Time, Input Input, GateTransition[] Out);

    private static readonly Gen<Input[]> Courses =
        Gen.Select(
                Gen.Int[1, 12],
                Gen.OneOf(Gen.Double[0.85, 1], Gen.Double[0, 0.2], Gen.Double[0, 1]),
                Gen.Frequency((9, Gen.Const(true)), (1, Gen.Const(false))))
            .SelectMany((length, score, scheduled) => Gen.Select(
                Gen.Frequency((20, Gen.Const(0.5)), (2, Gen.Double[0.1, 1.9]), (1, Gen.Double[2.1, 30])),
                Gen.Double[-0.05, 0.05],
                Gen.Frequency((9, Gen.Const(false)), (1, Gen.Const(true))),
                (seconds, noise, refused) => new Input(seconds, Math.Clamp(score + noise, 0, 1), scheduled, refused)).Array[length])
            .Array[1, 12].Select(runs => runs.SelectMany(run => run).ToArray());

    [Fact]
    public void Add_AnyCourse_BeginsOnlyAfterScoreHeldForBeginAfter() => Gen.Select(Alerts, Courses).Sample((alert, course) =>
    {
        var steps = Run(alert, course);
        foreach (var begin in Of(steps, ActionPhase.Begin).Select(s => s.Transition))
        {
            Step[] held = [.. steps.Where(s => s.Time >= begin.BeganAt && s.Time <= begin.Time)];
            Assert.All((Step[])[held[0], held[^1]], s => Assert.True(s.Input.Score >= alert.Enter));
            Assert.All(held, s => Assert.True(s.Input.Scheduled));
            Assert.All(held.Skip(1), s => Assert.True(TimeSpan.FromSeconds(s.Input.Seconds) <= Pause));
            Assert.True(begin.Time - begin.BeganAt >= alert.BeginAfter);
        }
    });

    [Fact]
    public void Add_AnyCourse_EndsOnlyAfterLowScoresOrGap() => Gen.Select(Alerts, Courses).Sample((alert, course) =>
    {
        var steps = Run(alert, course);
        foreach (var (step, end) in Of(steps, ActionPhase.End))
        {
            // All scores between the end's time and its decision were low.
            Assert.All(steps.Where(s => s.Time > end.EndedAt && s.Time < step.Time), s => Assert.True(IsLow(alert, s)));
            Assert.True(step.Time - end.EndedAt >= alert.EndAfter);
            Assert.True(IsLow(alert, step) || TimeSpan.FromSeconds(step.Input.Seconds) > Pause);
        }
    });

    [Fact]
    public void Add_AnyCourse_NoEventStaysOpenAfterLowForEndAfter() => Gen.Select(Alerts, Courses).Sample((alert, course) =>
    {
        var open = false;
        DateTimeOffset? low = null;
        foreach (var step in Run(alert, course))
        {
            low = IsLow(alert, step) ? low ?? step.Time : null;
            foreach (var transition in step.Out)
            {
                open = transition.Phase switch
                {
                    ActionPhase.Begin => !step.Input.Refused,
                    ActionPhase.Update => open,
                    _ => false,
                };
            }
            Assert.False(open && low is { } since && step.Time - since >= alert.EndAfter);
        }
    });

    [Fact]
    public void Retract_AnyCourse_RefusedBeginLeavesNoEvent() => Gen.Select(Alerts, Courses).Sample((alert, course) =>
    {
        var open = false;
        foreach (var (step, transition) in Run(alert, course).SelectMany(s => s.Out.Select(t => (s, t))))
        {
            Assert.Equal(transition.Phase != ActionPhase.Begin, open);
            open = transition.Phase == ActionPhase.Begin ? !step.Input.Refused : transition.Phase == ActionPhase.Update;
        }
    });

    [Fact]
    public void Add_AnyCourse_NoTwoEventsBeginAtSameTime() => Gen.Select(Alerts, Courses).Sample((alert, course) =>
    {
        DateTimeOffset[] begins = [.. Of(Run(alert, course), ActionPhase.Begin).Select(b => b.Transition.BeganAt)];
        Assert.Equal(begins.Distinct().Order(), begins);
    });

    [Fact]
    public void Add_SameCourseTwice_GivesSameTransitions() => Gen.Select(Alerts, Courses).Sample((alert, course) =>
        Assert.Equal(Run(alert, course).SelectMany(s => s.Out), Run(alert, course).SelectMany(s => s.Out)));

    [Fact]
    public void Add_ScoreStaysHigh_BeginsAfterBeginAfterAndStaysOpen() => Alerts.Sample(alert =>
    {
        var steps = Run(alert, Steady(0.95, 30));
        var begin = Assert.Single(Of(steps, ActionPhase.Begin)).Transition;
        Assert.Equal(steps[0].Time, begin.BeganAt);
        Assert.Equal(steps.First(s => s.Time - steps[0].Time >= alert.BeginAfter).Time, begin.Time);
        Assert.Empty(Of(steps, ActionPhase.End));
    });

    [Fact]
    public void Add_ScoreFalls_EndsAfterEndAfter() => Alerts.Sample(alert =>
    {
        var steps = Run(alert, [.. Steady(0.95, 15), .. Steady(0.01, 15)]);
        var end = Assert.Single(Of(steps, ActionPhase.End)).Transition;
        Assert.Equal(steps[15].Time, end.EndedAt);
        Assert.Equal(steps.First(s => s.Time - steps[15].Time >= alert.EndAfter).Time, end.Time);
    });

    private static Input[] Steady(double score, int count) => [.. Enumerable.Repeat(new Input(0.5, score, true, false), count)];

    private static bool IsLow(AlertOptions alert, Step step) => !step.Input.Scheduled || step.Input.Score < alert.Exit;

    private static List<Step> Run(AlertOptions alert, IReadOnlyList<Input> course)
    {
        var gate = new AlertGate(alert, Interval);
        var time = DateTimeOffset.UnixEpoch;
        List<Step> steps = [];
        foreach (var input in course)
        {
            time += TimeSpan.FromSeconds(input.Seconds);
            GateTransition[] transitions = [.. gate.Add(time, input.Score, input.Scheduled)];
            steps.Add(new(time, input, transitions));
            if (input.Refused && transitions.Any(t => t.Phase == ActionPhase.Begin))
                gate.Retract();
        }
        return steps;
    }

    private static IEnumerable<(Step Step, GateTransition Transition)> Of(IEnumerable<Step> steps, ActionPhase phase) =>
        from step in steps from transition in step.Out where transition.Phase == phase select (step, transition);
}
