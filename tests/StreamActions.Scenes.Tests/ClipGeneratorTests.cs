// Clips depend only on their seed, reversed actions differ only in frame order, and captions match the pictures.
using CsCheck;
using StreamActions.Core.Clips;

namespace StreamActions.Scenes.Tests;

public sealed class ClipGeneratorTests
{
    private static readonly ClipSpec Spec = new(Frames: 8, SampleFps: 4, Size: 64, ResizeRule.Squash);
    private static readonly Gen<ActionKind> Kinds = Gen.Enum<ActionKind>();

    [Fact]
    public void Generate_SameSeedOnManyThreads_GivesSameClip()
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
    public void Generate_OtherSeed_GivesOtherClip() => Gen.ULong.Sample(seed =>
        !ClipGenerator.Generate(seed, Spec).Pixels.AsSpan().SequenceEqual(ClipGenerator.Generate(seed + 1, Spec).Pixels), iter: 50);

    [Fact]
    public void Generate_ReversedAction_ReversesFramesOfPartner()
    {
        foreach (var action in ActionCatalog.All.Where(a => a.ReverseOf is not null))
        {
            Gen.ULong.Sample(seed =>
            {
                var forwards = ClipGenerator.Generate(seed, Spec, action.ReverseOf).Pixels;
                var backwards = ClipGenerator.Generate(seed, Spec, action.Kind).Pixels;
                var reversed = Enumerable.Range(0, Spec.Frames).Reverse()
                    .SelectMany(t => forwards.AsSpan(t * Spec.FrameBytes, Spec.FrameBytes).ToArray());
                return reversed.SequenceEqual(backwards) && !forwards.AsSpan().SequenceEqual(backwards);
            }, iter: 10);
        }
    }

    [Fact]
    public void Generate_EarlierFrames_ChangeNothingInClip() =>
        Gen.Select(Gen.ULong, Gen.Enum<ActionKind>(), Gen.Int[1, 9]).Sample((seed, kind, earlier) =>
    {
        // The second person of an action of two may get another shirt; see Incidental_EarlierFrames_HaveNoNovelComposition.
        if (ActionCatalog.Of(kind).People == 2)
            return;
        var clip = ClipGenerator.Generate(seed, Spec, kind);
        var longer = ClipGenerator.Generate(seed, Spec, kind, earlier: earlier);
        Assert.Equal((clip.Action, clip.Colour, clip.Caption), (longer.Action, longer.Colour, longer.Caption));
        Assert.Equal((earlier + Spec.Frames) * Spec.FrameBytes, longer.Pixels.Length);
        Assert.True(longer.Pixels.AsSpan(earlier * Spec.FrameBytes).SequenceEqual(clip.Pixels));
    }, iter: 60);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void DrawEarlier_AnyDirection_ShowsTimeBeforeClip(bool backwards)
    {
        // At difficulty 0 nothing is random after the scene's construction, so that frames can be compared.
        using var scene = new GeneratedScene(7, Spec, ActionKind.WalksRight, difficulty: 0, shirt: null);
        var drawing = new ClipDrawing(scene, Spec, earlier: 3) { Backwards = backwards };
        drawing.DrawEarlier();
        drawing.DrawClip();
        var frame = new byte[Spec.FrameBytes];
        for (var t = 0; t < 3 + Spec.Frames; t++)
        {
            scene.Draw((backwards ? Spec.Frames - 1 - (t - 3) : t - 3) / Spec.SampleFps, frame);
            Assert.True(drawing.Pixels.AsSpan(t * Spec.FrameBytes, Spec.FrameBytes).SequenceEqual(frame), $"frame {t}");
        }
    }

    [Fact]
    public void Generate_AnyClip_HasSpecifiedSizeAndContrast() =>
        Gen.Select(Gen.ULong, Kinds, Gen.Enum<ResizeRule>(), Gen.Int[16, 96]).Sample((seed, kind, rule, size) =>
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
    public void Generate_OtherResizeRule_GivesOtherPixels() => Assert.NotEqual(
        ClipGenerator.Generate(5, Spec, ActionKind.Jumps).Pixels,
        ClipGenerator.Generate(5, Spec with { Resize = ResizeRule.CenterCrop }, ActionKind.Jumps).Pixels);

    [Fact]
    public void Generate_CaptionWithColour_NamesColourOfSinglePerformer()
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
}
