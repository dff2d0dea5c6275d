// Which folders of a project need each other, read from the source.
using System.Text.RegularExpressions;

namespace StreamActions.TestKit.Conventions;

/// <summary>Folders that need each other.</summary>
/// <param name="Folders">Their namespaces, in order.</param>
/// <param name="Lines">The lines that cause it, as <c>file:line: folder -> folder: text</c>.</param>
public sealed record FolderCycle(IReadOnlyList<string> Folders, IReadOnlyList<string> Lines)
{
    /// <inheritdoc/>
    public override string ToString() => $"{string.Join(", ", Folders)} need each other:\n  {string.Join("\n  ", Lines)}";
}

/// <summary>
/// Finds dependency cycles between the folders of a project. The folder of a file is its namespace.
/// <para>
/// The rule: the folders directly below one folder form no cycle among each other, at every level. A folder includes its sub-folders:
/// <c>Data</c> and <c>Data.Layouts</c> are one node next to <c>Training</c>, and <c>Data.Layouts</c> is a node next to
/// <c>Data.Decoding</c>. A folder and its own sub-folders are not compared: C# lets the sub-folder use the folder's types without a
/// <c>using</c> line, so that half of the graph is not in the source. For the same reason the files of the root namespace are left out.
/// </para>
/// <para>
/// A use is a <c>using</c> directive (also <c>static</c>, <c>global</c>, or an alias) or a name written from the root namespace on, such as
/// <c>Root.Data.Clip</c>. Comments are left out. Names that begin at a parent namespace (<c>Data.Clip</c>) and <c>Using</c> items of the
/// project file are not found.
/// </para>
/// </summary>
public static partial class FolderDependencies
{
    [GeneratedRegex(@"^\s*namespace\s+([\w.]+)", RegexOptions.Multiline)]
    private static partial Regex NamespaceLine();

    private sealed record Use(string From, string To, string Line);

    /// <summary>All cycles of a project.</summary>
    /// <param name="projectFolder">The folder of the project file.</param>
    /// <param name="rootNamespace">Its root namespace.</param>
    /// <returns>One entry for each group of folders that need each other; empty when there is no cycle.</returns>
    public static IReadOnlyList<FolderCycle> Cycles(string projectFolder, string rootNamespace)
    {
        var uses = Uses(projectFolder, rootNamespace);
        string[] parents = [.. uses.SelectMany(u => Parents(u.From, rootNamespace)).Distinct().Order(StringComparer.Ordinal)];
        return [.. parents.SelectMany(parent => CyclesBelow(parent, uses))];
    }

    /// <summary>
    /// The uses that break an order of the folders directly below the root: a folder may use only itself and those before it.
    /// </summary>
    /// <param name="projectFolder">The folder of the project file.</param>
    /// <param name="rootNamespace">Its root namespace.</param>
    /// <param name="order">The names of the folders. A folder that is missing here breaks the order when it uses or is used.</param>
    /// <returns>The lines, as <c>file:line: folder -> folder: text</c>; empty when the order holds.</returns>
    public static IReadOnlyList<string> AgainstOrder(string projectFolder, string rootNamespace, IReadOnlyList<string> order)
    {
        var places = order.Index().ToDictionary(folder => $"{rootNamespace}.{folder.Item}", folder => folder.Index);
        return
        [
            .. from use in Uses(projectFolder, rootNamespace)
               let user = ChildOf(rootNamespace, use.From)!
               let used = ChildOf(rootNamespace, use.To)!
               where user != used
               where !places.TryGetValue(user, out var at) || !places.TryGetValue(used, out var before) || before > at
               select use.Line,
        ];
    }

    private static List<Use> Uses(string projectFolder, string root)
    {
        var files = (from path in SourceLines.FilesUnder(projectFolder)
                     let text = File.ReadAllText(path)
                     let match = NamespaceLine().Match(text)
                     where match.Success
                     select (Path: path, Lines: text.Split('\n'), Namespace: match.Groups[1].Value)).ToList();
        // The longest first: a name belongs to the innermost folder that it begins with.
        string[] folders =
        [
            .. files.Select(f => f.Namespace).Where(n => n.StartsWith(root + ".", StringComparison.Ordinal)).Distinct()
                .OrderByDescending(n => n.Length),
        ];
        if (folders.Length == 0)
            return [];
        var name = new Regex($@"(?<![\w.])({string.Join('|', folders.Select(Regex.Escape))})(?!\w)");
        return
        [
            .. from file in files
               where file.Namespace.StartsWith(root + ".", StringComparison.Ordinal)
               from line in file.Lines.Index()
               where !line.Item.TrimStart().StartsWith("//", StringComparison.Ordinal)
               from match in name.Matches(line.Item)
               where match.Value != file.Namespace
               let place = $"{Path.GetRelativePath(projectFolder, file.Path)}:{line.Index + 1}"
               select new Use(file.Namespace, match.Value, $"{place}: {file.Namespace} -> {match.Value}: {line.Item.Trim()}"),
        ];
    }

    // Every folder around a namespace, the root included.
    private static IEnumerable<string> Parents(string name, string root)
    {
        while (name != root)
            yield return name = name[..name.LastIndexOf('.')];
    }

    private static IEnumerable<FolderCycle> CyclesBelow(string parent, List<Use> uses)
    {
        // Both ends are taken up to the folder directly below the parent; a use within one such folder is left out.
        var edges = (from use in uses
                     let user = ChildOf(parent, use.From)
                     let used = ChildOf(parent, use.To)
                     where user is not null && used is not null && user != used
                     select (From: user, To: used, use.Line)).ToList();
        var targets = edges.ToLookup(e => e.From, e => e.To);
        var reached = targets.Select(e => e.Key).ToDictionary(folder => folder, folder => Reached(folder, targets));
        HashSet<string> done = [];
        foreach (var folder in reached.Keys.Order(StringComparer.Ordinal))
        {
            string[] together =
            [
                .. reached.Keys.Where(other => reached[folder].Contains(other) && reached[other].Contains(folder))
                    .Order(StringComparer.Ordinal),
            ];
            if (together.Length < 2 || !done.Add(together[0]))
                continue;
            yield return new(together, [.. edges.Where(e => together.Contains(e.From) && together.Contains(e.To)).Select(e => e.Line)]);
        }
    }

    private static string? ChildOf(string parent, string name)
    {
        if (!name.StartsWith(parent + ".", StringComparison.Ordinal))
            return null;
        var end = name.IndexOf('.', parent.Length + 1);
        return end < 0 ? name : name[..end];
    }

    private static HashSet<string> Reached(string from, ILookup<string, string> edges)
    {
        HashSet<string> reached = [];
        var open = new Stack<string>(edges[from]);
        while (open.TryPop(out var folder))
        {
            if (!reached.Add(folder))
                continue;
            foreach (var next in edges[folder])
                open.Push(next);
        }
        return reached;
    }
}
