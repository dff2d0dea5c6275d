using StreamActions.TestKit;
using StreamActions.TestKit.Conventions;

namespace StreamActions.Core.Tests.Conventions;

public sealed class SourceLinesTests
{
    [Fact]
    public void LongerThan_LineOfOneMore_IsNamedWithFileAndLine()
    {
        using var folder = new TemporaryFolder();
        var file = folder.File("A.cs");
        File.WriteAllText(file, $"// short\n//{new string('x', 138)}\n//{new string('x', 139)}\n");

        Assert.Equal([$"{file}:3: 141 characters, 140 permitted"], SourceLines.LongerThan(SourceLines.FilesUnder(folder.Path)));
    }

    [Fact]
    public void FilesUnder_BuildOutputs_AreLeftOut()
    {
        using var folder = new TemporaryFolder();
        foreach (var name in (string[])["b/Two.cs", "a/One.cs", "obj/Made.cs", "a/bin/Copied.cs", "a/notes.txt"])
        {
            Directory.CreateDirectory(Path.GetDirectoryName(folder.File(name))!);
            File.WriteAllText(folder.File(name), "");
        }

        Assert.Equal([folder.File("a/One.cs"), folder.File("b/Two.cs")], SourceLines.FilesUnder(folder.Path));
    }
}
