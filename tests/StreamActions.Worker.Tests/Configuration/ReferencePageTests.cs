// docs/configuration.md lists exactly the keys that the reader accepts, with their built-in values.
using System.Globalization;
using System.Text.RegularExpressions;
using StreamActions.TestKit;
using StreamActions.Video;
using StreamActions.Worker.Configuration;
using static StreamActions.Worker.Tests.Configuration.ConfigurationText;

namespace StreamActions.Worker.Tests.Configuration;

/// <summary>Compares the page with the reader. In paths, <c>name</c> stands for the name of a camera, alert or schedule.</summary>
public sealed partial class ReferencePageTests
{
    private const string InputOptions = "cameras.name.input-options";

    // Contains every block once, so that the reader looks for every key. A new block must be added here.
    private const string AllBlocks = """
        model: models/demo
        sinks: { store: {}, kafka: { bootstrap: "kafka:9092", client: {} } }
        inference: {}
        defaults: { camera: {}, alert: {} }
        cameras: { name: { source: a.mp4 } }
        schedules: { name: { from: "18:00", to: "06:00", timezone: UTC } }
        alerts: { name: { phrases: [a person falls] } }
        """;

    private static readonly IReadOnlyList<Row> Page = ReadPage();

    [Fact]
    public void Page_Keys_EqualKeysOfReader()
    {
        string[] blocks = ["defaults.camera.", "defaults.alert."];
        var isDefault = Read(AllBlocks).KnownKeys
            .ToLookup(path => blocks.Any(block => path.StartsWith(block, StringComparison.Ordinal)));

        Assert.Equal(
            [.. isDefault[false].Concat(ReaderInputOptions.Names.Select(name => $"{InputOptions}.{name}")).Order(StringComparer.Ordinal)],
            Page.Select(row => row.Path).Order(StringComparer.Ordinal));
        Assert.Equal(
            [
                .. KeysOf("cameras.name").Except(["source"]).Select(key => $"defaults.camera.{key}")
                    .Concat(KeysOf("alerts.name").Except(["phrases", "label"]).Select(key => $"defaults.alert.{key}"))
                    .Order(StringComparer.Ordinal),
            ],
            isDefault[true].Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Page_Defaults_EqualBuiltInValues()
    {
        var builtIn = Read(AllBlocks).Settings.Where(setting => setting.Origin == "built-in")
            .ToDictionary(setting => setting.Owner.Length > 0 ? $"{setting.Owner}.{setting.Key}" : setting.Key, setting => setting.Shown);
        builtIn["alerts.name.exit"] = string.Create(CultureInfo.InvariantCulture, $"{BuiltIn.ExitShare} × threshold");

        Assert.Equal(
            builtIn.OrderBy(setting => setting.Key, StringComparer.Ordinal),
            Page.Where(row => row.Default is not ("—" or "required"))
                .ToDictionary(row => row.Path, row => row.Default).OrderBy(setting => setting.Key, StringComparer.Ordinal));
    }

    [Fact]
    public void Page_RequiredKeys_EqualKeysThatReaderReportsAsMissing()
    {
        string[] files = ["{}", "{ sinks: { kafka: {} }, cameras: { name: {} }, schedules: { name: {} }, alerts: { name: {} } }"];
        var missing = files.SelectMany(yaml => Read(yaml).Problems)
            .Where(problem => problem.What == "missing")
            .Select(problem => problem.Key);

        Assert.Equal(
            missing.Distinct().Order(StringComparer.Ordinal),
            Page.Where(row => row.Default == "required").Select(row => row.Path).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Page_Example_IsValid()
    {
        var example = Regex.Match(Text(), "```yaml\n(?<yaml>.*?)```", RegexOptions.Singleline).Groups["yaml"].Value;

        Good(example, ("CAMERA_PASSWORD", "secret"));
    }

    private static IEnumerable<string> KeysOf(string block) =>
        Page.Where(row => row.Block == block).Select(row => row.Path[(block.Length + 1)..]);

    private static string Text() =>
        File.ReadAllText(Path.Combine(RepositoryPaths.Root, "docs", "configuration.md")).ReplaceLineEndings("\n");

    // A heading names the block in parentheses; the tables below it have the columns key, values, default, meaning.
    private static List<Row> ReadPage()
    {
        List<Row> rows = [];
        var block = "";
        var inKeyTable = false;
        foreach (var line in Text().Split('\n'))
        {
            if (line.StartsWith('#'))
                block = BlockOfHeading().Match(line).Groups["path"].Value.Replace("<name>", "name", StringComparison.Ordinal);
            inKeyTable = line.StartsWith('|') && (inKeyTable || line == "| key | values | default | meaning |");
            if (!inKeyTable || !line.StartsWith("| `", StringComparison.Ordinal))
                continue;
            var cells = line.Trim('|').Split('|', StringSplitOptions.TrimEntries);
            rows.AddRange(Code().Matches(cells[0]).Select(code => code.Groups["text"].Value)
                .Select(key => new Row(block, block.Length > 0 ? $"{block}.{key}" : key, cells[2].Trim('`'))));
        }
        return rows;
    }

    [GeneratedRegex(@"\(`(?<path>[^`]+)`\)$")]
    private static partial Regex BlockOfHeading();

    [GeneratedRegex("`(?<text>[^`]+)`")]
    private static partial Regex Code();

    private sealed record Row(string Block, string Path, string Default);
}
