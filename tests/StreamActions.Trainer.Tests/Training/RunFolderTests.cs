// Errors of damaged run folders name the file and the remedy.
using StreamActions.TestKit;
using StreamActions.Trainer.Training;

namespace StreamActions.Trainer.Tests.Training;

public sealed class RunFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("network.json")]
    [InlineData("clip.json")]
    [InlineData("vocab.json")]
    [InlineData("merges.txt")]
    public void Open_FileMissing_NamesFileAndRun(string file)
    {
        var run = MakeRun();
        File.Delete(Path.Combine(run, file));
        AssertRefused(() => RunFolder.Open(run), run, $"this run has no {file}; restore the run from a copy");
    }

    [Fact]
    public void Open_SeveralFilesMissing_NamesAll()
    {
        var run = MakeRun();
        File.Delete(Path.Combine(run, "clip.json"));
        File.Delete(Path.Combine(run, "merges.txt"));
        AssertRefused(() => RunFolder.Open(run), run, "no clip.json, no merges.txt;");
    }

    [Theory]
    [InlineData("clip.json", "null")]
    [InlineData("clip.json", "{")]
    [InlineData("clip.json", "{}")]
    [InlineData("clip.json", """{"Frames":0,"SampleFps":4,"Size":64,"Resize":"squash"}""")]
    [InlineData("options.json", "null")]
    [InlineData("options.json", "{ \"steps\": 1 }")]
    [InlineData("network.json", "null")]
    public void Open_InvalidFile_NamesFile(string file, string text)
    {
        var run = MakeRun();
        File.WriteAllText(Path.Combine(run, file), text);
        AssertRefused(() => RunFolder.Open(run), run, file, "not", "readable");
    }

    [Fact]
    public void LoadNetwork_WeightsMissing_NamesCheckpoint()
    {
        var run = MakeRun();
        File.Delete(Path.Combine(run, "step-00000000/weights.safetensors"));
        AssertRefused(() => RunFolder.Open(run).LoadNetwork(), run, "step-00000000: this checkpoint has no weights.safetensors;");
        AssertRefused(() => StartingPoint.Open(run), run, "step-00000000: this checkpoint has no weights.safetensors;");
    }

    [Fact]
    public void OpenAndCreate_PathIsFile_IsRefused()
    {
        var path = _folder.File("taken");
        File.WriteAllText(path, "mine");
        AssertRefused(() => RunFolder.Open(path), path, "this is a file; name the folder of a run");
        AssertRefused(
            () => SmallRuns.Pretrained(path, new MovingBarSource(4, 16)), path, "a file is here; name another folder for the run");
        AssertRefused(() => SmallRuns.Adapted(path, MakeRun(), new MovingBarSource(4, 16), SmallRuns.Options(1)), path,
            "a file is here; name another folder for the run");
        Assert.Equal("mine", File.ReadAllText(path));
    }

    private string MakeRun()
    {
        var path = _folder.File("run");
        SmallRuns.Pretrained(path, new MovingBarSource(4, 16));
        return path;
    }

    private static void AssertRefused(Action act, string path, params string[] expected)
    {
        var message = Assert.Throws<TrainerException>(act).Message;
        Assert.StartsWith(path, message, StringComparison.Ordinal);
        Assert.All(expected, words => Assert.Contains(words, message, StringComparison.Ordinal));
    }
}
