// Resolves an alert's references to cameras, zones and a schedule. An unknown name is a problem.
namespace StreamActions.Worker.Configuration;

/// <summary>The names that alerts can refer to.</summary>
/// <param name="Cameras">The zones of each camera, including cameras with problems.</param>
/// <param name="Schedules">All schedules.</param>
internal sealed record AlertReferences(
    IReadOnlyDictionary<string, IReadOnlyCollection<string>> Cameras, IReadOnlyDictionary<string, ScheduleOptions> Schedules)
{
    /// <summary>The cameras of an alert, without duplicates; all cameras if it names none.</summary>
    public IReadOnlyList<string> CamerasOf(Section alert)
    {
        if (alert.Texts("cameras", "write names or patterns, such as [entrance, \"dock-*\"]") is not { } patterns)
        {
            alert.Explain("cameras", "all", null);
            return [.. Cameras.Keys];
        }
        HashSet<string> chosen = [];
        foreach (var pattern in patterns)
        {
            var matches = NameGlob.Matches(pattern.Text, Cameras.Keys);
            chosen.UnionWith(matches);
            if (matches.Count == 0 && Cameras.Count > 0)
            {
                alert.Reading.Problem(pattern.Place, pattern.Key,
                    NameGlob.IsPattern(pattern.Text) ? $"no camera matches '{pattern.Written}'" : $"there is no camera '{pattern.Written}'",
                    Suggestion.For(pattern.Text, [.. Cameras.Keys]));
            }
        }
        return [.. Cameras.Keys.Where(chosen.Contains)];
    }

    /// <summary>
    /// The zones of an alert; empty for the whole picture. Each zone must exist on at least one of the alert's cameras. A camera without
    /// any of the zones is a problem, because the alert would never watch it.
    /// </summary>
    public IReadOnlyList<string> ZonesOf(Section alert, IReadOnlyList<string> cameras)
    {
        if (alert.Texts("zones", "write names of zones, such as [gate]") is not { } zones)
        {
            alert.Explain("zones", "the whole picture", null);
            return [];
        }
        // The list of cameras has a problem already.
        if (cameras.Count == 0)
            return [];
        var known = cameras.SelectMany(camera => Cameras[camera]).Distinct().ToList();
        var unknown = zones.Where(zone => !known.Contains(zone.Text)).ToList();
        foreach (var zone in unknown)
        {
            alert.Reading.Problem(zone.Place, zone.Key, $"no camera of this alert has a zone '{zone.Written}'",
                Suggestion.For(zone.Text, known));
        }
        if (unknown.Count == 0 && zones.Count > 0 && !alert.IsDefaults
            && cameras.FirstOrDefault(camera => !zones.Any(zone => Cameras[camera].Contains(zone.Text))) is { } unwatched)
        {
            alert.Reading.Problem(zones[0].Place, zones[0].Key,
                $"camera '{unwatched}' has none of these zones, so the alert would never watch it",
                $"add the zone to cameras.{unwatched}.zones, or list only cameras with the zone under 'cameras'");
        }
        return [.. zones.Select(zone => zone.Text)];
    }

    /// <summary>The schedule of an alert; null without one.</summary>
    public ScheduleOptions? ScheduleOf(Section alert)
    {
        if (alert.Find("schedule") is not { } found)
        {
            alert.Explain("schedule", "always", null);
            return null;
        }
        if (alert.Scalar(found) is not { } scalar || alert.Resolve(scalar, found) is not { } name)
            return null;
        if (Schedules.GetValueOrDefault(name) is { } schedule)
        {
            alert.Explain("schedule", name, found);
            return schedule;
        }
        alert.Reading.Problem(scalar.Place, found.Key, $"there is no schedule '{scalar.Text}'",
            Schedules.Count > 0 ? Suggestion.For(name, [.. Schedules.Keys]) : "add it under 'schedules'");
        return null;
    }
}
