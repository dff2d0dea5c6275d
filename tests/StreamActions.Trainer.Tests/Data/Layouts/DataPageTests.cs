// The examples of docs/data.md open as documented.
using System.Text.RegularExpressions;
using StreamActions.TestKit;
using StreamActions.Trainer.Data.Decoding;
using StreamActions.Trainer.Data.Layouts;

namespace StreamActions.Trainer.Tests.Data.Layouts;

public sealed partial class DataPageTests : IDisposable
{
    private readonly DataFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Open_FolderPerClassExample_Succeeds()
    {
        WriteExamples("A folder per class");

        var data = DataSetReader.Open(new() { Path = _folder.File("clips") });

        Assert.Equal(["opens_drawer", "throws_a_box"], data.Classes.Select(c => c.Name));
        Assert.Equal("throws a box", data.Classes[1].Phrases[0]);
        Assert.Equal(8, data.Training.Count + data.HeldOut.Count);
    }

    [Fact]
    public void Open_ListExample_Succeeds()
    {
        WriteExamples("A list");

        var data = DataSetReader.Open(new() { Path = _folder.File("train.txt"), Validation = _folder.File("val.txt") });

        Assert.Equal(["day 1/0001.mp4", "day 1/0002.mp4", "day 2/0001.mp4", "day 2/0003.mp4"], data.Training.Select(c => c.Name));
        Assert.Equal([0, 0, 1, 2], data.Training.Select(c => c.Label));
        Assert.Equal(3, data.HeldOut.Count);
        Assert.Equal(["a person opens a drawer", "a person pulls out a drawer"], data.Classes[0].Phrases);
        Assert.Equal([1, 0, null], data.Classes.Select(c => c.Reverse));
        Assert.Equal([false, false, true], data.Classes.Select(c => c.DirectionSensitive));
    }

    [Fact]
    public void Open_CaptionsExample_Succeeds()
    {
        WriteExamples("A CSV with captions");

        var data = DataSetReader.Open(new() { Path = _folder.File("captions.csv") });

        Assert.Equal(["closes_drawer", "opens_drawer"], data.Classes.Select(c => c.Name));
        Assert.Equal("a man in a red coat, in a hurry, opens a drawer", data.Training[0].Caption);
        Assert.Equal(["a woman opens the \"top\" drawer", "a drawer is closed"], data.HeldOut.Select(c => c.Caption));
    }

    [Fact]
    public void Read_DocumentedColumns_AreAccepted()
    {
        var columns = Column().Matches(Page()).Select(match => match.Groups["name"].Value);
        var path = _folder.Write("labels.csv", string.Join(',', columns), "0,a,,,");
        List<DataProblem> problems = [];

        Assert.NotNull(LabelTable.Read(path, problems));
        Assert.Empty(problems);
    }

    [Fact]
    public void Defaults_DocumentedFigures_Match()
    {
        Assert.Contains($"({new DecodingOptions().CacheBytes >> 20} MB)", Page(), StringComparison.Ordinal);
        Assert.Equal(0.2, new DataSetOptions { Path = "" }.HeldOutShare);
        Assert.Equal(2, ShortClips.FewestFrames(8));
        Assert.Equal(4, ShortClips.FewestFrames(16));
    }

    /// <summary>Writes the example files of a section of the page, and empty files for the recordings they name.</summary>
    private void WriteExamples(string section)
    {
        var text = Page().Split("## ").Single(part => part.StartsWith(section + "\n", StringComparison.Ordinal));
        foreach (Match example in Example().Matches(text))
        {
            if (example.Groups["file"].Value.Contains('.', StringComparison.Ordinal))
                _folder.Write(example.Groups["file"].Value, example.Groups["text"].Value.TrimEnd().Split('\n'));
            _folder.Touch([.. Recording().Matches(example.Groups["text"].Value).Select(match => match.Value)]);
        }
    }

    private static string Page() => File.ReadAllText(Path.Combine(RepositoryPaths.Root, "docs", "data.md"));

    [GeneratedRegex(@"^`(?<file>[\w.]+)`:\n\n```\n(?<text>.+?)```", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Example();

    [GeneratedRegex(@"(?<=^""?)[\w/ ]+\.mp4", RegexOptions.Multiline)]
    private static partial Regex Recording();

    [GeneratedRegex(@"^\| `(?<name>\w+)` \|", RegexOptions.Multiline)]
    private static partial Regex Column();
}
