// Clips depend on their seed alone, pairs differ in nothing but order, and what is to be seen is in the picture.
using CsCheck;
using StreamActions.Core.Clips;
using StreamActions.Trainer.Data;
using StreamActions.Trainer.Generation;

namespace StreamActions.Trainer.Tests.Generation;

public sealed class ClipGeneratorTests
{
    private static readonly ClipSpec Spec = GeneratedClipSource.DemoClip;
    private static readonly Gen<ActionKind> Kinds = Gen.Enum<ActionKind>();

    [Fact]
    public void Generate_SameSeedOnManyThreads_GivesTheSameClip()
    {
        var expected = Enumerable.Range(0, 24).Select(n => ClipGenerator.Generate((ulong)n, Spec)).ToList();
        Parallel.For(0, 96, n =>
        {
            var clip = ClipGenerator.Generate((ulong)(n % 24), Spec);
            var first = expected[n % 24];
            Assert.Equal((first.Action, first.Colour, first.Caption), (clip.Action, clip.Colour, clip.Caption));
            Assert.True(first.Pixels.AsSpan().SequenceEqual(clip.Pixels));
        });
    }

    [Fact]
    public void Generate_OtherSeed_GivesAnotherClip() => Gen.ULong.Sample(seed =>
        !ClipGenerator.Generate(seed, Spec).Pixels.AsSpan().SequenceEqual(ClipGenerator.Generate(seed + 1, Spec).Pixels), iter: 50);

    [Fact]
    public void Generate_ReversedAction_IsItsPartnersClipBackwards()
    {
        foreach (var action in ActionCatalog.All.Where(a => a.ReverseOf is not null))
        {
            Gen.ULong.Sample(seed =>
            {
                var forwards = ClipGenerator.Generate(seed, Spec, action.ReverseOf).Pixels;
                var backwards = ClipGenerator.Generate(seed, Spec, action.Kind).Pixels;
                var turned = Enumerable.Range(0, Spec.Frames).Reverse().SelectMany(t => forwards.AsSpan(t * Spec.FrameBytes, Spec.FrameBytes).ToArray());
                return turned.SequenceEqual(backwards) && !forwards.AsSpan().SequenceEqual(backwards);
            }, iter: 10);
        }
    }

    [Fact]
    public void Generate_AnyClip_HasTheRightSizeAndIsAPicture() => Gen.Select(Gen.ULong, Kinds, Gen.Enum<ResizeRule>(), Gen.Int[16, 96]).Sample((seed, kind, rule, size) =>
    {
        var spec = new ClipSpec(3, 2, size, rule);
        var clip = ClipGenerator.Generate(seed, spec, kind);
        Assert.Equal(spec.ClipBytes, clip.Pixels.Length);
        Assert.Equal(kind, clip.Action);
        for (var t = 0; t < spec.Frames; t++)
        {
            var frame = clip.Pixels.AsSpan(t * spec.FrameBytes, spec.FrameBytes);
            var (low, high) = (byte.MaxValue, byte.MinValue);
            foreach (var value in frame)
                (low, high) = (Math.Min(low, value), Math.Max(high, value));
            Assert.True(high - low > 15, $"frame {t} is flat");
        }
    }, iter: 200);

    [Fact]
    public void Generate_OneAndTheSameClip_DependsOnTheResizeRule() => Assert.NotEqual(
        ClipGenerator.Generate(5, Spec, ActionKind.Jumps).Pixels,
        ClipGenerator.Generate(5, Spec with { Resize = ResizeRule.CenterCrop }, ActionKind.Jumps).Pixels);

    [Fact]
    public void Generate_Caption_NamesOnlyTheColourOfTheOnePerformer()
    {
        var named = 0;
        for (var seed = 0UL; seed < 400; seed++)
        {
            var clip = ClipGenerator.Generate(seed, new ClipSpec(1, 1, 8, ResizeRule.Squash));
            Assert.Equal(ActionCatalog.Of(clip.Action).People == 1, clip.Colour is not null);
            var mentioned = SceneLook.ShirtNames.Where(c => clip.Caption.Text.Contains($" {c} shirt", StringComparison.Ordinal)).ToList();
            Assert.Equal(clip.Caption.Colour is null ? [] : [clip.Caption.Colour], mentioned);
            if (clip.Caption.Colour is not null)
            {
                Assert.Equal(clip.Colour, clip.Caption.Colour);
                named++;
            }
        }
        Assert.InRange(named, 40, 200);
    }

    [Fact]
    public void Training_ReversibleAction_IsFollowedByItsTwin()
    {
        // In one batch two clips with the same frames and opposite captions: only their order tells them apart.
        var source = new GeneratedClipSource(Spec);
        var twins = 0;
        for (var i = 0L; i < 80; i += 2)
        {
            TrainingClip clip = source.Training(i), next = source.Training(i + 1);
            if (clip.Label == TrainingClip.NoClass || clip.AlsoTrue.Count > 0 || clip.Attribute is null || ActionCatalog.Partner((ActionKind)clip.Label) is not { } partner || Compositions.IsNovel(new(partner, clip.Attribute!)))
                continue;
            twins++;
            Assert.Equal(partner, (ActionKind)next.Label);
            Assert.Equal(clip.Attribute, next.Attribute);
            Assert.Equal(clip.Pixels.Chunk(Spec.FrameBytes).Reverse().SelectMany(f => f), next.Pixels);
        }
        Assert.InRange(twins, 10, 35);
    }

    [Fact]
    public void HeldOut_AnyTrainingSeed_NeverMeetsItsClips() => Gen.Select(Gen.ULong, Gen.Long[0, 1L << 39]).Sample((seed, index) =>
    {
        var spec = new ClipSpec(1, 1, 8, ResizeRule.Squash);
        var training = new GeneratedClipSource(spec, seed).Training(index);
        return new GeneratedClipSource(spec, seed).Evaluation(1)[0].Clips.All(h => !h.Views[0].AsSpan().SequenceEqual(training.Pixels));
    }, iter: 20);

    [Fact]
    public void HeldOut_SeedsThatWouldReachIt_AreFoldedBack()
    {
        var spec = new ClipSpec(1, 1, 8, ResizeRule.Squash);
        // 2²² · 2⁴⁰ is the first held-out seed.
        var training = new GeneratedClipSource(spec, 1UL << 22);
        var drawn = ClipGenerator.Generate(1UL << 62, spec);
        Assert.False(training.Training(0).Pixels.AsSpan().SequenceEqual(drawn.Pixels));
    }
}
