// Which square of a picture a clip sees.
using StreamActions.Video;

namespace StreamActions.Trainer.Data.Decoding;

/// <summary>Chooses squares; all lie in the picture.</summary>
internal static class SquareCrop
{
    /// <summary>
    /// The square that is left of a picture whose short side was enlarged by a factor in [1, jitter], at a random place or in the middle.
    /// </summary>
    public static CropRectangle Random(int width, int height, double jitter, bool anywhere, Random random)
    {
        var side = Math.Max(1, (int)Math.Round(Math.Min(width, height) / (1 + (jitter - 1) * random.NextDouble())));
        return anywhere
            ? new(random.Next(width - side + 1), random.Next(height - side + 1), side, side)
            : new((width - side) / 2, (height - side) / 2, side, side);
    }

    /// <summary>
    /// Square number <paramref name="view"/> of several along the long side, from left to right or from top to bottom; with one, the
    /// middle.
    /// </summary>
    public static CropRectangle View(int width, int height, int view, int views)
    {
        var side = Math.Min(width, height);
        int Place(int length) => views == 1 ? (length - side) / 2 : (length - side) * view / (views - 1);
        return new(Place(width), Place(height), side, side);
    }
}
