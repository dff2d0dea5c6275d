// Keys with values being read: own values before defaults, places, unknown keys, and where each value came from.
namespace StreamActions.Worker.Configuration;

/// <summary>A value that was found, and where.</summary>
/// <param name="Node">The value.</param>
/// <param name="Key">Its full path, under <c>defaults</c> when it stands there.</param>
/// <param name="Origin">For <c>explain</c>.</param>
internal sealed record Found(ConfigNode Node, string Key, string Origin);

/// <summary>A map of the file while it is read.</summary>
/// <param name="reading">The reading it belongs to.</param>
/// <param name="own">Its keys.</param>
/// <param name="path">Its path, such as <c>cameras.aisle</c>; empty for the whole file.</param>
/// <param name="defaults">The keys that hold where it has none, or null.</param>
/// <param name="defaultsPath">The path of these.</param>
internal sealed class Section(ConfigReading reading, MapNode own, string path, MapNode? defaults = null, string defaultsPath = "")
{
    private readonly HashSet<string> _known = [];

    /// <summary>The reading it belongs to.</summary>
    public ConfigReading Reading => reading;

    /// <summary>Its path.</summary>
    public string Path => path;

    /// <summary>Where it starts.</summary>
    public Place Place => own.Place;

    /// <summary>Its keys as they stand.</summary>
    public IReadOnlyList<MapEntry> Entries => own.Entries;

    /// <summary>The map itself.</summary>
    public MapNode Node => own;

    /// <summary>True for a block under <c>defaults</c>, which is checked by itself: its values are not in force yet.</summary>
    public bool IsDefaults { get; init; }

    /// <summary>The path of a key.</summary>
    public string KeyPath(string key) => path.Length > 0 ? $"{path}.{key}" : key;

    /// <summary>A key's value here or in the defaults; null where there is none.</summary>
    public Found? Find(string key)
    {
        _known.Add(key);
        if (own.Find(key) is { } entry)
            return new(entry.Value, KeyPath(key), $"line {entry.Place.Line}");
        if (defaults?.Find(key) is { } common)
            return new(common.Value, $"{defaultsPath}.{key}", $"defaults, line {common.Place.Line}");
        return null;
    }

    /// <summary>True when a key stands here and not only in the defaults.</summary>
    public bool HasOwn(string key)
    {
        _known.Add(key);
        return own.Find(key) is not null;
    }

    /// <summary>Notes a problem with a key.</summary>
    public void Problem(Place place, string key, string what, string advice) => reading.Problem(place, KeyPath(key), what, advice);

    /// <summary>Notes that a key which must be there is not.</summary>
    public void Missing(string key, string advice) => Problem(own.Place, key, "missing", advice);

    /// <summary>Notes a value in force; <paramref name="shown"/> must be free of secrets.</summary>
    public void Explain(string key, string shown, Found? found)
    {
        if (!IsDefaults)
            reading.Setting(new(path, key, shown, found?.Origin ?? "built-in"));
    }

    /// <summary>The map under a key; null when there is none, or with a problem when it is something else.</summary>
    public Section? Map(string key) => Find(key) is { } found ? AsMap(found) : null;

    /// <summary>An empty map in place of one that is not there, so that all of its keys take their built-in values.</summary>
    public Section Absent(string key) => new(reading, new MapNode(own.Place, []), KeyPath(key)) { IsDefaults = IsDefaults };

    /// <summary>A found value as a map.</summary>
    public Section? AsMap(Found found)
    {
        if (found.Node is MapNode map)
            return new(reading, map, found.Key) { IsDefaults = IsDefaults };
        reading.Problem(found.Node.Place, found.Key, $"{found.Node.Kind} where keys with values should be", "put the keys below it, indented by two spaces");
        return null;
    }

    /// <summary>Reports all keys that nobody asked for.</summary>
    public void Done()
    {
        foreach (var entry in own.Entries.Where(entry => !_known.Contains(entry.Key)))
            Problem(entry.Place, entry.Key, "unknown key", Suggestion.For(entry.Key, _known));
    }
}
