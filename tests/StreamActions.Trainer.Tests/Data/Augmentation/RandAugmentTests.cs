// RandAugment operations: exact values of tone operations, and no movement of pixels without geometric operations.
using CsCheck;
using StreamActions.Trainer.Data.Augmentation;

namespace StreamActions.Trainer.Tests.Data.Augmentation;

public sealed class RandAugmentTests
{
    private const int Size = 8;

    [Fact]
    public void Apply_WithoutGeometric_MovesNoPixel() =>
        Gen.Select(Gen.Int[0, 6], Gen.Double[0, 10], Gen.Int).Sample((operations, magnitude, seed) =>
    {
        // All rows are equal: geometric operations would make rows differ, tone operations do not.
        var clip = Rows();
        RandAugment.Apply(clip, operations, magnitude, geometric: false, new Random(seed));
        for (var y = 1; y < 2 * Size; y++)
            Assert.True(clip.Pixels.AsSpan(0, Size * 3).SequenceEqual(clip.Pixels.AsSpan(y * Size * 3, Size * 3)));
    });

    [Fact]
    public void Apply_WithGeometric_MovesPixels() => Assert.Contains(Enumerable.Range(0, 50), seed =>
    {
        var clip = Rows();
        RandAugment.Apply(clip, 4, 9, geometric: true, new Random(seed));
        return !clip.Pixels.AsSpan(0, Size * 3).SequenceEqual(clip.Pixels.AsSpan((Size - 1) * Size * 3, Size * 3));
    });

    [Fact]
    public void All_Operations_AtFullMagnitudeChangeClip() => Assert.All(RandAugment.All, operation =>
    {
        var clip = Noise();
        operation.Apply(clip, 1, -1);
        Assert.False(clip.Pixels.AsSpan().SequenceEqual(Noise().Pixels), operation.Name);
    });

    [Fact]
    public void Invert_Twice_RestoresClip()
    {
        var clip = Noise();
        ToneOperations.Invert(clip);
        Assert.Equal(255 - Noise().Pixels[0], clip.Pixels[0]);
        ToneOperations.Invert(clip);
        Assert.Equal(Noise().Pixels, clip.Pixels);
    }

    [Fact]
    public void Mirror_Row_ReversesPixels()
    {
        var clip = new ClipPixels([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], 1, 2);
        PictureOperations.Mirror(clip);

        Assert.Equal([4, 5, 6, 1, 2, 3, 10, 11, 12, 7, 8, 9], clip.Pixels);
    }

    [Fact]
    public void Tones_KnownValues_AreExact()
    {
        Assert.Equal([0, 128, 192], Toned(clip => ToneOperations.Posterize(clip, 2), 63, 129, 250));
        Assert.Equal([10, 155, 5], Toned(clip => ToneOperations.Solarize(clip, 100), 10, 100, 250));
        Assert.Equal([110, 237, 128], Toned(clip => ToneOperations.SolarizeAdd(clip, 110), 0, 127, 128));
        Assert.Equal([20, 254, 255], Toned(clip => ToneOperations.Brightness(clip, 2), 10, 127, 200));
        Assert.Equal([100, 100, 100], Toned(clip => ToneOperations.Contrast(clip, 0), 50, 100, 150));
        Assert.Equal([100, 100, 100], Toned(clip => PictureOperations.Saturation(clip, 0), 100, 100, 100));
    }

    [Fact]
    public void AutoContrast_NarrowChannel_IsStretchedToFullRange()
    {
        var clip = new ClipPixels([100, 0, 7, 150, 255, 7, 110, 1, 7, 120, 2, 7], 1, 2);
        ToneOperations.AutoContrast(clip);

        Assert.Equal([0, 0, 7, 255, 255, 7, 51, 1, 7, 102, 2, 7], clip.Pixels);
    }

    [Fact]
    public void Equalize_FewValues_AreSpreadOverFullRange()
    {
        var clip = new ClipPixels([10, 5, 0, 11, 5, 0, 12, 5, 0, 13, 5, 0], 1, 2);
        ToneOperations.Equalize(clip);

        Assert.Equal([0, 85, 170, 255], clip.Pixels.Where((_, i) => i % 3 == 0).Select(value => (int)value));
        Assert.Equal([5, 5, 5, 5], clip.Pixels.Where((_, i) => i % 3 == 1).Select(value => (int)value));
    }

    private static byte[] Toned(Action<ClipPixels> change, params byte[] pixel)
    {
        var clip = new ClipPixels(pixel, 1, 1);
        change(clip);
        return clip.Pixels;
    }

    private static ClipPixels Rows() =>
        new([.. Enumerable.Range(0, 2 * Size).SelectMany(_ => Enumerable.Range(0, Size * 3).Select(i => (byte)(i * 37 % 251)))], 2, Size);

    private static ClipPixels Noise()
    {
        var pixels = new byte[2 * Size * Size * 3];
        new Random(4).NextBytes(pixels);
        for (var i = 0; i < pixels.Length; i++)
            pixels[i] = (byte)(60 + pixels[i] / 2);
        return new(pixels, 2, Size);
    }
}
