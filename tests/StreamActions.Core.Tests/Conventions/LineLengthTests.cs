// No line of C# in this repository is longer than 140 characters.
using StreamActions.TestKit;
using StreamActions.TestKit.Conventions;

namespace StreamActions.Core.Tests.Conventions;

public sealed class LineLengthTests
{
    public static TheoryData<string> Projects =>
    [
        .. new[] { "src", "tests" }.SelectMany(top => Directory.GetDirectories(Path.Combine(RepositoryPaths.Root, top)))
            .Select(folder => Path.GetRelativePath(RepositoryPaths.Root, folder)).Order(StringComparer.Ordinal),
    ];

    [Theory]
    [MemberData(nameof(Projects))]
    public void SourceFiles_OfEachProject_HaveNoLineAbove140Characters(string project) =>
        Assert.Empty(SourceLines.LongerThan(SourceLines.FilesUnder(Path.Combine(RepositoryPaths.Root, project))));
}
