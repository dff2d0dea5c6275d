// Chooses the square of a picture that a clip shows.
using StreamActions.Video;

namespace StreamActions.Trainer.Data.Decoding;

/// <summary>Square crops; all of them are inside the picture.</summary>
internal static class SquareCrop
{
    /// <summary>
    /// The square that the crop keeps after a random factor in [1, jitter] enlarged the short side; at a random place or in the centre.
    /// </summary>
    public static CropRectangle Random(int width, int height, double jitter, bool anywhere, Random random)
    {
        var side = Math.Max(1, (int)Math.Round(Math.Min(width, height) / (1 + (jitter - 1) * random.NextDouble())));
        return anywhere
            ? new(random.Next(width - side + 1), random.Next(height - side + 1), side, side)
            : new((width - side) / 2, (height - side) / 2, side, side);
    }

    /// <summary>
    /// Square number <paramref name="view"/> of <paramref name="views"/> squares along the long side, from left to right or from top to
    /// bottom. A single square is in the centre.
    /// </summary>
    public static CropRectangle View(int width, int height, int view, int views)
    {
        var side = Math.Min(width, height);
        int Place(int length) => views == 1 ? (length - side) / 2 : (length - side) * view / (views - 1);
        return new(Place(width), Place(height), side, side);
    }
}
