// No line of C# in this repository is longer than 140 characters.
using StreamActions.TestKit;
using StreamActions.TestKit.Conventions;

namespace StreamActions.Core.Tests.Conventions;

public sealed class LineLengthTests
{
    // Projects that still have longer lines. Remove a project when it is clean; the list ends empty.
    private static readonly string[] NotYetClean =
    [
        "src/StreamActions.Worker",
        "tests/StreamActions.EndToEnd.Tests",
        "tests/StreamActions.Worker.Tests",
    ];

    public static TheoryData<string> Projects =>
    [
        .. new[] { "src", "tests" }.SelectMany(top => Directory.GetDirectories(Path.Combine(RepositoryPaths.Root, top)))
            .Select(folder => Path.GetRelativePath(RepositoryPaths.Root, folder)).Except(NotYetClean).Order(StringComparer.Ordinal),
    ];

    [Theory]
    [MemberData(nameof(Projects))]
    public void SourceFiles_OfEachProject_HaveNoLineAbove140Characters(string project) =>
        Assert.Empty(SourceLines.LongerThan(SourceLines.FilesUnder(Path.Combine(RepositoryPaths.Root, project))));
}
