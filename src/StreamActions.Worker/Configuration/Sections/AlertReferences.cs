// What an alert refers to: cameras, their zones, a schedule. A name that nothing has is a problem.
namespace StreamActions.Worker.Configuration;

/// <summary>What alerts may refer to.</summary>
/// <param name="Cameras">Names of all cameras, those with problems too, with the zones of each.</param>
/// <param name="Schedules">All schedules.</param>
internal sealed record AlertReferences(
    IReadOnlyDictionary<string, IReadOnlyCollection<string>> Cameras, IReadOnlyDictionary<string, ScheduleOptions> Schedules)
{
    /// <summary>The cameras an alert watches, each once: all when it names none.</summary>
    public IReadOnlyList<string> CamerasOf(Section alert)
    {
        if (alert.Texts("cameras", "give names or patterns, such as [entrance, \"dock-*\"]") is not { } patterns)
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
                    NameGlob.IsPattern(pattern.Text) ? $"no camera's name matches '{pattern.Written}'" : $"there is no camera '{pattern.Written}'",
                    Suggestion.For(pattern.Text, [.. Cameras.Keys]));
            }
        }
        return [.. Cameras.Keys.Where(chosen.Contains)];
    }

    /// <summary>
    /// The zones an alert watches, empty for the whole picture. Each must be a zone of at least one of its cameras; a camera
    /// without any of them would watch nothing, which is a problem too.
    /// </summary>
    public IReadOnlyList<string> ZonesOf(Section alert, IReadOnlyList<string> cameras)
    {
        if (alert.Texts("zones", "give names of zones, such as [gate]") is not { } zones)
        {
            alert.Explain("zones", "the whole picture", null);
            return [];
        }
        // Without a camera something else is wrong already.
        if (cameras.Count == 0)
            return [];
        var known = cameras.SelectMany(camera => Cameras[camera]).Distinct().ToList();
        var dangling = zones.Where(zone => !known.Contains(zone.Text)).ToList();
        foreach (var zone in dangling)
            alert.Reading.Problem(zone.Place, zone.Key, $"no camera of this alert has a zone '{zone.Written}'", Suggestion.For(zone.Text, known));
        if (dangling.Count == 0 && zones.Count > 0 && !alert.IsDefaults
            && cameras.FirstOrDefault(camera => !zones.Any(zone => Cameras[camera].Contains(zone.Text))) is { } blind)
        {
            alert.Reading.Problem(zones[0].Place, zones[0].Key, $"camera '{blind}' has none of these zones, so the alert would not watch it",
                $"add the zone to cameras.{blind}.zones, or name under 'cameras' only those that have it");
        }
        return [.. zones.Select(zone => zone.Text)];
    }

    /// <summary>The schedule an alert names; null without one.</summary>
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
