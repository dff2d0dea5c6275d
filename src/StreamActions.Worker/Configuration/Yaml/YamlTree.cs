// Builds the tree of a YAML file with YamlDotNet's event parser. Reports syntax errors and duplicate keys with their places.
using System.Globalization;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace StreamActions.Worker.Configuration;

/// <summary>Builds the tree of one YAML document.</summary>
internal sealed class YamlTree
{
    private const int DeepestNesting = 32;
    private const string StandardTag = "tag:yaml.org,2002:";
    private readonly Parser _parser;
    private readonly ConfigReading _reading;

    private YamlTree(string text, ConfigReading reading)
    {
        _parser = new Parser(new StringReader(text));
        _reading = reading;
    }

    /// <summary>The document, or null and a problem. After a syntax error nothing more can be read.</summary>
    public static MapNode? Parse(string text, ConfigReading reading)
    {
        const string advice = "correct the indentation, quotes or brackets here or just above";
        YamlTree tree = new(text, reading);
        try
        {
            return tree.Document();
        }
        catch (YamlException e)
        {
            // Only the parser's message, without the surrounding text, which may contain a password.
            if (!ReportTab(text, (int)e.Start.Line, reading))
                reading.Problem(PlaceOf(e.Start), "", $"invalid YAML: {e.Message.TrimEnd('.')}", advice);
            return null;
        }
        catch (InvalidOperationException)
        {
            // YamlDotNet's scanner throws this for some unfinished values. The last event is the nearest known place.
            var last = tree._parser.Current?.End ?? Mark.Empty;
            if (!ReportTab(text, (int)last.Line, reading))
                reading.Problem(PlaceOf(last), "", "invalid YAML", advice);
            return null;
        }
    }

    // The parser reports a tab in an indentation at the value before it. The tab's own place is the first one after that.
    private static bool ReportTab(string text, int from, ConfigReading reading)
    {
        foreach (var (index, line) in text.ReplaceLineEndings("\n").Split('\n').Index().Skip(Math.Max(0, from - 1)))
        {
            var column = line.AsSpan().IndexOfAnyExcept(' ');
            if (column < 0 || line[column] != '\t' || line.AsSpan(column).TrimStart() is [] or ['#', ..])
                continue;
            reading.Problem(new(index + 1, column + 1), "", "a tab in the indentation", "indent with blanks");
            return true;
        }
        return false;
    }

    private MapNode? Document()
    {
        _parser.Consume<StreamStart>();
        ConfigNode root = new ScalarNode(new(1, 1), "", false);
        if (_parser.TryConsume<DocumentStart>(out _))
        {
            root = Node("", 0);
            _parser.Consume<DocumentEnd>();
        }
        if (_parser.Current is DocumentStart second)
            _reading.Problem(PlaceOf(second.Start), "", "more than one YAML document", "remove the line '---' and everything after it");
        if (root is MapNode map)
            return map;
        _reading.Problem(root.Place, "", $"expected keys with values, found {root.Kind}",
            "write keys such as 'model:' and 'cameras:' at the start of a line; see config/streamactions.yaml");
        return null;
    }

    private ConfigNode Node(string path, int depth)
    {
        var start = _parser.Current is { } next ? next.Start : Mark.Empty;
        if (depth > DeepestNesting)
            throw new YamlException(start, start, $"more than {DeepestNesting} levels of nesting");
        if (_parser.TryConsume<AnchorAlias>(out _))
            return Unsupported(start, path, "aliases (*)");
        if (_parser.Current is NodeEvent { Anchor.IsEmpty: false })
            Unsupported(start, path, "anchors (&)");
        if (_parser.Current is NodeEvent { Tag.IsEmpty: false } tagged)
            UnsupportedTag(start, path, tagged.Tag);
        if (_parser.TryConsume<Scalar>(out var scalar))
            return new ScalarNode(PlaceOf(start), scalar.Value, scalar.Style is not ScalarStyle.Plain);
        if (_parser.TryConsume<SequenceStart>(out _))
        {
            List<ConfigNode> items = [];
            while (!_parser.TryConsume<SequenceEnd>(out _))
                items.Add(Node($"{path}[{items.Count.ToString(CultureInfo.InvariantCulture)}]", depth + 1));
            return new ListNode(PlaceOf(start), items);
        }
        _parser.Consume<MappingStart>();
        return new MapNode(PlaceOf(start), Entries(path, depth));
    }

    private List<MapEntry> Entries(string path, int depth)
    {
        List<MapEntry> entries = [];
        Dictionary<string, Place> seen = [];
        while (!_parser.TryConsume<MappingEnd>(out _))
        {
            var key = Node(path, depth + 1);
            var name = (key as ScalarNode)?.Text;
            var full = path.Length > 0 ? $"{path}.{name}" : name ?? "";
            var value = Node(full, depth + 1);
            if (name is null)
                _reading.Problem(key.Place, path, $"expected a name as the key, found {key.Kind}", "use a plain name");
            else if (seen.TryGetValue(name, out var first))
                _reading.Problem(key.Place, full, $"duplicate key, first in line {first.Line}", "keep one of them");
            else
            {
                seen.Add(name, key.Place);
                entries.Add(new(name, key.Place, value));
            }
        }
        return entries;
    }

    private ScalarNode Unsupported(Mark mark, string path, string what)
    {
        _reading.FinalProblem(PlaceOf(mark), path, $"{what} are not supported",
            "repeat the value, or use 'defaults'; quote a text that starts with * or &");
        return new ScalarNode(PlaceOf(mark), "", false);
    }

    private void UnsupportedTag(Mark mark, string path, TagName tag)
    {
        // An unknown tag is a word of another program, such as !secret. A standard one is !!str or !!int.
        var name = tag.Value.StartsWith(StandardTag, StringComparison.Ordinal) ? "!!" + tag.Value[StandardTag.Length..] : tag.Value;
        _reading.FinalProblem(PlaceOf(mark), path, $"the YAML tag {name} is not supported",
            "remove it; write ${NAME} for the value of a variable or a secret file, and put a text that starts with ! into quotes");
    }

    private static Place PlaceOf(Mark mark) => new((int)Math.Max(1, mark.Line), (int)Math.Max(1, mark.Column));
}
