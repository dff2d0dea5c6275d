// The block `zones` of a camera: polygons in relative coordinates.
using System.Globalization;

namespace StreamActions.Worker.Configuration;

/// <summary>Reads the block.</summary>
internal static class ZoneSection
{
    private const int MostCorners = 64;
    private const string Shape = "write at least three corners [x, y] from 0 to 1, such as [[0.1, 0.2], [0.8, 0.2], [0.8, 0.9]]";

    /// <summary>Reads the zones by name; empty without the block.</summary>
    public static IReadOnlyDictionary<string, Zone> Read(Section camera)
    {
        Dictionary<string, Zone> zones = [];
        if (camera.Find("zones") is not { } found || camera.AsMap(found) is not { } section)
            return zones;
        foreach (var entry in section.Entries)
        {
            section.CheckName(entry);
            zones.Add(entry.Key, new(entry.Key, Corners(section, entry)));
        }
        camera.Explain("zones", zones.Count > 0 ? string.Join(", ", zones.Keys) : "none", found);
        return zones;
    }

    private static List<ZonePoint> Corners(Section section, MapEntry zone)
    {
        List<ZonePoint> corners = [];
        if (zone.Value is not ListNode list)
        {
            section.Problem(zone.Value.Place, zone.Key, $"expected a list of corners, found {zone.Value.Kind}", Shape);
            return corners;
        }
        var invalid = false;
        foreach (var (index, item) in list.Items.Index())
        {
            if (item is ListNode { Items: [ScalarNode x, ScalarNode y] } && Coordinate(x) is { } left && Coordinate(y) is { } top)
            {
                corners.Add(new(left, top));
                continue;
            }
            invalid = true;
            section.Problem(item.Place, $"{zone.Key}[{index.ToString(CultureInfo.InvariantCulture)}]", "invalid corner", Shape);
        }
        if (invalid)
            return corners;
        if (corners.Count is < 3 or > MostCorners)
        {
            section.Problem(list.Place, zone.Key, $"found {corners.Count} corners",
                corners.Count < 3 ? Shape : $"write at most {MostCorners} corners");
        }
        else if (Area(corners) < 0.0001)
        {
            section.Problem(list.Place, zone.Key, "the corners enclose no area", Shape);
        }
        return corners;
    }

    private static double? Coordinate(ScalarNode scalar) =>
        double.TryParse(scalar.Text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value) && value is >= 0 and <= 1
            ? value : null;

    /// <summary>Area of the bounding box relative to the picture. The worker crops a zone to its bounding box.</summary>
    private static double Area(List<ZonePoint> corners) =>
        (corners.Max(p => p.X) - corners.Min(p => p.X)) * (corners.Max(p => p.Y) - corners.Min(p => p.Y));
}
