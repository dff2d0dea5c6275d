// Shared frames: the last holder returns the buffer to the pool.
using StreamActions.Worker.Inference;
using StreamActions.Worker.Tests.Inference;

namespace StreamActions.Worker.Tests.Views;

public sealed class ViewFrameTests
{
    [Fact]
    public void Release_OneOfTwoHolders_KeepsBuffer()
    {
        var frame = Pictures.Frame(0, value: 7);
        frame.Share();
        frame.Release();
        Assert.Equal([7, 7, 7, 7], frame.Pixels.ToArray());
    }

    [Fact]
    public void Release_LastHolder_ReturnsBuffer()
    {
        var frame = Pictures.Frame(0);
        frame.Release();
        Assert.True(Pictures.IsReleased(frame));
        Assert.Throws<ObjectDisposedException>(() => frame.Share());
        Assert.Throws<ObjectDisposedException>(frame.Release);
    }

    [Fact]
    public void Dispose_WindowDisposedTwice_ReleasesFramesOnce()
    {
        var frame = Pictures.Frame(0);
        var window = new FrameWindow([frame.Share()]);
        window.Dispose();
        window.Dispose();
        Assert.False(Pictures.IsReleased(frame));
    }
}
