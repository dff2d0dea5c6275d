// All problems of a data set are reported together, with file and line.
using StreamActions.Core.Text;
using StreamActions.Trainer.Data.Layouts;

namespace StreamActions.Trainer.Tests.Data.Layouts;

public sealed class DataSetProblemsTests : IDisposable
{
    private readonly DataFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Open_BrokenList_ListsEveryProblem()
    {
        _folder.Touch("a.mp4", "b.mp4");
        _folder.Write("labels.csv", "id,name", "0,sits", "1,jumps");
        var list = _folder.Write("list.txt", "a.mp4 0", "a.mp4 0", "b.mp4 7", "b.mp4 one", "missing.mp4 1", "../outside.mp4 1", "alone");
        var val = _folder.Write("val.txt", "./a.mp4 0");

        var problems = DataFolder.Problems(new() { Path = list, Validation = val });

        Assert.Equal(
        [
            "list.txt:7 'alone' is not a path with a label",
            $"list.txt:2 'a.mp4' is in {list}:1 already",
            "list.txt:3 label 7 is out of range",
            "list.txt:4 label 'one' is neither a number nor the name of a class",
            $"list.txt:4 'b.mp4' is in {list}:3 already",
            $"list.txt:5 'missing.mp4' is not in {_folder.Path}",
            $"list.txt:6 '../outside.mp4' is outside {_folder.Path}",
            $"val.txt:1 './a.mp4' is in {list}:1 already",
        ], DataFolder.Short(problems));
        Assert.All(problems, problem => Assert.NotEmpty(problem.Advice));
    }

    [Fact]
    public void Open_BrokenTableAndList_ListsBoth()
    {
        _folder.Write("labels.csv", "id,name,frase,name", "0,sits,,");

        Assert.Equal(
            ["list.txt:1 'alone' is not a path with a label", "labels.csv:1 unknown column 'frase'", "labels.csv:1 column 'name' twice"],
            DataFolder.Short(DataFolder.Problems(new() { Path = _folder.Write("list.txt", "alone") })));
    }

    [Fact]
    public void Open_EmptyListWithoutTable_ListsBoth() => Assert.Equal(
        ["list.txt:0 it has no clips", "labels.csv:0 no such label table"],
        DataFolder.Short(DataFolder.Problems(new() { Path = _folder.Write("list.txt", "") })));

    /// <summary>Another encoding would garble the phrases.</summary>
    [Theory]
    [InlineData("list.txt")]
    [InlineData("labels.csv")]
    public void Open_Latin1_NamesThePlace(string file)
    {
        var list = _folder.Write("list.txt", "a.mp4 0");
        _folder.Write("labels.csv", "id,name", "0,sits");
        File.WriteAllBytes(_folder.File(file), [.. File.ReadAllBytes(_folder.File(file)), 0xFC]);

        var e = Assert.Throws<TextEncodingException>(() => DataSetReader.Open(new() { Path = list }));

        Assert.StartsWith($"{_folder.File(file)}:", e.Message, StringComparison.Ordinal);
        Assert.EndsWith("the byte 0xFC is not UTF-8; save the file as UTF-8", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_PathMissing_IsRefused()
    {
        var path = _folder.File("nowhere");

        Assert.Contains("no such file or folder",
            Assert.Throws<DataSetException>(() => DataSetReader.Open(new() { Path = path })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_EmptyFolder_IsRefused()
    {
        Directory.CreateDirectory(_folder.File("set/sits"));

        Assert.Equal(["set:0 it has no clips"], DataFolder.Short(DataFolder.Problems(new() { Path = _folder.File("set") })));
    }

    [Fact]
    public void Open_ClassesWithoutClips_AreListedWithLine()
    {
        _folder.Touch("a.mp4", "b.mp4");
        _folder.Write("labels.csv", "id,name", "0,sits", "2,runs", "1,jumps");

        Assert.Equal(
            ["labels.csv:4 class 'jumps' has no clip to train on: all 1 are held out", "labels.csv:3 class 'runs' has no clip"],
            DataFolder.Short(DataFolder.Problems(
                new() { Path = _folder.Write("list.txt", "a.mp4 0"), Validation = _folder.Write("val.txt", "b.mp4 1") })));
    }

    [Fact]
    public void Open_LabelOutOfRangeAndEmptyClass_ListsBoth()
    {
        _folder.Touch("a.mp4", "b.mp4", "c.mp4");
        _folder.Write("labels.csv", "id,name", "0,sits", "1,jumps", "2,runs", "3,falls");

        // A class whose only clip is missing does not count as empty.
        Assert.Equal(
            [
                "list.txt:2 label 7 is out of range",
                $"list.txt:3 'missing.mp4' is not in {_folder.Path}",
                "labels.csv:3 class 'jumps' has no clip",
                "labels.csv:5 class 'falls' has no clip to train on: all 1 are held out",
            ],
            DataFolder.Short(DataFolder.Problems(new()
            {
                Path = _folder.Write("list.txt", "a.mp4 0", "b.mp4 7", "missing.mp4 2"),
                Validation = _folder.Write("val.txt", "c.mp4 3"),
            })));
    }

    [Fact]
    public void Open_MediaFolderMissing_IsOneProblem()
    {
        _folder.Write("labels.csv", "id,name", "0,sits", "1,jumps");
        var list = _folder.Write("list.txt", [.. Enumerable.Range(0, 50).Select(n => $"{n}.mp4 0"), "50.mp4 2"]);

        Assert.Equal(
            ["nowhere:0 no such folder", "list.txt:51 label 2 is out of range", "labels.csv:3 class 'jumps' has no clip"],
            DataFolder.Short(DataFolder.Problems(new() { Path = list, Media = _folder.File("nowhere") })));
    }

    [Fact]
    public void Open_NoHeldOutClip_IsRefused()
    {
        _folder.Touch("a.mp4");

        Assert.Equal(
            ["set.csv:0 no clip is held out"],
            DataFolder.Short(DataFolder.Problems(
                new() { Path = _folder.Write("set.csv", "path,caption,label,split", "a.mp4,it sits,sits,train") })));
    }

    [Fact]
    public void Open_BrokenCaptions_ListsEveryRow()
    {
        _folder.Touch("a.mp4");
        var path = _folder.Write("set.csv",
            "path,caption,label,split", "a.mp4,\"two", "lines\",sits,train", "b.mp4,,sits,train", "c.mp4,x,sits,tomorrow",
            "d.mp4,x,y,sits,train", "", "\"e\".mp4,x,sits,train");

        Assert.Equal(
            [
                "set.csv:4 no caption",
                "set.csv:5 unknown split 'tomorrow'",
                "set.csv:6 5 fields, but the header has 4",
                "set.csv:8 a quote inside an unquoted field",
            ],
            DataFolder.Short(DataFolder.Problems(new() { Path = path })).Order());
    }

    [Fact]
    public void Open_CaptionsWithoutHeader_NamesColumns() => Assert.Equal(
        ["set.csv:1 unknown column 'a.mp4'", "set.csv:1 no column 'path'", "set.csv:1 no column 'caption'"],
        DataFolder.Short(DataFolder.Problems(new() { Path = _folder.Write("set.csv", "a.mp4") })).Take(3));

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(double.NaN)]
    public void Open_HeldOutShareOutOfRange_IsRefused(double share)
    {
        _folder.Touch("a/1.mp4");

        var problems = DataFolder.Problems(new() { Path = _folder.Path, HeldOutShare = share });
        Assert.Contains("--held-out:0", DataFolder.Short(problems).First(), StringComparison.Ordinal);
    }

    [Fact]
    public void Message_ManyProblems_ShowsSomeAndCountsRest()
    {
        _folder.Write("labels.csv", "id,name", "0,sits");
        var list = _folder.Write("list.txt", [.. Enumerable.Range(0, 250).Select(n => $"{n}.mp4 0")]);

        var exception = Assert.Throws<DataSetException>(() => DataSetReader.Open(new() { Path = list }));

        Assert.Equal(250, exception.Problems.Count);
        Assert.StartsWith($"{list}: 250 problem(s):\n  {list}:1: '0.mp4'", exception.Message, StringComparison.Ordinal);
        Assert.EndsWith("and 150 more", exception.Message, StringComparison.Ordinal);
    }
}
