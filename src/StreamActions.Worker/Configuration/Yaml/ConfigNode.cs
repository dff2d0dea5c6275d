// The YAML file as a tree. Each node keeps its place in the text.
namespace StreamActions.Worker.Configuration;

/// <summary>A place in a text: line and column, both starting at 1.</summary>
internal readonly record struct Place(int Line, int Column) : IComparable<Place>
{
    /// <summary>Orders by line, then by column.</summary>
    public int CompareTo(Place other) => (Line, Column).CompareTo((other.Line, other.Column));
}

/// <summary>A value in the file.</summary>
internal abstract record ConfigNode(Place Place)
{
    /// <summary>The kind of value, as named in messages.</summary>
    public abstract string Kind { get; }
}

/// <summary>A single value as written, before variables are substituted.</summary>
internal sealed record ScalarNode(Place Place, string Text, bool Quoted) : ConfigNode(Place)
{
    /// <summary>True for a key without a value, or with the value <c>null</c>.</summary>
    public bool IsEmpty => !Quoted && (Text is "" or "~" or "null");

    /// <inheritdoc/>
    public override string Kind => IsEmpty ? "nothing" : "a single value";
}

/// <summary>A list.</summary>
internal sealed record ListNode(Place Place, IReadOnlyList<ConfigNode> Items) : ConfigNode(Place)
{
    /// <inheritdoc/>
    public override string Kind => "a list";
}

/// <summary>Keys with values.</summary>
internal sealed record MapNode(Place Place, IReadOnlyList<MapEntry> Entries) : ConfigNode(Place)
{
    /// <inheritdoc/>
    public override string Kind => "keys with values";

    /// <summary>The entry of a key, or null.</summary>
    public MapEntry? Find(string key) => Entries.FirstOrDefault(entry => entry.Key == key);
}

/// <summary>A key and its value.</summary>
internal sealed record MapEntry(string Key, Place Place, ConfigNode Value);
