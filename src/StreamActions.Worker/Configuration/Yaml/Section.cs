// One block of the file while it is read: its own keys first, then the defaults.
namespace StreamActions.Worker.Configuration;

/// <summary>A value that was found.</summary>
/// <param name="Node">The value.</param>
/// <param name="Key">The full path, which starts with <c>defaults</c> for a default.</param>
/// <param name="Origin">The origin that <c>explain</c> shows.</param>
internal sealed record Found(ConfigNode Node, string Key, string Origin);

/// <summary>A block of keys with values. Collects the known keys, so that unknown ones can be reported.</summary>
/// <param name="reading">The reading of the file.</param>
/// <param name="own">The block's own keys.</param>
/// <param name="path">The block's path, such as <c>cameras.aisle</c>; empty for the file itself.</param>
/// <param name="defaults">The keys that apply where the block has none, or null.</param>
/// <param name="defaultsPath">The path of the defaults.</param>
internal sealed class Section(ConfigReading reading, MapNode own, string path, MapNode? defaults = null, string defaultsPath = "")
{
    private readonly HashSet<string> _known = [];

    /// <summary>The reading of the file.</summary>
    public ConfigReading Reading => reading;

    /// <summary>The block's path.</summary>
    public string Path => path;

    /// <summary>The block's first place.</summary>
    public Place Place => own.Place;

    /// <summary>The block's own entries.</summary>
    public IReadOnlyList<MapEntry> Entries => own.Entries;

    /// <summary>The block's node.</summary>
    public MapNode Node => own;

    /// <summary>True for a block under <c>defaults</c>. It is checked on its own, and its values are not effective settings.</summary>
    public bool IsDefaults { get; init; }

    /// <summary>The full path of a key.</summary>
    public string KeyPath(string key) => path.Length > 0 ? $"{path}.{key}" : key;

    /// <summary>The value of a key in this block or in the defaults; null if absent in both.</summary>
    public Found? Find(string key)
    {
        Know(key);
        if (own.Find(key) is { } entry)
            return new(entry.Value, KeyPath(key), $"line {entry.Place.Line}");
        if (defaults?.Find(key) is { } common)
            return new(common.Value, $"{defaultsPath}.{key}", $"defaults, line {common.Place.Line}");
        return null;
    }

    /// <summary>True if the block itself has the key, not only the defaults.</summary>
    public bool HasOwn(string key)
    {
        Know(key);
        return own.Find(key) is not null;
    }

    /// <summary>Adds a problem with a key.</summary>
    public void Problem(Place place, string key, string what, string advice) => reading.Problem(place, KeyPath(key), what, advice);

    /// <summary>Adds the problem that a required key is missing.</summary>
    public void Missing(string key, string advice) => Problem(own.Place, key, "missing", advice);

    /// <summary>Adds an effective setting. <paramref name="shown"/> must not contain secrets.</summary>
    public void Explain(string key, string shown, Found? found)
    {
        if (!IsDefaults)
            reading.Setting(new(path, key, shown, found?.Origin ?? "built-in"));
    }

    /// <summary>The block under a key; null if the key is absent. Any other value is a problem.</summary>
    public Section? Map(string key) => Find(key) is { } found ? AsMap(found) : null;

    /// <summary>An empty block for a key that the file does not have: all of its keys take their built-in values.</summary>
    public Section EmptyMap(string key) => new(reading, new MapNode(own.Place, []), KeyPath(key)) { IsDefaults = IsDefaults };

    /// <summary>Converts a value to a block. Any other value is a problem.</summary>
    public Section? AsMap(Found found)
    {
        if (found.Node is MapNode map)
            return new(reading, map, found.Key) { IsDefaults = IsDefaults };
        reading.Problem(found.Node.Place, found.Key, $"expected keys with values, found {found.Node.Kind}",
            "put the keys below it, indented by two spaces");
        return null;
    }

    /// <summary>Reports each key of the block that the reader never looked for. Call it last.</summary>
    public void ReportUnknownKeys()
    {
        foreach (var entry in own.Entries.Where(entry => !_known.Contains(entry.Key)))
            Problem(entry.Place, entry.Key, "unknown key", Suggestion.For(entry.Key, _known));
    }

    private void Know(string key)
    {
        _known.Add(key);
        reading.Known(KeyPath(key));
    }
}
