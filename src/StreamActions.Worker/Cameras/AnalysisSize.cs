// How large pictures must be decoded so that every zone has pixels enough. Pure.
using StreamActions.Worker.Configuration;

namespace StreamActions.Worker.Cameras;

/// <summary>The box into which a camera's pictures are shrunk before anything looks at them.</summary>
internal static class AnalysisSize
{
    /// <summary>Enough for a whole view at any usual model size.</summary>
    public static readonly (int Width, int Height) Least = (640, 360);

    /// <summary>Above it a camera costs more than a small zone is worth: 8 MB a frame through the reader's pipe.</summary>
    public static readonly (int Width, int Height) Most = (1920, 1080);

    /// <summary>The least box in which the smallest zone's crop still has the model's size, within bounds; sources are never enlarged to it.</summary>
    /// <param name="zones">The camera's zones.</param>
    /// <param name="modelSize">Side of the model's picture in pixels.</param>
    public static (int Width, int Height) For(IEnumerable<Zone> zones, int modelSize)
    {
        const double largest = 3;   // Most / Least
        var factor = 1.0;
        foreach (var zone in zones)
        {
            // Measured in the large picture: crops are rounded to its pixels.
            var crop = Zones.Crop(zone, Most.Width, Most.Height);
            factor = Math.Max(factor, largest * modelSize / Math.Min(crop.Width, crop.Height));
        }
        factor = Math.Min(factor, largest);
        return (Even(Least.Width * factor), Even(Least.Height * factor));
    }

    private static int Even(double side) => (int)Math.Ceiling(side / 2 - 1e-9) * 2;
}
