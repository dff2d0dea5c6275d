// The bounding box of a zone in a picture.
using CsCheck;

namespace StreamActions.Video.Tests;

public class CropRectangleTests
{
    [Fact]
    public void FromPolygon_Rectangle_ReturnsIt() =>
        Assert.Equal(new CropRectangle(64, 72, 448, 252),
            CropRectangle.FromPolygon([(0.10, 0.20), (0.80, 0.20), (0.80, 0.90), (0.10, 0.90)], 640, 360));

    [Fact]
    public void FromPolygon_Triangle_ReturnsItsBoundingBox() =>
        Assert.Equal(new CropRectangle(25, 0, 50, 50), CropRectangle.FromPolygon([(0.5, 0), (0.25, 0.5), (0.75, 0.25)], 100, 100));

    [Fact]
    public void FromPolygon_Padding_MovesEachSideOut() =>
        Assert.Equal(new CropRectangle(15, 36, 70, 28), CropRectangle.FromPolygon([(0.25, 0.4), (0.75, 0.6)], 100, 100, padding: 0.2));

    [Fact]
    public void FromPolygon_PaddingAtTheEdge_StaysInside() =>
        Assert.Equal(CropRectangle.Whole(100, 100), CropRectangle.FromPolygon([(0, 0), (1, 1)], 100, 100, padding: 0.5));

    [Fact]
    public void FromPolygon_Point_ReturnsEightPixelsAroundIt() =>
        Assert.Equal(new CropRectangle(47, 47, 8, 8), CropRectangle.FromPolygon([(0.5, 0.5)], 100, 100));

    [Fact]
    public void FromPolygon_AnyPolygon_IsInsideThePictureAndCoversItsPoints()
    {
        var point = Gen.Select(Gen.Double[0, 1], Gen.Double[0, 1]);
        Gen.Select(point.Array[1, 8], Gen.Int[1, 2000], Gen.Int[1, 2000], Gen.Double[0, 1]).Sample((points, width, height, padding) =>
        {
            var crop = CropRectangle.FromPolygon(points, width, height, padding);
            return crop.X >= 0 && crop.Y >= 0 && crop.X + crop.Width <= width && crop.Y + crop.Height <= height
                && crop.Width >= Math.Min(8, width) && crop.Height >= Math.Min(8, height)
                && points.All(p => p.Item1 * width >= crop.X - 0.001 && p.Item1 * width <= crop.X + crop.Width + 0.001
                    && p.Item2 * height >= crop.Y - 0.001 && p.Item2 * height <= crop.Y + crop.Height + 0.001);
        });
    }
}
