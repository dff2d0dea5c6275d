// One alert on one view, without stage, store or clock.
using CsCheck;
using StreamActions.Worker.Alerts;
using StreamActions.Worker.Configuration;
using StreamActions.Worker.Tests.Inference;
using StreamActions.Worker.Tests.Sinks;
using StreamActions.Worker.Views;

namespace StreamActions.Worker.Tests.Alerts;

public sealed class AlertTrackerTests
{
    private static readonly View Dock = new("dock", null);

    // Windows: seconds since the one before, angle between "dark" (0) and "bright" (1), and whether the window is still.
    private static readonly Gen<(double Step, float Bright, bool Still)[]> Course = Gen.Select(
        Gen.Frequency((12, Gen.Const(1.0)), (1, Gen.Double[0, 20])),
        Gen.Frequency((2, Gen.Const(0f)), (2, Gen.Const(1f)), (1, Gen.Float[0, 1])),
        Gen.Frequency((6, Gen.Const(false)), (1, Gen.Const(true)))).Array[0, 120];

    private static AlertTracker Make(AlertOptions alert)
    {
        using var model = new FakeActionModel();
        var plan = AlertCompiler.Compile(SampleAlerts.File([SampleAlerts.Dock], alert), model, new Lines().Of<AlertTrackerTests>());
        return new(Dock, plan.Views[Dock][0], plan.WindowInterval);
    }

    private static List<AlertTransition> Run(AlertTracker tracker, (double Step, float Bright, bool Still)[] course, double from = 0)
    {
        List<AlertTransition> transitions = [];
        ViewScores scores = new([tracker.Rule.Scorer]);
        foreach (var (step, bright, still) in course)
        {
            from += step;
            var to = DateTimeOffset.UnixEpoch.AddSeconds(from);
            float[] embedding = [MathF.Cos(bright * MathF.PI / 2), MathF.Sin(bright * MathF.PI / 2)];
            scores.Load(embedding);
            transitions.AddRange(tracker.Observe(new(Dock, to.AddSeconds(-1), to, 0, still ? default : embedding, default), scores));
        }
        return transitions;
    }

    [Fact]
    public void Observe_AnyCourse_GivesBeginUpdatesEndInSequence() => Course.Sample(course =>
    {
        var sequence = -1;
        foreach (var step in Run(Make(SampleAlerts.Fight), course).Select(t => t.Gate))
        {
            Assert.Equal(step.Phase == ActionPhase.Begin, sequence < 0);
            Assert.Equal(++sequence, step.Sequence);
            Assert.True(step.BeganAt <= step.Time && (step.EndedAt is null || step.EndedAt >= step.BeganAt));
            Assert.Equal(step.Phase == ActionPhase.End, step.EndedAt is not null);
            if (step.Phase == ActionPhase.End)
                sequence = -1;
        }
    });

    [Fact]
    public void Observe_SameCourseTwice_GivesSameTransitions() => Course.Sample(course => Assert.Equal(
        Run(Make(SampleAlerts.Fight), course).Select(t => t.Gate), Run(Make(SampleAlerts.Fight), course).Select(t => t.Gate)));

    [Fact]
    public void Observe_StillWindowBegins_HasLastScoreAndOwnTimes()
    {
        var tracker = Make(SampleAlerts.Fight with { BeginAfter = TimeSpan.FromSeconds(2) });
        var begin = Assert.Single(Run(tracker, [(1, 1, false), (1, 0, true), (1, 0, true)]));
        Assert.Equal("bright", begin.Score.Phrase);
        Assert.Equal((DateTimeOffset.UnixEpoch.AddSeconds(2), DateTimeOffset.UnixEpoch.AddSeconds(3)), (begin.From, begin.To));
    }

    [Fact]
    public void Retract_AfterBegin_BeginsAgainAtOnce()
    {
        var tracker = Make(SampleAlerts.Fight with { Cooldown = TimeSpan.FromHours(1) });
        Assert.Single(Run(tracker, [(1, 1, false), (1, 1, false)]));
        tracker.Retract();
        Assert.False(tracker.IsBusy);
        Assert.Equal(ActionPhase.Begin, Assert.Single(Run(tracker, [(1, 1, false), (1, 1, false)], from: 2)).Gate.Phase);
    }
}
