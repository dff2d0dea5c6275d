// The part of a picture that a view analyses.
namespace StreamActions.Video;

/// <summary>A rectangle in pixels of one picture.</summary>
/// <param name="X">Left edge, at least 0.</param>
/// <param name="Y">Top edge, at least 0.</param>
/// <param name="Width">Width, at least 1.</param>
/// <param name="Height">Height, at least 1.</param>
public readonly record struct CropRectangle(int X, int Y, int Width, int Height)
{
    /// <summary>Shortest side that <see cref="FromPolygon"/> returns, unless the picture is smaller.</summary>
    public const int MinimumSide = 8;

    /// <summary>The whole picture.</summary>
    public static CropRectangle Whole(int width, int height) => new(0, 0, width, height);

    /// <summary>
    /// The polygon's bounding box in a picture of <paramref name="width"/> × <paramref name="height"/> pixels. Each side grows by
    /// <paramref name="padding"/> of its length, stays inside the picture and has at least <see cref="MinimumSide"/> pixels.
    /// </summary>
    /// <param name="points">Corners relative to the picture: (0,0) top left, (1,1) bottom right; at least one.</param>
    /// <param name="width">Picture width in pixels.</param>
    /// <param name="height">Picture height in pixels.</param>
    /// <param name="padding">At least 0; 0.1 adds a tenth of the box on each side.</param>
    /// <exception cref="ArgumentException">No points, or a size or padding out of bounds.</exception>
    public static CropRectangle FromPolygon(IReadOnlyCollection<(double X, double Y)> points, int width, int height, double padding = 0)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(padding);
        if (points.Count == 0)
            throw new ArgumentException("a polygon needs at least one point", nameof(points));
        var (x, boxWidth) = Side(points.Min(p => p.X), points.Max(p => p.X), width, padding);
        var (y, boxHeight) = Side(points.Min(p => p.Y), points.Max(p => p.Y), height, padding);
        return new CropRectangle(x, y, boxWidth, boxHeight);
    }

    private static (int Start, int Length) Side(double low, double high, int size, double padding)
    {
        var pad = (high - low) * padding;
        // 1e-6 of a pixel: an edge on a pixel border stays there in spite of rounding.
        var start = Math.Clamp((int)Math.Floor((low - pad) * size + 1e-6), 0, size - 1);
        var end = Math.Clamp((int)Math.Ceiling((high + pad) * size - 1e-6), start + 1, size);
        var missing = Math.Min(MinimumSide, size) - (end - start);
        if (missing > 0)
        {
            start = Math.Clamp(start - missing / 2, 0, size - Math.Min(MinimumSide, size));
            end = start + Math.Min(MinimumSide, size);
        }
        return (start, end - start);
    }
}
