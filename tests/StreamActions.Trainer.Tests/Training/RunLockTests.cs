// Only one program at a time changes a run.
using System.Globalization;
using StreamActions.TestKit;
using StreamActions.Trainer.Commands;
using StreamActions.Trainer.Tests.Commands;
using StreamActions.Trainer.Training;

namespace StreamActions.Trainer.Tests.Training;

[Collection(ConsoleOutput.Collection)]
public sealed class RunLockTests : IDisposable
{
    private readonly ConsoleOutput _console = new();
    private readonly TemporaryFolder _folder = new();

    private string Run => _folder.File("run");

    public void Dispose()
    {
        _console.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Take_HeldRun_NamesVerbAndProcess()
    {
        using var held = RunLock.Take(Run, "train");

        var e = Assert.Throws<TrainerException>(() => RunLock.Take(Run, "convert"));

        Assert.StartsWith($"{Run}: 'train' (process {Environment.ProcessId.ToString(CultureInfo.InvariantCulture)} on ", e.Message);
        Assert.EndsWith("works on this run; wait for its end, or choose another folder", e.Message);
    }

    [Fact]
    public void Take_AfterDispose_Succeeds()
    {
        RunLock.Take(Run, "train").Dispose();

        RunLock.Take(Run, "train").Dispose();
    }

    [Fact]
    public void Take_FilesOfAKilledProgram_Succeeds()
    {
        Directory.CreateDirectory(Run);
        File.WriteAllText(Path.Combine(Run, "run.lock"), "");
        File.WriteAllText(Path.Combine(Run, "run.lock.holder"), "'train' (process 1 on elsewhere)");

        using var held = RunLock.Take(Run, "pretrain");

        Assert.StartsWith("'pretrain'", File.ReadAllText(Path.Combine(Run, "run.lock.holder")));
    }

    [Fact]
    public void Take_File_IsRefused()
    {
        File.WriteAllText(Run, "");

        Assert.Equal($"{Run}: a file is here; name another folder for the run",
            Assert.Throws<TrainerException>(() => RunLock.Take(Run, "train")).Message);
    }

    [Fact]
    public void Take_FolderThatCannotBeWritten_SaysSoAndHoldsNothing()
    {
        var inTheWay = Directory.CreateDirectory(Path.Combine(Run, "run.lock.holder"));

        Assert.StartsWith(
            $"{Run}: the folder cannot be written: ", Assert.Throws<TrainerException>(() => RunLock.Take(Run, "train")).Message);

        inTheWay.Delete();
        RunLock.Take(Run, "train").Dispose();
    }

    [Fact]
    public void Dispose_NewFolderWithoutARun_IsRemoved()
    {
        RunLock.Take(Run, "train").Dispose();

        Assert.False(Directory.Exists(Run));
    }

    [Fact]
    public void Dispose_FolderWithARun_KeepsOnlyTheRun()
    {
        var held = RunLock.Take(Run, "train");
        File.WriteAllText(Path.Combine(Run, "options.json"), "{}");

        held.Dispose();

        Assert.Equal(["options.json"], Directory.EnumerateFileSystemEntries(Run).Select(Path.GetFileName));
    }

    [Theory]
    [InlineData("train", "--run", "RUN", "--steps", "1")]
    [InlineData("pretrain", "--run", "RUN", "--steps", "1")]
    [InlineData("convert", "--run", "MODEL", "--to", "RUN", "--temporal", "causal")]
    [InlineData("import-clip", "MODEL", "--run", "RUN")]
    public async Task Verb_HeldRun_IsRefusedAndChangesNothing(params string[] arguments)
    {
        using var held = RunLock.Take(Run, "train");
        string[] given = [.. arguments.Select(a => a switch { "RUN" => Run, "MODEL" => _folder.File("model"), _ => a })];
        Assert.Equal(1, await TrainerCommands.Create().Parse(given).InvokeAsync(cancellationToken: TestContext.Current.CancellationToken));

        Assert.Contains("works on this run", _console.Error, StringComparison.Ordinal);
        Assert.Equal(["run.lock", "run.lock.holder"], Directory.EnumerateFileSystemEntries(Run).Select(Path.GetFileName).Order());
    }
}
