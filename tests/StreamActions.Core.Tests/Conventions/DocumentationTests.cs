// The documentation names files, sections and metrics that exist, in plain words.
using System.Text.RegularExpressions;
using StreamActions.TestKit;

namespace StreamActions.Core.Tests.Conventions;

public sealed partial class DocumentationTests
{
    private const string Architecture = "docs/architecture.md", Operations = "docs/operations.md", Worker = "src/StreamActions.Worker";

    /// <summary>Pages whose paths may also start at another folder than the root.</summary>
    private static readonly Dictionary<string, string> OtherBase = new()
    {
        [Architecture] = Worker,
        ["models/README.md"] = "models/demo",
    };

    public static TheoryData<string> Pages => [.. MarkdownPage.All];

    [Fact]
    public void Pages_OfTheRepository_AreFound() =>
        Assert.Superset(
            new HashSet<string> { "README.md", "CONTRIBUTING.md", Architecture, Operations, "models/demo/README.md" },
            MarkdownPage.All.ToHashSet());

    [Theory]
    [MemberData(nameof(Pages))]
    public void Links_Relative_LeadToExistingFilesAndHeadings(string page)
    {
        var broken = MarkdownPage.Read(page).Prose
            .SelectMany(line => Link().Matches(line.Text).Select(link => (line.Number, Target: link.Groups["target"].Value)))
            .Where(link => !link.Target.Contains("://", StringComparison.Ordinal) && !LeadsSomewhere(page, link.Target))
            .Select(link => $"{page}:{link.Number}: the link to {link.Target} leads nowhere");

        AssertNone(broken);
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void Paths_InBackticks_Exist(string page)
    {
        var missing = MarkdownPage.Read(page).Prose
            .SelectMany(line => Code().Matches(line.Text).Select(code => (line.Number, Path: code.Groups["code"].Value)))
            .Where(code => IsPath(page, code.Path) && !Exists(page, code.Path))
            .Select(code => $"{page}:{code.Number}: {code.Path} does not exist");

        AssertNone(missing);
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void Prose_WordsThatReadersStumbleOver_AreAbsent(string page)
    {
        var found = MarkdownPage.Read(page).Prose
            .SelectMany(line => VagueWord().Matches(Code().Replace(line.Text, ""))
                .Select(word => $"{page}:{line.Number}: '{word.Value}' is hard to read"));

        AssertNone(found);
    }

    [Fact]
    public void Metrics_OfTheOperationsPage_AreThoseOfTheWorker()
    {
        var made = Directory.GetFiles(Path.Combine(RepositoryPaths.Root, Worker), "*Metrics.cs", SearchOption.AllDirectories)
            .SelectMany(file => MetricName().Matches(File.ReadAllText(file)).Select(name => name.Groups["name"].Value));
        var documented = MarkdownPage.Read(Operations).Prose
            .SelectMany(line => MetricRow().Matches(line.Text).Select(row => row.Groups["name"].Value));

        Assert.Equal(made.Order(StringComparer.Ordinal), documented.Order(StringComparer.Ordinal));
    }

    // Lists all of them, which a comparison of collections cuts off.
    private static void AssertNone(IEnumerable<string> problems)
    {
        var lines = string.Join('\n', problems);
        Assert.True(lines.Length == 0, lines);
    }

    private static bool LeadsSomewhere(string page, string target)
    {
        var parts = target.Split('#', 2);
        var path = parts[0].Length == 0 ? page : MarkdownPage.Resolve(page, parts[0]);
        if (!Path.Exists(Path.Combine(RepositoryPaths.Root, path)))
            return false;
        return parts.Length == 1 || MarkdownPage.Read(path).Anchors.Contains(parts[1]);
    }

    private static bool IsPath(string page, string code)
    {
        if (!PathLetters().IsMatch(code))
            return false;
        var folder = code.Contains('/', StringComparison.Ordinal);
        return (folder && (KnownFolder().IsMatch(code) || KnownExtension().IsMatch(code)))
            || (page == Architecture && (code.EndsWith(".cs", StringComparison.Ordinal) || (folder && char.IsAsciiLetterUpper(code[0]))));
    }

    private static bool Exists(string page, string path) =>
        Path.Exists(Path.Combine(RepositoryPaths.Root, path))
        || (OtherBase.TryGetValue(page, out var other) && Path.Exists(Path.Combine(RepositoryPaths.Root, other, path)));

    [GeneratedRegex(@"\[[^\]]*\]\((?<target>[^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex("`(?<code>[^`]+)`")]
    private static partial Regex Code();

    [GeneratedRegex(@"^[\w.-][\w./-]*\z")]
    private static partial Regex PathLetters();

    [GeneratedRegex(@"^(src|tests|config|deploy|docs|models|samples|\.ci)/")]
    private static partial Regex KnownFolder();

    [GeneratedRegex(@"\.(cs|md|json|yaml|sh|py|txt|csproj|props|proto|onnx|png|mp4)\z")]
    private static partial Regex KnownExtension();

    // Vague words: a sentence names its subject instead.
    [GeneratedRegex(
        @"\b(whoever|whatever|nobody|somebody|befalls?|told|says so|said once|once more|is none|lies there)\b", RegexOptions.IgnoreCase)]
    private static partial Regex VagueWord();

    [GeneratedRegex(@"""(?<name>streamactions\.[a-z.]+)""")]
    private static partial Regex MetricName();

    [GeneratedRegex(@"^\| `(?<name>streamactions\.[a-z.]+)` \|")]
    private static partial Regex MetricRow();
}
