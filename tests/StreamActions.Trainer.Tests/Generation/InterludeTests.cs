// What is between actions: nothing of an action is in it, its words are true of it, and the test's compositions stay unseen.
using CsCheck;
using StreamActions.Core.Clips;
using StreamActions.Trainer.Data;
using StreamActions.Trainer.Generation;

namespace StreamActions.Trainer.Tests.Generation;

public sealed class InterludeTests
{
    private static readonly ClipSpec Spec = GeneratedClipSource.DemoClip, Small = new(2, 1, 8, ResizeRule.Squash);
    private static readonly ActionKind[] Interrupted = [ActionKind.SitsDown, ActionKind.PicksUpBox, ActionKind.FallsDown, ActionKind.OpensDoor, ActionKind.TwoPeopleHugging];

    [Fact]
    public void In_BeforeOrAfter_LeavesNothingOfTheActionInTheClip() => Gen.Select(Gen.ULong, Gen.Int[0, Interrupted.Length - 1]).Sample((seed, index) =>
    {
        var kind = Interrupted[index];
        const double seconds = 1.75;
        var random = new SeededRandom(seed);
        var take = Take.Random(kind, MotionStyle.Random(random), seconds, 1.2, difficulty: 1, random);
        var (before, after) = (take.In(ActionPhase.Before, seconds, random).Part, take.In(ActionPhase.After, seconds, random).Part);
        Assert.Equal(take.Part, take.In(ActionPhase.During, seconds, random).Part);
        Assert.True(before.From >= seconds);
        Assert.True(after.To <= 1e-9);
        Assert.Equal(take.Part.To - take.Part.From, after.To - after.From, 1e-9);
    });

    [Fact]
    public void Hold_EveryPose_HoldsStill() => Assert.All(Interlude.Poses, pose =>
    {
        // Camera noise, and in half of the clips the sway of somebody who rests; an action moves more than that.
        var held = Enumerable.Range(0, 10).Average(n => Change(Interlude.Hold((ulong)n, Spec, 0, pose).Pixels));
        var acted = Enumerable.Range(0, 10).Average(n => Change(ClipGenerator.Generate((ulong)n, Spec, ActionKind.FallsDown, difficulty: 0).Pixels));
        Assert.True(held < 0.5 * acted, $"{pose}: {held} against {acted}");
    });

    [Fact]
    public void Generate_Walk_BackwardsIsTheOtherDirection()
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
        Assert.Equal([ActionKind.WalksLeft, ActionKind.WalksRight], walks.Select(w => Interlude.Generate(w, Small, 1).Action!.Value).Distinct().Order());
    }

    [Fact]
    public void Generate_Walk_MovesToTheSideThatItsCaptionNames()
    {
        // Where the picture changes is where somebody walks: its centre moves that way.
        var walks = Enumerable.Range(0, 400).Select(n => (ulong)n).Where(Interlude.IsWalk).Take(40).Select(seed => Interlude.Generate(seed, Spec, 0))
            .Select(walk => (To: walk.Action == ActionKind.WalksRight ? 1 : -1, By: Where(walk.Pixels, Spec.Frames - 2) - Where(walk.Pixels, 0))).ToList();
        // Few are out of the picture by then, or hardly to be seen before their wall.
        var seen = walks.Where(w => !double.IsNaN(w.By)).ToList();
        Assert.True(seen.Count >= 32, $"{seen.Count} of 40 in view");
        Assert.True(seen.Count(w => w.To * w.By > 0) >= 0.9 * seen.Count, string.Join(", ", seen));
    }

    [Fact]
    public void Training_ManyClips_HasSomeThatAreOfNoClass()
    {
        var clips = Enumerable.Range(0, 4000).Select(i => new GeneratedClipSource(Small).Training(i)).ToList();
        var none = clips.Where(c => c.Label == TrainingClip.NoClass).ToList();
        Assert.InRange(none.Count, 150, 400);
        Assert.All(none, c => Assert.Contains(c.Says, c.AlsoTrue));
        Assert.Equal(Interlude.Poses.Select(VisibleStates.Number).Order(), none.Select(c => c.Says).Distinct().Order());
        Assert.InRange(clips.Count(c => c.Label == (int)ActionKind.StandsStill), 4000 / 17 * 0.8, 4000 / 17 * 1.3);
        // Whoever holds a box stands still, whatever the caption says; whoever sits does not.
        var still = clips.First(c => c.Label == (int)ActionKind.StandsStill && c.CaptionAttribute is null);
        Assert.All(none, c => Assert.Equal(c.Says != VisibleStates.Number(VisibleState.SitsOnChair) && c.Says != VisibleStates.Number(VisibleState.LiesOnFloor), c.Fits(still)));
        // A text that names what is seen is true of the clips that show it, and of no action.
        var seated = none.First(c => c.Says == VisibleStates.Number(VisibleState.SitsOnChair) && c.CaptionAttribute is null);
        Assert.All(clips, c => Assert.Equal(c.AlsoTrue.Contains(seated.Says), c.Fits(seated)));
    }

    [Fact]
    public void Training_Walk_IsFollowedByItsTwin()
    {
        var source = new GeneratedClipSource(Spec);
        var pairs = Enumerable.Range(0, 400).Select(n => (First: source.Training(2 * n), Second: source.Training(2 * n + 1)))
            .Where(p => p.First.Attribute is null && p.First.AlsoTrue.Contains(p.First.Label)).ToList();
        Assert.InRange(pairs.Count, 4, 30);
        Assert.All(pairs, pair =>
        {
            Assert.Equal(ActionCatalog.Partner((ActionKind)pair.First.Label), (ActionKind)pair.Second.Label);
            Assert.Equal(pair.First.Pixels.Chunk(Spec.FrameBytes).Reverse().SelectMany(f => f), pair.Second.Pixels);
        });
    }

    [Fact]
    public void Training_ManyClips_ShowsNoPoseInAShirtThatIsKeptForItsAction()
    {
        var kept = Compositions.Novel.ToLookup(c => c.Action, c => c.Shirt);
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
                // One waits and one walks; backwards it is the other direction.
                Assert.Equal(2, clip.Shirts.Count);
                Assert.DoesNotContain(clip.Shirts[0], kept[ActionKind.StandsStill]);
                Assert.All(clip.Shirts, shirt => Assert.DoesNotContain(shirt, kept[ActionKind.WalksLeft].Concat(kept[ActionKind.WalksRight])));
                return;
            }
            Assert.Equal(clip.Shirt, clip.Shirts[0]);
            Assert.DoesNotContain(clip.Shirt, shown.Concat(clip.Action is { } action ? [action] : []).SelectMany(a => kept[a]));
        });
    }

    [Fact]
    public void Evaluation_HeldPoses_AreToldFromEveryAction()
    {
        var set = new GeneratedClipSource(Small).Evaluation(2).Single(s => s.Name == "held-poses");
        Assert.Equal([17, 18, 19, 17, 18, 19], set.Clips.Select(c => c.Label));
        Assert.Equal(20, set.Classes.Count);
        Assert.Equal(["sits_on_chair", "lies_on_floor", "holds_box"], set.Classes.Skip(17).Select(c => c.Name));
        Assert.False(set.Supervised);
    }

    private static double Change(byte[] pixels) => Enumerable.Range(0, Spec.Frames - 1).Average(t => Difference(pixels, t).Average(d => d.By));

    private static double Where(byte[] pixels, int frame)
    {
        var moved = Difference(pixels, frame).Where(d => d.By > 40).ToList();
        return moved.Count < 20 ? double.NaN : moved.Average(d => d.X);
    }

    private static IEnumerable<(int X, int By)> Difference(byte[] pixels, int frame) => Enumerable.Range(0, Spec.FrameBytes)
        .Select(i => (i / 3 % Spec.Size, Math.Abs(pixels[(frame + 1) * Spec.FrameBytes + i] - pixels[frame * Spec.FrameBytes + i])));
}
