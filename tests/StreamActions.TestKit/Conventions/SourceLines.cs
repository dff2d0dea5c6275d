// The length of source lines.
namespace StreamActions.TestKit.Conventions;

/// <summary>Checks C# source files line by line.</summary>
public static class SourceLines
{
    /// <summary>The longest line that <c>.editorconfig</c> permits, in characters.</summary>
    public const int Longest = 140;

    /// <summary>All C# files of a folder and its sub-folders, without build outputs (<c>bin</c>, <c>obj</c>), in a fixed order.</summary>
    public static IReadOnlyList<string> FilesUnder(string folder) =>
    [
        .. Directory.GetFiles(folder, "*.cs", SearchOption.AllDirectories)
            .Where(file => !Path.GetRelativePath(folder, file).Split(Path.DirectorySeparatorChar)[..^1].Any(part => part is "bin" or "obj"))
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>The lines that are too long, as <c>file:line: length</c>.</summary>
    /// <param name="files">Paths of the files.</param>
    /// <param name="longest">The longest permitted line, in characters.</param>
    public static IReadOnlyList<string> LongerThan(IEnumerable<string> files, int longest = Longest) =>
    [
        .. from file in files
           from line in File.ReadLines(file).Index()
           where line.Item.Length > longest
           select $"{file}:{line.Index + 1}: {line.Item.Length} characters, {longest} permitted",
    ];
}
