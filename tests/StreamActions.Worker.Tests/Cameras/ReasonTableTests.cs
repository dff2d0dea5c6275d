// docs/cameras.md has a row for every reason that the worker can show for a camera.
using System.Reflection;
using System.Text.RegularExpressions;
using StreamActions.TestKit;
using StreamActions.Worker.Cameras;

namespace StreamActions.Worker.Tests.Cameras;

/// <summary>Collects the reasons from the source files that make them, and looks each up on the page.</summary>
public sealed partial class ReasonTableTests
{
    private static readonly string Page = File.ReadAllText(Path.Combine(RepositoryPaths.Root, "docs/cameras.md"));

    private static readonly string[] Folders = ["src/StreamActions.Video", "src/StreamActions.Worker/Cameras"];

    // Errors of a caller, which no operator sees.
    private static readonly string[] NotShown = ["SourceOptions.cs", "ClipReader.cs"];

    [Fact]
    public void Page_EveryReasonOfASource_HasARow()
    {
        var reasons = Folders.SelectMany(folder => Directory.GetFiles(Path.Combine(RepositoryPaths.Root, folder), "*.cs"))
            .Where(file => !NotShown.Contains(Path.GetFileName(file)))
            .SelectMany(file => Reasons(File.ReadAllText(file)))
            .Distinct()
            .ToArray();

        // The scan finds the texts: a few of each kind.
        Assert.Superset(
            new HashSet<string>
            {
                "no frame for", "the server has no such stream", "one picture, not a stream: write source: snapshot:URL",
            },
            reasons.ToHashSet());
        var missing = reasons.Where(reason => !Rows().Any(row => row.Contains(reason, StringComparison.Ordinal)));
        Assert.True(!missing.Any(), "docs/cameras.md has no row for: " + string.Join(" | ", missing));
    }

    [Fact]
    public void Page_EveryBlindReason_HasARow()
    {
        var names = typeof(BlindReason).GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => (string)field.GetValue(null)!);

        Assert.All(names, name => Assert.Contains($"\n| `{name}` |", Page, StringComparison.Ordinal));
    }

    private static IEnumerable<string> Rows() => Page.Split('\n').Where(line => line.StartsWith('|'));

    // A text after the address, a meaning in a table of failures, a constant of a reason, a detail of a blind reason.
    private static IEnumerable<string> Reasons(string source)
    {
        source = Joined().Replace(source, "");
        return AfterAddress().Matches(source)
            .Concat(InTable().Matches(source))
            .Concat(Constant().Matches(source))
            .Concat(Health().Matches(source))
            .Select(match => match.Groups["text"].Value.Trim(' ', ',', '(').Trim())
            .Where(text => text.Length > 2);
    }

    // A long text that continues on the next line.
    [GeneratedRegex("\"\\s*\\+ \\$?\"")]
    private static partial Regex Joined();

    [GeneratedRegex("\\$\"\\{(_options\\.Shown|options\\.Shown|camera\\.Source\\.Shown|path|shown)\\}: (?<text>[^\"{]+)")]
    private static partial Regex AfterAddress();

    [GeneratedRegex("SourceFailure\\.\\w+,\\s+\"(?<text>[a-z][^\"]+)\"\\)")]
    private static partial Regex InTable();

    [GeneratedRegex("const string (NoVideo|NothingByUdp|OnePicture|IsRecording|NoHardware|NotDecodable) =\\s+\"(?<text>[^\"]+)\"")]
    private static partial Regex Constant();

    [GeneratedRegex("BlindReason\\.\\w+,\\s+\"(?<text>[^\"]+)\"")]
    private static partial Regex Health();
}
