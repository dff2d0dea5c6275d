// A camera that sends frames and gives no window is starved. The clock is scripted.
using CsCheck;
using StreamActions.Worker.Cameras;
using StreamActions.Worker.Inference;
using StreamActions.Worker.Running;

namespace StreamActions.Worker.Tests.Running;

public sealed class StarvedCameraTests
{
    private static readonly WindowNeeds Needs = new(4, TimeSpan.FromSeconds(3));

    // Pictures and windows of each second.
    private static readonly Gen<(int Pictures, int Windows)[]> Courses =
        Gen.Select(Gen.Int[0, 4], Gen.Frequency((4, Gen.Const(0)), (1, Gen.Const(1)))).Array[1, 60];

    [Fact]
    public void Add_OnePictureASecondAndNoWindow_IsStarvedAfterTenSecondsWithFigures()
    {
        var changes = Run(new(Needs), Enumerable.Repeat((1, 0), 30)).ToArray();

        var (second, change) = Assert.Single(changes);
        Assert.InRange(second, 10, 12);
        Assert.Equal(
            new(BlindReason.Starved, true, "1.0 pictures a second; the model needs 4: raise the camera's frame rate"
                + ", and remove input options that skip frames"),
            change);
    }

    [Fact]
    public void Add_EnoughPicturesAndNoWindow_NamesTheTime()
    {
        var (_, change) = Assert.Single(Run(new(Needs), Enumerable.Repeat((4, 0), 30)));

        Assert.StartsWith("4.0 pictures a second arrive, but gaps or jumps", change.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Add_WindowAfterStarvation_EndsIt()
    {
        var changes = Run(new(Needs), [.. Enumerable.Repeat((1, 0), 20), (4, 1), (4, 0), (4, 1)]).ToArray();

        Assert.Equal([true, false], changes.Select(c => c.Change.Blind));
        Assert.Equal(21, changes[1].Second);
    }

    [Fact]
    public void Add_NoPictures_IsNotStarved() => Assert.Empty(Run(new(Needs), Enumerable.Repeat((0, 0), 60)));

    [Fact]
    public void Add_CameraNotOpen_IsNotStarved() => Assert.Empty(Run(new(Needs), Enumerable.Repeat((1, 0), 60), isOpen: false));

    [Fact]
    public void Add_ModelWithLongWindow_WaitsForTwoOfThem()
    {
        var (second, _) = Assert.Single(Run(new(new(2, TimeSpan.FromSeconds(16))), Enumerable.Repeat((1, 0), 60)));

        Assert.InRange(second, 32, 34);
    }

    [Fact]
    public void Add_AnyCourse_NoTenSecondsOfPicturesWithoutWindowPassUnseen() => Courses.Sample(course =>
    {
        StarvedCamera camera = new(Needs);
        var (pictures, windows) = (0L, 0L);
        for (var second = 0; second < course.Length; second++)
        {
            pictures += course[second].Pictures;
            windows += course[second].Windows;
            camera.Add(TimeSpan.FromSeconds(second), pictures, windows, isOpen: true);
            if (course[second].Windows > 0)
                Assert.False(camera.IsStarved);
            else if (second >= 11 && course[(second - 11)..(second + 1)].All(s => s is { Pictures: > 0, Windows: 0 }))
                Assert.True(camera.IsStarved);
        }
    });

    private static IEnumerable<(int Second, HealthChange Change)> Run(
        StarvedCamera camera, IEnumerable<(int Pictures, int Windows)> course, bool isOpen = true)
    {
        var (second, pictures, windows) = (0, 0L, 0L);
        foreach (var (morePictures, moreWindows) in course)
        {
            second++;
            (pictures, windows) = (pictures + morePictures, windows + moreWindows);
            if (camera.Add(TimeSpan.FromSeconds(second), pictures, windows, isOpen) is { } change)
                yield return (second, change);
        }
    }
}
