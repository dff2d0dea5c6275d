// Generated clips as training data: pairs differ only in frame order, held-out clips are never trained on, the split is fixed.
using CsCheck;
using StreamActions.Core.Clips;
using StreamActions.Scenes;
using StreamActions.Trainer.Data;

namespace StreamActions.Trainer.Tests.Data;

public sealed class GeneratedClipSourceTests
{
    private static readonly ClipSpec Spec = GeneratedClipSource.DemoClip, Small = new(2, 1, 8, ResizeRule.Squash);

    [Fact]
    public void Classes_ActionsOutsideBenchmark_AreExcluded()
    {
        var source = new GeneratedClipSource(Spec);
        Assert.Equal(ActionCatalog.All.Select(a => a.Name), source.Classes.Select(c => c.Name));
        Assert.DoesNotContain(
            source.Texts, t => t.Contains("hands up", StringComparison.Ordinal) || t.Contains("crouch", StringComparison.Ordinal));
    }

    [Fact]
    public void Training_EarlierFrames_ChangeNothingInClip()
    {
        var source = new GeneratedClipSource(Small, warmUpClips: 0);
        for (var n = 0; n < 300; n++)
        {
            var (alone, longer) = (source.Training(n), source.Training(n, earlier: 3));
            Assert.Equal((alone.Label, alone.Caption, alone.Attribute), (longer.Label, longer.Caption, longer.Attribute));
            Assert.Equal(3 * Small.FrameBytes + Small.ClipBytes, longer.Pixels.Length);
            // In a scene of two people, the second person may wear another shirt.
            if (alone.Attribute is not null)
                Assert.True(longer.Pixels.AsSpan(3 * Small.FrameBytes).SequenceEqual(alone.Pixels), $"clip {n}");
        }
        Assert.All(source.Evaluation(1, earlier: 3).SelectMany(s => s.Clips),
            c => Assert.Equal(3 * Small.FrameBytes + Small.ClipBytes, c.Views[0].Length));
    }

    [Fact]
    public void Training_ReversibleAction_IsFollowedByReversedClip()
    {
        // One batch contains two clips with the same frames and opposite captions: they differ only in frame order.
        var source = new GeneratedClipSource(Spec);
        var reversedClips = 0;
        for (var i = 0L; i < 80; i += 2)
        {
            TrainingClip clip = source.Training(i), next = source.Training(i + 1);
            if (clip.Label == TrainingClip.NoClass || clip.AlsoTrue.Count > 0 || clip.Attribute is null
                || ActionCatalog.Partner((ActionKind)clip.Label) is not { } partner
                || Compositions.IsNovel(new(partner, clip.Attribute!)))
                continue;
            reversedClips++;
            Assert.Equal(partner, (ActionKind)next.Label);
            Assert.Equal(clip.Attribute, next.Attribute);
            Assert.Equal(clip.Pixels.Chunk(Spec.FrameBytes).Reverse().SelectMany(f => f), next.Pixels);
        }
        Assert.InRange(reversedClips, 10, 35);
    }

    [Fact]
    public void Evaluation_AnySeed_SharesNoClipWithTraining() => Gen.Select(Gen.ULong, Gen.Long[0, 1L << 39]).Sample((seed, index) =>
    {
        var spec = new ClipSpec(1, 1, 8, ResizeRule.Squash);
        var training = new GeneratedClipSource(spec, seed).Training(index);
        return new GeneratedClipSource(spec, seed).Evaluation(1)[0].Clips.All(h => !h.Views[0].AsSpan().SequenceEqual(training.Pixels));
    }, iter: 20);

    [Fact]
    public void Training_SeedInHeldOutRange_IsMappedBack()
    {
        var spec = new ClipSpec(1, 1, 8, ResizeRule.Squash);
        // 2²² · 2⁴⁰ is the first held-out seed.
        var training = new GeneratedClipSource(spec, 1UL << 22);
        var drawn = ClipGenerator.Generate(1UL << 62, spec);
        Assert.False(training.Training(0).Pixels.AsSpan().SequenceEqual(drawn.Pixels));
    }

    [Fact]
    public void Training_ManyClips_ShowsNoNovelComposition()
    {
        var source = new GeneratedClipSource(new ClipSpec(1, 1, 8, ResizeRule.Squash));
        var seen = Enumerable.Range(0, 3000).Select(i => source.Training(i))
            .Where(c => c.Attribute is not null && c.Label != TrainingClip.NoClass)
            .Select(c => new Composition((ActionKind)c.Label, c.Attribute!)).ToHashSet();
        Assert.DoesNotContain(seen, Compositions.IsNovel);
        Assert.True(seen.SetEquals(Compositions.Base));
    }

    [Fact]
    public void Evaluation_CompositionSets_ContainTheirCompositions()
    {
        var sets = new GeneratedClipSource(new ClipSpec(1, 1, 8, ResizeRule.Squash)).Evaluation(7).ToDictionary(s => s.Name);
        // Base and novel sets choose among the same classes.
        Assert.Equal(sets["base-compositions"].Classes, sets["novel-compositions"].Classes);
        Assert.Equal(Compositions.All.Select(Captions.Canonical), sets["novel-compositions"].Classes.Select(c => c.Phrase));
        var expected = new[]
        {
            ("base-compositions", false, Compositions.Base.Count),
            ("novel-compositions", true, 7 * Compositions.Novel.Count),
        };
        foreach (var (name, novel, clips) in expected)
        {
            var labels = sets[name].Clips.Select(c => c.Label).ToList();
            Assert.Equal(clips, labels.Count);
            Assert.All(labels, l => Assert.Equal(novel, Compositions.IsNovel(Compositions.All[l])));
        }
        Assert.Equal(Compositions.Novel.Count, sets["novel-alone"].Classes.Count);
    }

    [Fact]
    public void Training_ManyClips_IncludesUnclassifiedClips()
    {
        var clips = Enumerable.Range(0, 4000).Select(i => new GeneratedClipSource(Small).Training(i)).ToList();
        var unclassified = clips.Where(c => c.Label == TrainingClip.NoClass).ToList();
        Assert.InRange(unclassified.Count, 150, 400);
        Assert.All(unclassified, c => Assert.Contains(c.CaptionLabel, c.AlsoTrue));
        Assert.Equal(Interlude.Poses.Select(VisibleStates.Number).Order(), unclassified.Select(c => c.CaptionLabel).Distinct().Order());
        Assert.InRange(clips.Count(c => c.Label == (int)ActionKind.StandsStill), 4000 / 17 * 0.8, 4000 / 17 * 1.3);
        // A clip of a person with a box is also one of standing still, independent of its caption. A clip of a sitting person is not.
        var still = clips.First(c => c.Label == (int)ActionKind.StandsStill && c.CaptionAttribute is null);
        Assert.All(unclassified, c => Assert.Equal(c.CaptionLabel != VisibleStates.Number(VisibleState.SitsOnChair)
            && c.CaptionLabel != VisibleStates.Number(VisibleState.LiesOnFloor), c.Fits(still)));
        // A caption of a state is true of all clips that show the state.
        var sits = VisibleStates.Number(VisibleState.SitsOnChair);
        var seated = unclassified.First(c => c.CaptionLabel == sits && c.CaptionAttribute is null);
        Assert.All(clips, c => Assert.Equal(c.AlsoTrue.Contains(seated.CaptionLabel), c.Fits(seated)));
    }

    [Fact]
    public void Training_WalkBetweenActions_IsFollowedByReversedClip()
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
    public void Evaluation_HeldPoses_AreClassesBesideAllActions()
    {
        var set = new GeneratedClipSource(Small).Evaluation(2).Single(s => s.Name == "held-poses");
        Assert.Equal([17, 18, 19, 17, 18, 19], set.Clips.Select(c => c.Label));
        Assert.Equal(20, set.Classes.Count);
        Assert.Equal(["sits_on_chair", "lies_on_floor", "holds_box"], set.Classes.Skip(17).Select(c => c.Name));
        Assert.False(set.Supervised);
    }
}
