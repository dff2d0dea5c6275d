// Film plans: continuous movement, correct events, and errors for impossible orders of actions.
using CsCheck;

namespace StreamActions.Scenes.Tests;

public sealed class FilmPlanTests
{
    private const double HalfWidth = 1.1;

    private static readonly string AllActions = string.Join(',',
        "nobody,walks_right,picks_up_box,puts_down_box,walks_left,opens_door,waves_hand,closes_door,two_people_hugging,two_people_fighting",
        "jumps,hands_up,crouches,walks_right,sits_down,stands_up,two_people_shaking_hands,falls_down,gets_up,stands_still",
        "walks_left,walks_right,nobody");

    [Fact]
    public void Make_AllActions_MovesContinuously() => Gen.ULong.Sample(seed =>
    {
        var (plan, choreography, bodies) = Play(AllActions, seed);
        const double step = 1.0 / 60;
        var before = Joints(choreography.At(0), bodies);
        for (var t = step; t < plan.Seconds; t += step)
        {
            var now = Joints(choreography.At(t), bodies);
            // Out of view, a person may change sides.
            for (var j = 0; j < now.Length; j++)
                Assert.True(Math.Min(Math.Abs(now[j].X), Math.Abs(before[j].X)) > HalfWidth
                    || Math.Abs(now[j].X - before[j].X) + Math.Abs(now[j].Y - before[j].Y) < 0.17, $"seed {seed}, {t} s: joint {j} jumps");
            before = now;
        }
    }, iter: 15);

    [Fact]
    public void Make_EmptyRoom_KeepsAllFiguresOutOfView()
    {
        var (plan, choreography, bodies) = Play(AllActions, 1);
        foreach (var part in plan.Parts.Where(p => p.Kind == ActionKind.EmptyRoom))
        {
            for (var t = part.From; t < part.To; t += 0.1)
                Assert.All(Joints(choreography.At(t), bodies), p => Assert.True(Math.Abs(p.X) > HalfWidth));
        }
    }

    [Fact]
    public void Make_ActionOfTwo_WalksSecondPersonInAndOut()
    {
        var (plan, choreography, _) = Play("stands_still,two_people_shaking_hands,jumps", 4);
        var part = plan.Parts[1];
        double Distance(double t) => Math.Abs(choreography.At(t).Stances[0].X - choreography.At(t).Stances[1].X);
        Assert.True(Distance((part.From + part.To) / 2) < 1);
        Assert.True(Math.Abs(choreography.At(plan.Parts[0].From).Stances[1].X) > HalfWidth);
        Assert.True(Math.Abs(choreography.At(plan.Seconds).Stances[1].X) > HalfWidth);
        Assert.Equal(["stands_still", "walks", "two_people_shaking_hands", "walks", "jumps"],
            plan.Events(choreography, HalfWidth).Select(e => e.Action.StartsWith("walks", StringComparison.Ordinal) ? "walks" : e.Action));
    }

    [Fact]
    public void Events_AllActions_AreOrderedAndWithinFilm() => Gen.ULong.Sample(seed =>
    {
        var (plan, choreography, _) = Play(AllActions, seed);
        var events = plan.Events(choreography, HalfWidth);
        Assert.All(events, e => Assert.True(0 <= e.From && e.From < e.To && e.To <= Math.Round(plan.Seconds, 2), e.ToString()));
        Assert.Equal(events.OrderBy(e => e.From), events);
        Assert.Equal(ActionCatalog.Parse(AllActions).Count, events.Count(e => !e.People.SequenceEqual([1])));
    }, iter: 15);

    [Theory]
    [InlineData("sits_down,waves_hand", "action 2, waves_hand: the person must be standing but is seated")]
    [InlineData("falls_down,stands_up", "action 2, stands_up: the person must be seated but is lying")]
    [InlineData("walks_left,walks_left", "action 2, walks_left: the person is already on that side")]
    [InlineData("opens_door,opens_door", "action 2, opens_door: the door is already open")]
    [InlineData("walks_left,sits_down,stands_up,walks_right,sits_down", "action 5, sits_down: the chair is at another position")]
    [InlineData("waves_hand,nobody", "action 2, nobody: the person is still in the picture; add a walk before it")]
    [InlineData("nobody,walks_right,walks_left,nobody,jumps",
        "action 5, jumps: the person is outside the picture; add walks_right before it")]
    [InlineData("", "a film needs at least one action")]
    public void Make_ImpossibleOrder_NamesActionAndReason(string actions, string message) =>
        Assert.Equal(message, Assert.Throws<SceneException>(() => Play(actions, 1)).Message);

    private static (FilmPlan Plan, Choreography Choreography, Body[] Bodies) Play(string actions, ulong seed)
    {
        var random = new SeededRandom(seed);
        var plan = FilmPlan.Make(actions.Length == 0 ? [] : ActionCatalog.Parse(actions), HalfWidth, random);
        Body[] bodies = [Body.Random(random), Body.Random(random)];
        var people = plan.Parts.Max(p => ActionCatalog.Of(p.Kind).People);
        return (plan, new Choreography(plan.Parts, bodies[..Math.Max(1, people)], plan.StartX), bodies);
    }

    private static Point2[] Joints(Moment moment, Body[] bodies) => [.. moment.Stances.SelectMany((s, i) => Skeleton.Joints(s, bodies[i]))];
}
