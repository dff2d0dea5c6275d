using StreamActions.TestKit;
using StreamActions.TestKit.Conventions;

namespace StreamActions.Core.Tests.Conventions;

public sealed class FolderDependenciesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Cycles_NoFolderNeedsAnotherThatNeedsIt_IsEmpty()
    {
        Write("Program.cs", "using Root.A;\nusing Root.B;\n");
        Write("A/One.cs", "using Root.B;\nnamespace Root.A;\n");
        Write("B/Two.cs", "namespace Root.B;\n");

        Assert.Empty(FolderDependencies.Cycles(_folder.Path, "Root"));
    }

    [Fact]
    public void Cycles_TwoFoldersNeedEachOther_NamesTheLines()
    {
        Write("A/One.cs", "// what it is for\nusing Root.B;\n\nnamespace Root.A;\n");
        Write("B/Two.cs", "using System;\nusing static Root.A.One;\nnamespace Root.B;\n");
        Write("C/Three.cs", "using Root.A;\nnamespace Root.C;\n");

        var cycle = Assert.Single(FolderDependencies.Cycles(_folder.Path, "Root"));

        Assert.Equal(["Root.A", "Root.B"], cycle.Folders);
        Assert.Equal(
            ["A/One.cs:2: Root.A -> Root.B: using Root.B;", "B/Two.cs:2: Root.B -> Root.A: using static Root.A.One;"], cycle.Lines);
    }

    [Fact]
    public void Cycles_ThreeFoldersInACircle_AreOneCycle()
    {
        Write("A/One.cs", "using Root.B;\nnamespace Root.A;\n");
        Write("B/Two.cs", "using Root.C;\nnamespace Root.B;\n");
        Write("C/Three.cs", "namespace Root.C;\ninternal static class Three { public static string Name => Root.A.One.Name; }\n");

        var cycle = Assert.Single(FolderDependencies.Cycles(_folder.Path, "Root"));

        Assert.Equal(["Root.A", "Root.B", "Root.C"], cycle.Folders);
        Assert.Equal(3, cycle.Lines.Count);
    }

    [Fact]
    public void Cycles_ThroughASubfolder_CountForTheFolderAroundIt()
    {
        Write("A/One.cs", "using Root.B;\nnamespace Root.A;\n");
        Write("B/Two.cs", "namespace Root.B;\n");
        Write("B/Deep/Three.cs", "using Root.A;\nnamespace Root.B.Deep;\n");

        Assert.Equal(["Root.A", "Root.B"], Assert.Single(FolderDependencies.Cycles(_folder.Path, "Root")).Folders);
    }

    [Fact]
    public void Cycles_SubfoldersOfOneFolder_AreComparedWithEachOtherOnly()
    {
        Write("A/One.cs", "using Root.A.X;\nnamespace Root.A;\n");
        Write("A/X/Two.cs", "using Root.A;\nusing Root.A.Y;\nnamespace Root.A.X;\n");
        Write("A/Y/Three.cs", "using Root.A.X;\nnamespace Root.A.Y;\n");

        Assert.Equal(["Root.A.X", "Root.A.Y"], Assert.Single(FolderDependencies.Cycles(_folder.Path, "Root")).Folders);
    }

    [Fact]
    public void Cycles_CommentsSimilarNamesAndBuildOutputs_AreNoUses()
    {
        Write("A/One.cs", "using Root.B;\nnamespace Root.A;\n");
        Write("B/Two.cs", """
            namespace Root.B;
            // Root.A is explained here
            /// <see cref="Root.A.One"/>
            internal static class Two { string a = nameof(Other.Root.A), b = nameof(Root.Ab); }
            """);
        Write("obj/Three.cs", "using Root.A;\nnamespace Root.B;\n");

        Assert.Empty(FolderDependencies.Cycles(_folder.Path, "Root"));
    }

    [Fact]
    public void AgainstOrder_FolderUsesLaterOrUnlistedFolder_NamesTheLines()
    {
        Write("A/One.cs", "using Root.B;\nnamespace Root.A;\n");
        Write("B/Two.cs", "using Root.A;\nnamespace Root.B;\n");
        Write("B/Deep/Three.cs", "using Root.A;\nusing Root.B;\nnamespace Root.B.Deep;\n");
        Write("C/Four.cs", "using Root.A;\nnamespace Root.C;\n");
        Write("Program.cs", "using Root.C;\nnamespace Root;\n");

        Assert.Equal(
            ["A/One.cs:1: Root.A -> Root.B: using Root.B;", "C/Four.cs:1: Root.C -> Root.A: using Root.A;"],
            FolderDependencies.AgainstOrder(_folder.Path, "Root", ["A", "B"]));
        Assert.Equal(
            ["B/Deep/Three.cs:1: Root.B.Deep -> Root.A: using Root.A;", "B/Two.cs:1: Root.B -> Root.A: using Root.A;"],
            FolderDependencies.AgainstOrder(_folder.Path, "Root", ["B", "A", "C"]));
    }

    public void Dispose() => _folder.Dispose();

    private void Write(string name, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_folder.File(name))!);
        File.WriteAllText(_folder.File(name), text);
    }
}
