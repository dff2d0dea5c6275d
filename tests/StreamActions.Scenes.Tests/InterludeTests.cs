// Clips between actions: they show no part of an action, their captions are true, and they show no novel composition.
using CsCheck;
using StreamActions.Core.Clips;

namespace StreamActions.Scenes.Tests;

public sealed class InterludeTests
{
    private static readonly ClipSpec Spec = new(Frames: 8, SampleFps: 4, Size: 64, ResizeRule.Squash),
        Small = new(2, 1, 8, ResizeRule.Squash);
    private static readonly ActionKind[] Interrupted =
        [ActionKind.SitsDown, ActionKind.PicksUpBox, ActionKind.FallsDown, ActionKind.OpensDoor, ActionKind.TwoPeopleHugging];

    [Fact]
    public void ForPhase_BeforeOrAfter_ShowsNoPartOfAction() =>
        Gen.Select(Gen.ULong, Gen.Int[0, Interrupted.Length - 1]).Sample((seed, index) =>
    {
        var kind = Interrupted[index];
        const double seconds = 1.75;
        var random = new SeededRandom(seed);
        var take = Take.Random(kind, MotionStyle.Random(random), seconds, 1.2, difficulty: 1, random);
        var before = take.ForPhase(ActionPhase.Before, seconds, random).Part;
        var after = take.ForPhase(ActionPhase.After, seconds, random).Part;
        Assert.Equal(take.Part, take.ForPhase(ActionPhase.During, seconds, random).Part);
        Assert.True(before.From >= seconds);
        Assert.True(after.To <= 1e-9);
        Assert.Equal(take.Part.To - take.Part.From, after.To - after.From, 1e-9);
    });

    [Fact]
    public void Hold_AnyPose_ChangesLessThanAnAction() => Assert.All(Interlude.Poses, pose =>
    {
        // The clips contain camera noise and, in half of them, slight sway. An action changes more pixels than that.
        var held = Enumerable.Range(0, 10).Average(n => Change(Interlude.Hold((ulong)n, Spec, 0, pose).Pixels));
        var acted = Enumerable.Range(0, 10)
            .Average(n => Change(ClipGenerator.Generate((ulong)n, Spec, ActionKind.FallsDown, difficulty: 0).Pixels));
        Assert.True(held < 0.5 * acted, $"{pose}: change {held}, action {acted}");
    });

    [Fact]
    public void Generate_ReversedWalk_ShowsOtherDirection()
    {
        var walks = Enumerable.Range(0, 200).Select(n => (ulong)n).Where(Interlude.IsWalk).ToList();
        Assert.InRange(walks.Count, 25, 75);
        Assert.All(walks.Take(20), seed =>
        {
            Interlude walk = Interlude.Generate(seed, Spec, 1), back = Interlude.Generate(seed, Spec, 1, backwards: true);
            Assert.Equal(ActionCatalog.Partner(walk.Action!.Value), back.Action);
            Assert.Equal(walk.Pixels.Chunk(Spec.FrameBytes).Reverse().SelectMany(f => f), back.Pixels);
            Assert.Null(walk.Shirt);
        });
        Assert.Equal(
            [ActionKind.WalksLeft, ActionKind.WalksRight],
            walks.Select(w => Interlude.Generate(w, Small, 1).Action!.Value).Distinct().Order());
    }

    [Fact]
    public void Generate_Walk_MovesInDirectionOfAction()
    {
        // The centre of the changed pixels follows the walking person.
        var walks = Enumerable.Range(0, 400).Select(n => (ulong)n).Where(Interlude.IsWalk).Take(40)
            .Select(seed => Interlude.Generate(seed, Spec, 0))
            .Select(walk =>
                (To: walk.Action == ActionKind.WalksRight ? 1 : -1,
                By: ChangeCentre(walk.Pixels, Spec.Frames - 2) - ChangeCentre(walk.Pixels, 0)))
            .ToList();
        // In a few clips the person is already out of view, or has little contrast to the wall.
        var seen = walks.Where(w => !double.IsNaN(w.By)).ToList();
        Assert.True(seen.Count >= 32, $"{seen.Count} of 40 in view");
        Assert.True(seen.Count(w => w.To * w.By > 0) >= 0.9 * seen.Count, string.Join(", ", seen));
    }

    [Fact]
    public void Generate_ManyClips_ShowsNoNovelComposition()
    {
        var novel = Compositions.Novel.ToLookup(c => c.Action, c => c.Shirt);
        Assert.All(Enumerable.Range(0, 4000).Select(n => Interlude.Generate((ulong)n, Small, 1)), clip =>
        {
            ActionKind[] shown = clip.State switch
            {
                VisibleState.SitsOnChair or VisibleState.StandsByChair => [ActionKind.SitsDown, ActionKind.StandsUp],
                VisibleState.LiesOnFloor => [ActionKind.FallsDown, ActionKind.GetsUp],
                VisibleState.HoldsBox or VisibleState.StandsByBox => [ActionKind.PicksUpBox, ActionKind.PutsDownBox],
                VisibleState.AtOpenDoor or VisibleState.AtClosedDoor => [ActionKind.OpensDoor, ActionKind.ClosesDoor],
                _ => [],
            };
            if (clip.State is null)
            {
                // One person waits and one walks. The reversed clip shows the other direction.
                Assert.Equal(2, clip.Shirts.Count);
                Assert.DoesNotContain(clip.Shirts[0], novel[ActionKind.StandsStill]);
                var walking = novel[ActionKind.WalksLeft].Concat(novel[ActionKind.WalksRight]);
                Assert.All(clip.Shirts, shirt => Assert.DoesNotContain(shirt, walking));
                return;
            }
            Assert.Equal(clip.Shirt, clip.Shirts[0]);
            Assert.DoesNotContain(clip.Shirt, shown.Concat(clip.Action is { } action ? [action] : []).SelectMany(a => novel[a]));
        });
    }

    private static double Change(byte[] pixels) =>
        Enumerable.Range(0, Spec.Frames - 1).Average(t => Difference(pixels, t).Average(d => d.By));

    private static double ChangeCentre(byte[] pixels, int frame)
    {
        var moved = Difference(pixels, frame).Where(d => d.By > 40).ToList();
        return moved.Count < 20 ? double.NaN : moved.Average(d => d.X);
    }

    private static IEnumerable<(int X, int By)> Difference(byte[] pixels, int frame) => Enumerable.Range(0, Spec.FrameBytes)
        .Select(i => (i / 3 % Spec.Size, Math.Abs(pixels[(frame + 1) * Spec.FrameBytes + i] - pixels[frame * Spec.FrameBytes + i])));
}
