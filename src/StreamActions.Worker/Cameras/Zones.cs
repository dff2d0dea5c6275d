// The crop of a zone.
using StreamActions.Video;
using StreamActions.Worker.Configuration;

namespace StreamActions.Worker.Cameras;

/// <summary>Computes the crops of zones.</summary>
internal static class Zones
{
    // Share of the zone's size that is added on each side, so that a person at the edge is visible as a whole.
    private const double Padding = 0.1;

    /// <summary>The zone's padded bounding box in a picture of this size, in pixels.</summary>
    public static CropRectangle Crop(Zone zone, int width, int height) =>
        CropRectangle.FromPolygon([.. zone.Points.Select(p => (p.X, p.Y))], width, height, Padding);
}
