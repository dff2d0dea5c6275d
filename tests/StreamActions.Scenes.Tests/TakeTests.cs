// Every clip shows enough of its action, within the picture.
using CsCheck;

namespace StreamActions.Scenes.Tests;

public sealed class TakeTests
{
    private const double Seconds = 1.75;

    private static readonly ActionKind[] Performed =
        [.. ActionCatalog.All.Concat(ActionCatalog.More).Where(a => a.ReverseOf is null && a.People > 0).Select(a => a.Kind)];

    private static readonly ActionKind[] OneOff =
        [.. Performed.Where(kind => ActionCatalog.Partner(kind) is not null && kind != ActionKind.WalksRight)];

    [Fact]
    public void Random_OneOffAction_ShowsMostOfMovement() => TakesOf(OneOff).Sample(t =>
    {
        var part = t.Take.Part;
        var shown = Math.Min(Seconds, part.To) - Math.Max(0, part.From);
        return shown >= Take.MinShownShare * (part.To - part.From) - 1e-9;
    });

    [Fact]
    public void Random_LastingAction_FillsMostOfClip() => TakesOf([.. Performed.Except(OneOff)]).Sample(t =>
    {
        var part = t.Take.Part;
        return Math.Min(Seconds, part.To) - Math.Max(0, part.From) >= Take.MinShownShare * Seconds - 1e-9;
    });

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Random_HeldPose_IsReachedInClipOrBefore(bool crouches)
    {
        var kind = crouches ? ActionKind.Crouches : ActionKind.HandsUp;
        // Some clips show how the pose is reached, others only the held pose.
        var from = Enumerable.Range(0, 400).Select(n => new SeededRandom((ulong)n))
            .Select(random => Take.Random(kind, MotionStyle.Random(random), Seconds, 1.2, difficulty: 1, random).Part.From).ToList();
        Assert.InRange(from.Count(f => f >= 0), 80, 240);
        Assert.InRange(from.Count(f => f < -0.7), 80, 240);
    }

    [Fact]
    public void Random_AnyAction_KeepsPerformerInPicture() => TakesOf(Performed).Sample(t =>
    {
        for (var n = 0; n < 8; n++)
            Assert.InRange(t.Choreography.At(n * Seconds / 7).Stances[0].X, -t.HalfWidth, t.HalfWidth);
    });

    [Fact]
    public void Random_WalkRight_MovesRight() => TakesOf([ActionKind.WalksRight]).Sample(t =>
        t.Choreography.At(Seconds).Stances[0].X - t.Choreography.At(0).Stances[0].X > 0.25);

    // A filter behind the generator would give up, now and then, on an action that is one of many.
    private static Gen<(Take Take, Choreography Choreography, double HalfWidth)> TakesOf(ActionKind[] kinds) =>
        Gen.Select(Gen.ULong, Gen.Int[0, kinds.Length - 1].Select(n => kinds[n]), Gen.Double[0.8, 1.6]).Select((seed, kind, halfWidth) =>
        {
            var random = new SeededRandom(seed);
            Body[] bodies = [Body.Random(random), Body.Random(random)];
            var take = Take.Random(kind, MotionStyle.Random(random), Seconds, halfWidth, difficulty: 1, random);
            return (take, new Choreography([take.Part], bodies[..ActionCatalog.Of(kind).People], take.StartX), halfWidth);
        });
}
