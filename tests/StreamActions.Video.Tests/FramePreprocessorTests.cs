// Exact pixels of the model's input for simple pictures.
using StreamActions.Core.Clips;

namespace StreamActions.Video.Tests;

public class FramePreprocessorTests
{
    private static readonly (byte R, byte G, byte B) Red = (250, 10, 20);
    private static readonly (byte R, byte G, byte B) Blue = (5, 30, 240);

    [Theory]
    [InlineData(640, 360, 64, ResizeRule.CenterCrop)]
    [InlineData(640, 360, 64, ResizeRule.Squash)]
    [InlineData(17, 33, 224, ResizeRule.CenterCrop)]
    [InlineData(30, 500, 64, ResizeRule.Squash)]
    [InlineData(64, 64, 64, ResizeRule.Squash)]
    public void Resize_ConstantColour_StaysThatColour(int width, int height, int size, ResizeRule rule)
    {
        var result = Resize(Picture(width, height, (_, _) => Red), width, height, CropRectangle.Whole(width, height), size, rule);

        Assert.All(Pixels(result), pixel => Assert.Equal(Red, pixel));
    }

    [Theory]
    [InlineData(ResizeRule.CenterCrop)]
    [InlineData(ResizeRule.Squash)]
    public void Resize_LeftAndRightHalf_StayInPlace(ResizeRule rule)
    {
        var result = Resize(Picture(640, 360, (x, _) => x < 320 ? Red : Blue), 640, 360, CropRectangle.Whole(640, 360), 32, rule);

        var pixels = Pixels(result);
        for (var i = 0; i < pixels.Length; i++)
            Assert.Equal(i % 32 < 16 ? Red : Blue, pixels[i]);
    }

    [Fact]
    public void Resize_UpperAndLowerHalf_StayInPlace()
    {
        var picture = Picture(360, 640, (_, y) => y < 320 ? Red : Blue);
        var result = Resize(picture, 360, 640, CropRectangle.Whole(360, 640), 32, ResizeRule.CenterCrop);

        var pixels = Pixels(result);
        for (var i = 0; i < pixels.Length; i++)
            Assert.Equal(i / 32 < 16 ? Red : Blue, pixels[i]);
    }

    [Fact]
    public void Resize_CenterCrop_KeepsExactlyTheMiddleSquare()
    {
        // The middle square of 640×360 is 140 ≤ x < 500.
        var picture = Picture(640, 360, (x, _) => x is >= 140 and < 500 ? Red : Blue);
        var result = Resize(picture, 640, 360, CropRectangle.Whole(640, 360), 36, ResizeRule.CenterCrop);

        Assert.All(Pixels(result), pixel => Assert.Equal(Red, pixel));
    }

    [Fact]
    public void Resize_Squash_KeepsTheWholePicture()
    {
        // A tenth of the width on either side becomes a tenth of the square.
        var picture = Picture(640, 360, (x, _) => x is >= 64 and < 576 ? Red : Blue);
        var result = Resize(picture, 640, 360, CropRectangle.Whole(640, 360), 20, ResizeRule.Squash);

        var pixels = Pixels(result);
        for (var i = 0; i < pixels.Length; i++)
            Assert.Equal(i % 20 is >= 2 and < 18 ? Red : Blue, pixels[i]);
    }

    [Fact]
    public void Resize_Shrinking_AveragesAllPixels()
    {
        // A chessboard of single pixels becomes its mean. Without averaging, the result would be black or white.
        var result = Resize(Picture(128, 128, (x, y) => (x + y) % 2 == 0 ? ((byte)0, (byte)0, (byte)0) : ((byte)200, (byte)200, (byte)200)),
            128, 128, CropRectangle.Whole(128, 128), 32, ResizeRule.Squash);

        Assert.All(result, value => Assert.Equal(100, value));
    }

    [Fact]
    public void Resize_Crop_KeepsOnlyTheCrop()
    {
        var crop = new CropRectangle(100, 50, 60, 40);
        var picture = Picture(320, 240, (x, y) => x is >= 100 and < 160 && y is >= 50 and < 90 ? Red : Blue);

        Assert.All(Pixels(Resize(picture, 320, 240, crop, 24, ResizeRule.Squash)), pixel => Assert.Equal(Red, pixel));
        Assert.All(Pixels(Resize(picture, 320, 240, crop, 24, ResizeRule.CenterCrop)), pixel => Assert.Equal(Red, pixel));
    }

    [Fact]
    public void Resize_SameSize_CopiesThePixels()
    {
        var random = new Random(7);
        var picture = new byte[48 * 48 * 3];
        random.NextBytes(picture);

        Assert.Equal(picture, Resize(picture, 48, 48, CropRectangle.Whole(48, 48), 48, ResizeRule.CenterCrop));
    }

    [Fact]
    public void Resize_LongerDestination_KeepsTheRest()
    {
        var destination = Enumerable.Repeat((byte)77, 8 * 8 * 3 + 50).ToArray();

        FramePreprocessor.Resize(Picture(40, 30, (_, _) => Red), 40, 30, CropRectangle.Whole(40, 30), 8, ResizeRule.Squash, destination);

        Assert.All(destination[(8 * 8 * 3)..], value => Assert.Equal(77, value));
    }

    [Theory]
    [InlineData(-1, 0, 10, 10)]
    [InlineData(0, 0, 41, 10)]
    [InlineData(0, 25, 10, 6)]
    [InlineData(0, 0, 0, 10)]
    public void Resize_CropOutsideThePicture_IsRefused(int x, int y, int width, int height)
    {
        var picture = Picture(40, 30, (_, _) => Red);

        Assert.Throws<ArgumentException>(() =>
            FramePreprocessor.Resize(picture, 40, 30, new CropRectangle(x, y, width, height), 8, ResizeRule.Squash, new byte[192]));
    }

    [Fact]
    public void Resize_BufferTooShort_IsRefused()
    {
        var picture = Picture(40, 30, (_, _) => Red);
        var whole = CropRectangle.Whole(40, 30);

        Assert.Throws<ArgumentException>(() => FramePreprocessor.Resize(picture, 40, 30, whole, 8, ResizeRule.Squash, new byte[191]));
        Assert.Throws<ArgumentException>(
            () => FramePreprocessor.Resize(picture.AsSpan(1), 40, 30, whole, 8, ResizeRule.Squash, new byte[192]));
    }

    private static byte[] Resize(byte[] picture, int width, int height, CropRectangle crop, int size, ResizeRule rule)
    {
        var destination = new byte[size * size * 3];
        FramePreprocessor.Resize(picture, width, height, crop, size, rule, destination);
        return destination;
    }

    private static byte[] Picture(int width, int height, Func<int, int, (byte R, byte G, byte B)> colour)
    {
        var pixels = new byte[width * height * 3];
        for (var i = 0; i < width * height; i++)
            (pixels[i * 3], pixels[i * 3 + 1], pixels[i * 3 + 2]) = colour(i % width, i / width);
        return pixels;
    }

    private static (byte R, byte G, byte B)[] Pixels(byte[] rgb) => [.. rgb.Chunk(3).Select(p => (p[0], p[1], p[2]))];
}
