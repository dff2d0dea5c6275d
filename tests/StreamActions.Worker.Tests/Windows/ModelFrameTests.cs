// Shared frames: the buffer goes back with the last holder, and never twice.
using StreamActions.Worker.Windows;

namespace StreamActions.Worker.Tests.Windows;

public sealed class ModelFrameTests
{
    [Fact]
    public void Release_OneOfTwoHolders_KeepsThePixels()
    {
        var frame = Pictures.Frame(0, value: 7);
        frame.Share();
        frame.Release();
        Assert.Equal([7, 7, 7, 7], frame.Pixels.ToArray());
    }

    [Fact]
    public void Release_LastHolder_TakesThePixels()
    {
        var frame = Pictures.Frame(0);
        frame.Release();
        Assert.True(Pictures.IsReleased(frame));
        Assert.Throws<ObjectDisposedException>(() => frame.Share());
        Assert.Throws<ObjectDisposedException>(frame.Release);
    }

    [Fact]
    public void Dispose_WindowTwice_ReleasesItsFramesOnce()
    {
        var frame = Pictures.Frame(0);
        var window = new FrameWindow(Pictures.View, 1, [frame.Share()]);
        window.Dispose();
        window.Dispose();
        Assert.False(Pictures.IsReleased(frame));
    }
}
