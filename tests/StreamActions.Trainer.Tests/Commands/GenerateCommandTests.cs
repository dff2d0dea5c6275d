// The generate verb: what it writes it says, and what it cannot write it does not claim.
using StreamActions.TestKit;
using StreamActions.Trainer.Commands;

namespace StreamActions.Trainer.Tests.Commands;

[Collection(ConsoleOutput.Collection)]
public sealed class GenerateCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ConsoleOutput _console = new();

    public void Dispose()
    {
        _console.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Sheet_FolderMissing_FailsNamingTheFile()
    {
        var path = _folder.File("missing/sheet.png");
        Assert.Equal(1, Run("sheet", "--to", path, "--actions", "jumps"));
        Assert.Contains(path, _console.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("Wrote", _console.Out, StringComparison.Ordinal);
        Assert.False(File.Exists(path));
    }

    [Fact]
    public void Sheet_NameWithoutEnding_IsAPngAllTheSame()
    {
        var path = _folder.File("sheet");
        Assert.Equal(0, Run("sheet", "--to", path, "--actions", "jumps"));
        Assert.Equal([0x89, (byte)'P', (byte)'N', (byte)'G'], File.ReadAllBytes(path)[..4]);
        Assert.Contains($"Wrote {path}; rows: jumps.", _console.Out, StringComparison.Ordinal);
    }

    [Fact]
    public void Clips_Written_AreCounted()
    {
        var folder = _folder.File("a-folder-whose-name-is-so-long-that-no-console-of-eighty-columns-has-room-for-it-in-one-line");
        Assert.Equal(0, Run("clips", "--to", folder, "--actions", "jumps,crouches", "--count", "1"));
        Assert.Contains($"Wrote {folder}: 2 clips, list.txt, labels.csv." + Environment.NewLine, _console.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    public void Clips_CountBelowOne_IsRefused(string count)
    {
        Assert.Equal(1, Run("clips", "--to", _folder.File("none"), "--actions", "jumps", "--count", count));
        Assert.Contains($"error: --count {count}: at least 1 clip of every action", _console.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder.File("none")));
    }

    [Fact]
    public void Clips_FileInThePlaceOfTheFolder_IsRefused()
    {
        var path = _folder.File("taken");
        File.WriteAllText(path, "mine");
        Assert.Equal(1, Run("clips", "--to", path, "--actions", "jumps", "--count", "1"));
        Assert.Contains($"error: --to {path}: a file is here; name a folder", _console.Error, StringComparison.Ordinal);
        Assert.Equal("mine", File.ReadAllText(path));
    }

    [Theory]
    [InlineData("sheet")]
    [InlineData("film")]
    [InlineData("clips")]
    public void Actions_UnknownName_IsRefusedNamingTheOption(string verb)
    {
        Assert.Equal(1, Run(verb, "--to", _folder.File("none"), "--actions", "flies"));
        Assert.Contains(
            "error: --actions flies: no action is called flies; there are walks_left,", _console.Error, StringComparison.Ordinal);
        Assert.False(Path.Exists(_folder.File("none")));
    }

    private static int Run(params string[] arguments) => GenerateCommand.Create().Parse(arguments).Invoke();
}
