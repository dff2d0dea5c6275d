// Programs read text files through one class, which is strict about the encoding.
using StreamActions.Core.Text;
using StreamActions.TestKit;
using StreamActions.TestKit.Conventions;

namespace StreamActions.Core.Tests.Conventions;

public sealed class TextReadingTests
{
    private static readonly string[] Lossy =
    [
        "File.ReadAllText", "File.ReadAllLines", "File.ReadLines", "File.OpenText", "new StreamReader(path", "new StreamReader(file",
        "UTF8.GetString(bytes",
    ];

    [Fact]
    public void SourceFiles_OfThePrograms_ReadTextOnlyThroughTextFile() =>
        Assert.Empty(
            from file in SourceLines.FilesUnder(Path.Combine(RepositoryPaths.Root, "src"))
            where Path.GetFileName(file) != $"{nameof(TextFile)}.cs"
            from line in File.ReadLines(file).Index()
            where Lossy.Any(call => line.Item.Contains(call, StringComparison.Ordinal))
            select $"{file}:{line.Index + 1}: use {nameof(TextFile)}");
}
