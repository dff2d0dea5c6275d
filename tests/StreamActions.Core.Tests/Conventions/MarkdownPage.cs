// A page of the documentation: its lines outside of code blocks, and its headings.
using System.Text.RegularExpressions;
using StreamActions.TestKit;

namespace StreamActions.Core.Tests.Conventions;

/// <summary>A Markdown page.</summary>
/// <param name="Prose">Lines outside of fenced code blocks, numbered from 1.</param>
/// <param name="Anchors">The anchors that GitHub gives to its headings.</param>
internal sealed partial record MarkdownPage(IReadOnlyList<(int Number, string Text)> Prose, IReadOnlySet<string> Anchors)
{
    /// <summary>Every page, as a path from the repository's root with forward slashes.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        .. Files(".", recursive: false), .. Files("docs"), .. Files("models"), .. Files("samples"),
        .. Directory.GetDirectories(Path.Combine(RepositoryPaths.Root, "src")).Order(StringComparer.Ordinal)
            .SelectMany(project => Files(project, recursive: false)),
    ];

    /// <summary>Reads a page.</summary>
    /// <param name="page">Path from the repository's root.</param>
    public static MarkdownPage Read(string page)
    {
        List<(int, string)> prose = [];
        var fenced = false;
        foreach (var (index, line) in File.ReadAllLines(Path.Combine(RepositoryPaths.Root, page)).Index())
        {
            if (line.TrimStart().StartsWith("```", StringComparison.Ordinal))
                fenced = !fenced;
            else if (!fenced)
                prose.Add((index + 1, line));
        }
        var headings = prose.Select(line => Heading().Match(line.Item2)).Where(heading => heading.Success);
        return new(prose, headings.Select(heading => Anchor(heading.Groups["text"].Value)).ToHashSet());
    }

    /// <summary>A link's target as a path from the repository's root.</summary>
    public static string Resolve(string page, string target) =>
        Path.GetRelativePath(
            RepositoryPaths.Root, Path.GetFullPath(target, Path.Combine(RepositoryPaths.Root, Path.GetDirectoryName(page)!)));

    private static IEnumerable<string> Files(string folder, bool recursive = true) =>
        Directory
            .GetFiles(
                Path.GetFullPath(folder, RepositoryPaths.Root), "*.md",
                recursive ? SearchOption.AllDirectories : SearchOption.TopDirectoryOnly)
            .Select(file => Path.GetRelativePath(RepositoryPaths.Root, file).Replace(Path.DirectorySeparatorChar, '/'))
            .Order(StringComparer.Ordinal);

    private static string Anchor(string heading) => NotOfAnAnchor().Replace(heading.Trim().ToLowerInvariant(), "").Replace(' ', '-');

    [GeneratedRegex(@"^#{1,6} (?<text>.+)$")]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex NotOfAnAnchor();
}
