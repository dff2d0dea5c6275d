// The size to which a camera's frames are scaled while they are decoded. Pure.
using StreamActions.Worker.Configuration;

namespace StreamActions.Worker.Cameras;

/// <summary>Computes the size of the box into which the reader fits each frame.</summary>
internal static class AnalysisSize
{
    /// <summary>The smallest box, in pixels. It suffices for a whole view at the usual model sizes.</summary>
    public static readonly (int Width, int Height) Smallest = (640, 360);

    /// <summary>The largest box, in pixels. A frame of this size costs 8 MB in the reader's pipe.</summary>
    public static readonly (int Width, int Height) Largest = (1920, 1080);

    /// <summary>
    /// The smallest box in which the crop of every zone has the model's size, between <see cref="Smallest"/> and <see cref="Largest"/>.
    /// The reader never enlarges a frame to it.
    /// </summary>
    /// <param name="zones">The camera's zones.</param>
    /// <param name="modelSize">Side of the model's square input, in pixels.</param>
    public static (int Width, int Height) For(IEnumerable<Zone> zones, int modelSize)
    {
        const double largestFactor = 3;   // Largest / Smallest
        var factor = 1.0;
        foreach (var zone in zones)
        {
            // Computed in the largest box, because crops are rounded to whole pixels.
            var crop = Zones.Crop(zone, Largest.Width, Largest.Height);
            factor = Math.Max(factor, largestFactor * modelSize / Math.Min(crop.Width, crop.Height));
        }
        factor = Math.Min(factor, largestFactor);
        return (Even(Smallest.Width * factor), Even(Smallest.Height * factor));
    }

    private static int Even(double side) => (int)Math.Ceiling(side / 2 - 1e-9) * 2;
}
