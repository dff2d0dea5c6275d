// The file as a tree that remembers where everything stands, and repeated keys.
namespace StreamActions.Worker.Configuration;

/// <summary>A place in a text, both counted from 1.</summary>
internal readonly record struct Place(int Line, int Column) : IComparable<Place>
{
    /// <summary>Reading order.</summary>
    public int CompareTo(Place other) => (Line, Column).CompareTo((other.Line, other.Column));
}

/// <summary>A value in the file.</summary>
internal abstract record ConfigNode(Place Place)
{
    /// <summary>What it is, in an operator's words.</summary>
    public abstract string Kind { get; }
}

/// <summary>A single value, as written: variables are not put in yet.</summary>
internal sealed record ScalarNode(Place Place, string Text, bool Quoted) : ConfigNode(Place)
{
    /// <summary>True for a key without a value, or <c>null</c>.</summary>
    public bool IsNothing => !Quoted && (Text is "" or "~" or "null");

    /// <inheritdoc/>
    public override string Kind => IsNothing ? "nothing" : "a single value";
}

/// <summary>A list.</summary>
internal sealed record ListNode(Place Place, IReadOnlyList<ConfigNode> Items) : ConfigNode(Place)
{
    /// <inheritdoc/>
    public override string Kind => "a list";
}

/// <summary>Keys with values; a key may still occur twice.</summary>
internal sealed record MapNode(Place Place, IReadOnlyList<MapEntry> Entries) : ConfigNode(Place)
{
    /// <inheritdoc/>
    public override string Kind => "keys with values";

    /// <summary>The first entry with a key, or null.</summary>
    public MapEntry? Find(string key) => Entries.FirstOrDefault(entry => entry.Key == key);
}

/// <summary>A key and its value.</summary>
internal sealed record MapEntry(string Key, Place Place, ConfigNode Value);
