// The part of the picture that an alert with a zone looks at.
using StreamActions.Video;
using StreamActions.Worker.Configuration;

namespace StreamActions.Worker.Cameras;

/// <summary>Crops for zones.</summary>
internal static class Zones
{
    /// <summary>Room around a zone, as a share of its size: somebody at its edge is seen whole.</summary>
    private const double Padding = 0.1;

    /// <summary>The zone's padded bounding box in a picture of that size.</summary>
    public static CropRectangle Crop(Zone zone, int width, int height) =>
        CropRectangle.FromPolygon([.. zone.Points.Select(p => (p.X, p.Y))], width, height, Padding);
}
