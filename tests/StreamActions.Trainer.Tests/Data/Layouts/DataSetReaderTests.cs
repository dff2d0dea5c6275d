// Reading of valid data sets: lists, folders and captions.
using StreamActions.Trainer.Data.Layouts;

namespace StreamActions.Trainer.Tests.Data.Layouts;

public sealed class DataSetReaderTests : IDisposable
{
    private readonly DataFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Open_ListInOtherOrder_GivesSameSet()
    {
        _folder.Touch("a.mp4", "b.mp4", "c.mp4", "d.mp4");
        _folder.Write("labels.csv", "id,name", "1,jumps", "0,sits down");
        _folder.Write("val.txt", "d.mp4 1");
        var one = DataSetReader.Open(
            new() { Path = _folder.Write("one.txt", "a.mp4 0", "", "b.mp4\t1", "'c.mp4' 0"), Validation = _folder.File("val.txt") });
        var two = DataSetReader.Open(
            new() { Path = _folder.Write("two.txt", "c.mp4 0", "a.mp4 0", "b.mp4 1"), Validation = _folder.File("val.txt") });

        Assert.Equal(["a.mp4", "b.mp4", "c.mp4"], one.Training.Select(c => c.Name));
        Assert.Equal(one.Training, two.Training);
        Assert.Equal(["sits down", "jumps"], one.Classes.Select(c => c.Name));
    }

    [Fact]
    public void Open_ListWithMedia_ResolvesPathsInMediaFolder()
    {
        _folder.Touch("videos/a.mp4", "videos/b.mp4");
        _folder.Write("lists/labels.csv", "id,name", "0,jumps");
        var val = _folder.Write("lists/val.txt", "b.mp4 0");

        var data = DataSetReader.Open(new()
        {
            Path = _folder.Write("lists/train.txt", _folder.File("videos/a.mp4") + " 0"),
            Validation = val,
            Media = _folder.File("videos"),
        });

        Assert.Equal((_folder.File("videos/a.mp4"), "a.mp4"), (data.Training[0].Path, data.Training[0].Name));
    }

    [Fact]
    public void Open_FolderWithLabels_UsesTableOrderAndNotesOtherFiles()
    {
        _folder.Touch([.. Enumerable.Range(0, 12).SelectMany(n => (string[])[$"jumps/{n}.mp4", $"runs/deep/{n}.webm"])]);
        _folder.Touch("jumps/notes.txt", ".git/config.mp4");
        _folder.Write("labels.csv", "id,name", "1,jumps", "0,runs");

        var data = DataSetReader.Open(new() { Path = _folder.Path });

        Assert.Equal(["runs", "jumps"], data.Classes.Select(c => c.Name));
        Assert.Equal(24, data.Training.Count + data.HeldOut.Count);
        Assert.All(data.Training, clip => Assert.Equal(clip.Name.StartsWith("runs/", StringComparison.Ordinal) ? 0 : 1, clip.Label));
        Assert.Contains("1 file(s)", Assert.Single(data.Notes), StringComparison.Ordinal);
    }

    [Fact]
    public void Open_CaptionsWithoutLabels_MakesEachCaptionAClass()
    {
        _folder.Touch("a.mp4", "b.mp4", "c.mp4", "d.mp4");
        var path = _folder.Write(
            "set.csv", "split,caption,path", "train,a cat jumps,a.mp4", "train,a dog sits,b.mp4", "train,a cat jumps,c.mp4",
            "val,a bird sings,d.mp4");

        var data = DataSetReader.Open(new() { Path = path });

        Assert.Equal(["a bird sings", "a cat jumps", "a dog sits"], data.Classes.Select(c => c.Phrases[0]));
        Assert.Equal([1, 2, 1], data.Training.Select(c => c.Label));
        Assert.True(data.FreeCaptions);
    }

    [Fact]
    public void Open_CaptionsWithTable_AcceptsNamesAndNumbers()
    {
        _folder.Touch("a.mp4", "b.mp4", "c.mp4");
        _folder.Write("labels.csv", "id,name", "0,sits", "1,jumps");
        var path = _folder.Write("set.csv", "path,caption,label,split", "a.mp4,x,jumps,train", "b.mp4,y,0,train", "c.mp4,z,1,test");

        Assert.Equal([1, 0], DataSetReader.Open(new() { Path = path }).Training.Select(c => c.Label));
        // With a label table whose names are the captions, the captions are labels.
        var named = _folder.Write("named.csv", "path,caption,split", "a.mp4,jumps,train", "b.mp4,sits,train", "c.mp4,sits,test");
        Assert.False(DataSetReader.Open(new() { Path = named, Labels = _folder.File("labels.csv") }).FreeCaptions);
    }

    [Fact]
    public void Open_EvaluationOnly_HoldsOutAllAndNotesEmptyClasses()
    {
        _folder.Touch("a.mp4", "b.mp4", "c.mp4");
        _folder.Write("labels.csv", "id,name", "0,sits", "1,jumps", "2,runs");

        var data = DataSetReader.Open(new() { Path = _folder.Write("list.txt", "a.mp4 0", "b.mp4 1", "c.mp4 1"), EvaluationOnly = true });

        Assert.Empty(data.Training);
        Assert.Equal([0, 1, 1], data.HeldOut.Select(c => c.Label));
        Assert.Equal("1 of the 3 classes have no clips here; they can only be wrong answers", Assert.Single(data.Notes));
    }

    [Fact]
    public void Open_EvaluationOnlyWithValidation_HoldsOutOnlyValidation()
    {
        _folder.Touch("v.mp4");
        _folder.Write("labels.csv", "id,name", "0,sits", "1,jumps");

        // Evaluation does not need the training recordings.
        var data = DataSetReader.Open(new()
        {
            Path = _folder.Write("list.txt", "deleted.mp4 0", "also deleted.mp4 1"),
            Validation = _folder.Write("val.txt", "v.mp4 1"),
            EvaluationOnly = true,
        });

        Assert.Equal("v.mp4", Assert.Single(data.HeldOut).Name);
        Assert.Empty(data.Training);
    }

    [Fact]
    public void Open_EvaluationOnlyWithSplit_HoldsOutOnlyTestRows()
    {
        _folder.Touch("a.mp4", "b.mp4");
        var path = _folder.Write("set.csv", "path,caption,label,split", "a.mp4,it sits,sits,train", "b.mp4,it jumps,jumps,test");

        Assert.Equal("b.mp4", Assert.Single(DataSetReader.Open(new() { Path = path, EvaluationOnly = true }).HeldOut).Name);
        var all = _folder.Write("all.csv", "path,caption,label,split", "a.mp4,it sits,sits,train", "b.mp4,it jumps,jumps,train");
        Assert.Equal(2, DataSetReader.Open(new() { Path = all, EvaluationOnly = true }).HeldOut.Count);
    }

    [Fact]
    public void Open_EvaluationOnlyWithBrokenList_IsRefused()
    {
        _folder.Touch("a.mp4", "b.mp4");
        _folder.Write("labels.csv", "id,name", "0,sits", "1,jumps");

        var list = _folder.Write("list.txt", "a.mp4 0", "b.mp4 5");
        Assert.Equal(
            ["list.txt:2 label 5 is out of range"],
            DataFolder.Short(DataFolder.Problems(new() { Path = list, EvaluationOnly = true })));
    }

    [Fact]
    public void Open_ClassWithoutHeldOutClip_IsNoted()
    {
        _folder.Touch("a/1.mp4", "b/1.mp4", "val/a/2.mp4");
        _folder.Write("labels.csv", "id,name", "0,a", "1,b");
        var data = DataSetReader.Open(
            new() { Path = _folder.Write("list.txt", "a/1.mp4 0", "b/1.mp4 1"), Validation = _folder.Write("val.txt", "val/a/2.mp4 0") });

        Assert.Contains("'b'", Assert.Single(data.Notes), StringComparison.Ordinal);
    }
}
