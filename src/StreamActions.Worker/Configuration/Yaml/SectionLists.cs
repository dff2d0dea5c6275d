// Lists and named blocks of a section.
using System.Globalization;
using System.Text.RegularExpressions;

namespace StreamActions.Worker.Configuration;

/// <summary>One text of a list: with variables substituted, as written, and its place and path.</summary>
internal sealed record ListedText(string Text, string Written, Place Place, string Key);

/// <summary>Reads lists, and blocks whose keys are names.</summary>
internal static partial class SectionLists
{
    /// <summary>A list of texts; null if the key is absent. Empty lists, empty texts and duplicates are problems.</summary>
    public static IReadOnlyList<ListedText>? Texts(this Section section, string key, string advice)
    {
        if (section.Find(key) is not { } found)
            return null;
        if (found.Node is not ListNode list)
        {
            section.Reading.Problem(found.Node.Place, found.Key, $"expected a list, found {found.Node.Kind}", advice);
            return [];
        }
        if (list.Items.Count == 0)
            section.Reading.Problem(list.Place, found.Key, "the list is empty", $"{advice}, or remove the key");
        List<ListedText> texts = [];
        foreach (var (index, item) in list.Items.Index())
        {
            var at = found with { Node = item, Key = $"{found.Key}[{index.ToString(CultureInfo.InvariantCulture)}]" };
            if (item is ScalarNode blank && blank.Text.Trim().Length == 0)
                section.Reading.Problem(item.Place, at.Key, "the text is empty", "write a text, or remove it");
            else if (section.Scalar(at) is { } scalar && section.Resolve(scalar, at) is { } text)
                Add(texts, new(text.Trim(), scalar.Text, scalar.Place, at.Key), section.Reading);
        }
        section.Explain(key, "[" + string.Join(", ", texts.Select(text => text.Written)) + "]", found);
        return texts;
    }

    /// <summary>The blocks of a section, one per name. An invalid name is a problem, and so is any other value.</summary>
    public static IEnumerable<(string Name, Section Section)> Named(
        this Section section, MapNode? defaults = null, string defaultsPath = "")
    {
        foreach (var entry in section.Entries)
        {
            section.CheckName(entry);
            if (section.AsMap(new(entry.Value, section.KeyPath(entry.Key), "")) is null)
                continue;
            var path = section.KeyPath(entry.Key);
            yield return (entry.Key, new Section(section.Reading, (MapNode)entry.Value, path, defaults, defaultsPath));
        }
    }

    /// <summary>Reports a key that is not a valid name.</summary>
    public static void CheckName(this Section section, MapEntry entry)
    {
        if (!Name().IsMatch(entry.Key))
        {
            section.Problem(entry.Place, entry.Key, "invalid name",
                "use up to 64 lower-case letters, digits, '.', '-' and '_'; start with a letter or digit");
        }
    }

    private static void Add(List<ListedText> texts, ListedText text, ConfigReading reading)
    {
        if (texts.Any(other => other.Text == text.Text))
            reading.Problem(text.Place, text.Key, $"'{text.Written}' appears twice", "keep one of them");
        else
            texts.Add(text);
    }

    [GeneratedRegex(@"^[a-z0-9][a-z0-9._-]{0,63}\z")]
    private static partial Regex Name();
}
