// The confusion matrix as a picture: size, colours, and errors.
using OpenCvSharp;
using StreamActions.TestKit;
using StreamActions.Trainer.Evaluation;

namespace StreamActions.Trainer.Tests.Evaluation;

public sealed class ConfusionPictureTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Write_Set_WritesPictureOfLayoutSize()
    {
        var set = ExampleReports.Set("actions", opens: 100, closes: 40, waits: 100);
        var layout = ConfusionPicture.LayoutOf(set);
        ConfusionPicture.Write(_folder.File("confusion.png"), set);
        using var picture = Cv2.ImRead(_folder.File("confusion.png"));
        Assert.Equal((layout.Width, layout.Height), (picture.Width, picture.Height));
        Assert.True(layout.Width >= layout.Left + 3 * layout.Cell);

        // A pixel near the cell's corner, outside the printed number.
        Vec3b At(int row, int column) => picture.At<Vec3b>(layout.Top + row * layout.Cell + 4, layout.Left + column * layout.Cell + 4);
        Assert.Equal(new Vec3b(255, 255, 255), At(0, 1));
        Assert.True(At(0, 0).Item0 > At(0, 0).Item2 + 100, "correct cells are blue");
        Assert.True(At(1, 2).Item2 > At(1, 2).Item0 + 100, "wrong cells are red");
        Assert.True(At(1, 1).Item2 > At(0, 0).Item2, "smaller shares are paler");
    }

    [Fact]
    public void LayoutOf_LongNames_EnlargesMargins()
    {
        var set = ExampleReports.Set("actions", 1, 1, 1);
        var longer = set with { Classes = [.. set.Classes.Select(c => c with { Name = c.Name + "_and_then_something_else" })] };
        Assert.True(ConfusionPicture.LayoutOf(longer).Left > ConfusionPicture.LayoutOf(set).Left + 100);
        Assert.True(ConfusionPicture.LayoutOf(longer).Top > ConfusionPicture.LayoutOf(set).Top + 100);
    }

    [Fact]
    public void Write_FolderMissing_NamesFile()
    {
        var path = _folder.File("missing/confusion.png");
        Assert.Contains(
            path, Assert.ThrowsAny<IOException>(() => ConfusionPicture.Write(path, ExampleReports.Set("actions", 1, 1, 1))).Message,
            StringComparison.Ordinal);
    }
}
