// Augmentation of a clip, and the limits for direction-sensitive clips.
using CsCheck;
using StreamActions.Core.Clips;
using StreamActions.Trainer.Data.Augmentation;
using StreamActions.Trainer.Data.Decoding;

namespace StreamActions.Trainer.Tests.Data.Augmentation;

public sealed class ClipAugmenterTests
{
    private static readonly ClipSpec Clip = new(3, 4, 16, ResizeRule.CenterCrop);
    private static readonly Gen<AugmentationOptions> Options =
        Gen.Select(Gen.Double[1, 1.3], Gen.Bool, Gen.Double[0, 0.4], Gen.Int[0, 4], Gen.Double[0, 6])
            .Select((jitter, crop, colour, operations, magnitude) => new AugmentationOptions
            {
                ShortSideJitter = jitter,
                RandomCrop = crop,
                Mirror = true,
                ColourJitter = colour,
                RandAugmentOperations = operations,
                RandAugmentMagnitude = magnitude,
            });

    [Fact]
    public void Make_SameSeed_GivesSameClipAndKeepsInput() =>
        Gen.Select(Options, Gen.Bool, Gen.Int).Sample((options, sensitive, seed) =>
    {
        var frames = Frames();
        var one = ClipAugmenter.Make(frames, Clip, options, sensitive, new Random(seed));
        Assert.Equal(Clip.ClipBytes, one.Length);
        Assert.True(one.AsSpan().SequenceEqual(ClipAugmenter.Make(Frames(), Clip, options, sensitive, new Random(seed))));
        Assert.True(frames.Frames.Pixels.AsSpan().SequenceEqual(Frames().Frames.Pixels));
    }, iter: 200);

    [Fact]
    public void Make_EqualFrames_StayEqual() => Gen.Select(Options, Gen.Bool, Gen.Int).Sample((options, sensitive, seed) =>
    {
        var pixels = ClipAugmenter.Make(Frames(), Clip, options, sensitive, new Random(seed));
        for (var t = 1; t < Clip.Frames; t++)
            Assert.True(pixels.AsSpan(0, Clip.FrameBytes).SequenceEqual(pixels.AsSpan(t * Clip.FrameBytes, Clip.FrameBytes)));
    }, iter: 200);

    [Fact]
    public void Make_DirectionSensitive_NeverMirrors() => Gen.Select(Gen.Double[1, 1.3], Gen.Bool, Gen.Int).Sample((jitter, crop, seed) =>
        LeftIsDark(ClipAugmenter.Make(
            Frames(), Clip, new() { ShortSideJitter = jitter, RandomCrop = crop, Mirror = true }, directionSensitive: true,
            new Random(seed))));

    [Fact]
    public void Make_DirectionSensitive_AppliesNoGeometricOperation() => Gen.Int.Sample(seed =>
    {
        // All rows of the frames are equal; rotation, shear or translation would make rows differ or add grey borders.
        var pixels = ClipAugmenter.Make(Frames(), Clip, AugmentationOptions.SomethingSomething, directionSensitive: true, new Random(seed));
        for (var y = 1; y < Clip.Frames * Clip.Size; y++)
            Assert.True(pixels.AsSpan(0, Clip.Size * 3).SequenceEqual(pixels.AsSpan(y * Clip.Size * 3, Clip.Size * 3)));
    });

    [Fact]
    public void Make_Mirror_MirrorsHalfOfClips()
    {
        var mirrored = Enumerable.Range(0, 400).Count(seed =>
            !LeftIsDark(ClipAugmenter.Make(Frames(), Clip, AugmentationOptions.Kinetics, directionSensitive: false, new Random(seed))));

        Assert.InRange(mirrored, 150, 250);
    }

    [Fact]
    public void Make_NoAugmentation_IsCentreCrop()
    {
        var pixels = ClipAugmenter.Make(Frames(), Clip, AugmentationOptions.None, directionSensitive: false, new Random(1));

        // 32×16 pixels, value 8·x in column x: the centre crop is columns 8 to 23.
        Assert.Equal(Enumerable.Range(8, 16).Select(x => (byte)(8 * x)), Enumerable.Range(0, 16).Select(x => pixels[x * 3]));
    }

    [Fact]
    public void Named_AnyName_IsValidRecipe()
    {
        Assert.Equal(
            [AugmentationOptions.Kinetics, AugmentationOptions.SomethingSomething, AugmentationOptions.None],
            AugmentationOptions.Names.Select(AugmentationOptions.Named));
        Assert.All(AugmentationOptions.Names, name => AugmentationOptions.Named(name).Check());
        Assert.False(AugmentationOptions.SomethingSomething.Mirror);
        Assert.Contains(
            "kinetics, something-something, none",
            Assert.Throws<TrainerException>(() => AugmentationOptions.Named("k400")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Check_OutOfBounds_NamesValue()
    {
        var option = Assert.Throws<TrainerException>(new AugmentationOptions { ColourJitter = 1 }.Check);
        Assert.Contains("--colour-jitter 1:", option.Message, StringComparison.Ordinal);
        // No command-line option sets these two, so they are bugs and not user errors.
        var jitter = Assert.Throws<InvalidOperationException>(new AugmentationOptions { ShortSideJitter = 0.9 }.Check);
        Assert.Contains("ShortSideJitter", jitter.Message, StringComparison.Ordinal);
        var magnitude = Assert.Throws<InvalidOperationException>(new AugmentationOptions { RandAugmentMagnitude = 11 }.Check);
        Assert.Contains("RandAugment", magnitude.Message, StringComparison.Ordinal);
    }

    /// <summary>Three frames of 32 × 16 pixels whose brightness increases to the right.</summary>
    private static SampledFrames Frames()
    {
        var pixels = new byte[3 * 32 * 16 * 3];
        for (var i = 0; i < pixels.Length; i++)
            pixels[i] = (byte)(8 * (i / 3 % 32));
        return new(new(pixels, 3, 32, 16), [0, 1, 2]);
    }

    private static bool LeftIsDark(byte[] pixels) => pixels[0] < pixels[(Clip.Size - 1) * 3];
}
