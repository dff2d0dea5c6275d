// The generate verb: it reports the files it writes, and fails without writing on invalid options.
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
    public void Sheet_FolderMissing_NamesFile()
    {
        var path = _folder.File("missing/sheet.png");
        Assert.Equal(1, Run("sheet", "--to", path, "--actions", "jumps"));
        Assert.Contains(path, _console.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("Wrote", _console.Out, StringComparison.Ordinal);
        Assert.False(File.Exists(path));
    }

    [Fact]
    public void Sheet_NameWithoutExtension_WritesPng()
    {
        var path = _folder.File("sheet");
        Assert.Equal(0, Run("sheet", "--to", path, "--actions", "jumps"));
        Assert.Equal([0x89, (byte)'P', (byte)'N', (byte)'G'], File.ReadAllBytes(path)[..4]);
        Assert.Contains($"Wrote {path}; rows: jumps.", _console.Out, StringComparison.Ordinal);
    }

    [Fact]
    public void Clips_Written_ReportsCount()
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
        Assert.Contains($"error: --count {count}: must be 1 or more", _console.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder.File("none")));
    }

    [Fact]
    public void Clips_PathIsFile_IsRefused()
    {
        var path = _folder.File("taken");
        File.WriteAllText(path, "mine");
        Assert.Equal(1, Run("clips", "--to", path, "--actions", "jumps", "--count", "1"));
        Assert.Contains($"error: --to {path}: this is a file; give a folder", _console.Error, StringComparison.Ordinal);
        Assert.Equal("mine", File.ReadAllText(path));
    }

    [Theory]
    [InlineData("sheet")]
    [InlineData("film")]
    [InlineData("clips")]
    public void Actions_UnknownName_NamesOption(string verb)
    {
        Assert.Equal(1, Run(verb, "--to", _folder.File("none"), "--actions", "flies"));
        Assert.Contains(
            "error: --actions flies: unknown action 'flies'. Known actions: walks_left,", _console.Error, StringComparison.Ordinal);
        Assert.False(Path.Exists(_folder.File("none")));
    }

    private static int Run(params string[] arguments) => GenerateCommand.Create().Parse(arguments).Invoke();
}
