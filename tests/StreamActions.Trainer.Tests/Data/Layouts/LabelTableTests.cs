// Parsing of the label table, and its errors.
using StreamActions.Trainer.Data.Layouts;

namespace StreamActions.Trainer.Tests.Data.Layouts;

public sealed class LabelTableTests : IDisposable
{
    private readonly DataFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("walks_left,,", true)]
    [InlineData("walks,goes to the RIGHT,", true)]
    [InlineData("walks,turns counter-clockwise,", true)]
    [InlineData("walks_left,,false", false)]
    [InlineData("bright leftovers,,", false)]
    [InlineData("sits,,TRUE", true)]
    public void Read_Direction_DefaultsToDirectionWords(string row, bool sensitive) =>
        Assert.Equal(sensitive, Read(out _, "id,name,phrase,direction", "0," + row)!.Classes[0].DirectionSensitive);

    [Fact]
    public void Read_ReverseOnOneSide_LinksBothWithoutDirection()
    {
        var classes = Read(out _, "id,name,reverse", "0,sits,stands", "1,stands,", "2,jumps,")!.Classes;

        Assert.Equal([1, 0, null], classes.Select(c => c.Reverse));
        Assert.All(classes, c => Assert.False(c.DirectionSensitive));
    }

    [Fact]
    public void Read_InvalidReverses_AreListed()
    {
        Read(out var problems, "id,name,reverse,direction", "0,sits,stands,", "1,stands,jumps,", "2,jumps,flies,maybe", "3,runs,runs,");

        Assert.Equal(
            [
                "labels.csv:4 direction 'maybe' is not a Boolean",
                "labels.csv:3 reverse 'jumps' contradicts another line",
                "labels.csv:4 reverse 'flies' is not the name of another class",
                "labels.csv:5 reverse 'runs' is not the name of another class",
            ],
            problems);
    }

    [Fact]
    public void Read_InvalidRows_AreAllListed()
    {
        Assert.Null(Read(out var problems, "id,name", "0,sits", "x,jumps", "9,runs", "0,", "0,sits", "-1,falls"));

        Assert.Equal(
            [
                "labels.csv:3 'x' is not an id",
                "labels.csv:4 id 9 leaves a gap",
                "labels.csv:5 the class has no name",
                "labels.csv:7 '-1' is not an id",
                "labels.csv:6 id '0' is on line 2 already",
                "labels.csv:6 name 'sits' is on line 2 already",
            ],
            problems);
    }

    [Fact]
    public void Read_DuplicateRow_AdvisesUniqueIdAndName()
    {
        List<DataProblem> problems = [];
        LabelTable.Read(_folder.Write("labels.csv", "id,name", "0,sits", "0,sits"), problems);

        Assert.Equal(["give each class its own id", "give each class its own name"], problems.Select(p => p.Advice));
    }

    [Fact]
    public void Read_NoRows_IsRefused()
    {
        Assert.Null(Read(out var problems, "id,name"));
        Assert.Equal(["labels.csv:0 it has no classes"], problems);
    }

    [Fact]
    public void Read_EmptyFile_IsRefused()
    {
        Assert.Null(Read(out var problems));
        Assert.Equal(["labels.csv:0 the file is empty"], problems);
    }

    private LabelTable? Read(out IEnumerable<string> problems, params string[] lines)
    {
        List<DataProblem> found = [];
        var table = LabelTable.Read(_folder.Write("labels.csv", lines), found);
        problems = DataFolder.Short(found);
        return table;
    }
}
