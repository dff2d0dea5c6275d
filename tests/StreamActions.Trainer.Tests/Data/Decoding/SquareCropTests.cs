// Square crops stay within the picture.
using CsCheck;
using StreamActions.Trainer.Data.Decoding;

namespace StreamActions.Trainer.Tests.Data.Decoding;

public sealed class SquareCropTests
{
    [Fact]
    public void Random_AnySize_StaysInPictureAndNearShortSide() =>
        Gen.Select(Gen.Int[1, 500], Gen.Int[1, 500], Gen.Double[1, 2], Gen.Bool, Gen.Int).Sample((width, height, jitter, anywhere, seed) =>
        {
            var crop = SquareCrop.Random(width, height, jitter, anywhere, new Random(seed));
            Assert.Equal(crop.Width, crop.Height);
            Assert.InRange(crop.X, 0, width - crop.Width);
            Assert.InRange(crop.Y, 0, height - crop.Height);
            Assert.InRange(crop.Width, (int)(Math.Min(width, height) / jitter - 1), Math.Min(width, height));
        });

    [Fact]
    public void Random_ManyDraws_CoverAllPositions()
    {
        var random = new Random(1);
        var crops = Enumerable.Range(0, 500).Select(_ => SquareCrop.Random(12, 10, 1, anywhere: true, random)).ToList();

        Assert.Equal([0, 1, 2], crops.Select(c => c.X).Distinct().Order());
        Assert.All(crops, crop => Assert.Equal((0, 10), (crop.Y, crop.Width)));
    }

    [Fact]
    public void View_ThreeViews_AreFirstMiddleAndLast()
    {
        Assert.Equal([0, 4, 8], Enumerable.Range(0, 3).Select(view => SquareCrop.View(18, 10, view, 3).X));
        Assert.Equal([0, 4, 8], Enumerable.Range(0, 3).Select(view => SquareCrop.View(10, 18, view, 3).Y));
        Assert.Equal(4, SquareCrop.View(18, 10, 0, 1).X);
    }
}
