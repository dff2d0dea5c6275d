// YAML text to a tree, by YamlDotNet's event parser: places kept, repeated keys and syntax reported.
using System.Globalization;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace StreamActions.Worker.Configuration;

/// <summary>Builds the tree of one YAML document.</summary>
internal sealed class YamlTree
{
    private const int DeepestNesting = 32;
    private readonly Parser _parser;
    private readonly ConfigReading _reading;

    private YamlTree(string text, ConfigReading reading)
    {
        _parser = new Parser(new StringReader(text));
        _reading = reading;
    }

    /// <summary>The document, or null with problems noted. After a mistake in the syntax nothing more can be read.</summary>
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
            // The parser's own sentence, without the text around: it may hold a password.
            reading.Problem(PlaceOf(e.Start), "", $"this is not YAML: {e.Message.TrimEnd('.')}", advice);
            return null;
        }
        catch (InvalidOperationException)
        {
            // The scanner gives up like this at some unfinished values; the last thing it understood is the nearest place there is.
            reading.Problem(PlaceOf(tree._parser.Current?.End ?? Mark.Empty), "", "this is not YAML", advice);
            return null;
        }
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
            _reading.Problem(PlaceOf(second.Start), "", "a second document", "remove the line '---' and what follows");
        if (root is MapNode map)
            return map;
        _reading.Problem(root.Place, "", $"{root.Kind} where the file's keys should be",
            "write keys such as 'model:' and 'cameras:' at the start of a line; see config/streamactions.yaml");
        return null;
    }

    private ConfigNode Node(string path, int depth)
    {
        var start = _parser.Current is { } next ? next.Start : Mark.Empty;
        if (depth > DeepestNesting)
            throw new YamlException(start, start, $"more than {DeepestNesting} levels of nesting");
        if (_parser.TryConsume<AnchorAlias>(out _))
            return Refused(start, path, "an alias (*)");
        if (_parser.Current is NodeEvent { Anchor.IsEmpty: false })
            Refused(start, path, "an anchor (&)");
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
                _reading.Problem(key.Place, path, $"a key that is {key.Kind}", "use a plain name as the key");
            else if (seen.TryGetValue(name, out var first))
                _reading.Problem(key.Place, full, $"the key is given twice, first in line {first.Line}", "keep one of them");
            else
            {
                seen.Add(name, key.Place);
                entries.Add(new(name, key.Place, value));
            }
        }
        return entries;
    }

    private ScalarNode Refused(Mark mark, string path, string what)
    {
        _reading.Refuse(PlaceOf(mark), path, $"{what} is not understood here",
            "write the value out, or put what is shared under 'defaults'; a text that starts with * or & needs quotes");
        return new ScalarNode(PlaceOf(mark), "", false);
    }

    private static Place PlaceOf(Mark mark) => new((int)Math.Max(1, mark.Line), (int)Math.Max(1, mark.Column));
}
