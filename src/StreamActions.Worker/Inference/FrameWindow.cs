// T consecutive frames of one view: the input of the windowed network.
using StreamActions.Worker.Views;

namespace StreamActions.Worker.Inference;

/// <summary>A window. It holds its frames until it is disposed.</summary>
/// <param name="frames">Frames of one view and one opening, oldest first; at least one.</param>
internal sealed class FrameWindow(ViewFrame[] frames) : IDisposable
{
    private int _disposed;

    /// <summary>The view that the frames show.</summary>
    public View View => frames[0].View;

    /// <summary>The camera's opening that the frames come from.</summary>
    public int Generation => frames[0].Generation;

    /// <summary>The frames, oldest first.</summary>
    public IReadOnlyList<ViewFrame> Frames => frames;

    /// <summary>Capture time of the first frame.</summary>
    public DateTimeOffset From => frames[0].CapturedAt;

    /// <summary>Capture time of the last frame.</summary>
    public DateTimeOffset To => frames[^1].CapturedAt;

    /// <summary>Timestamp of the last frame's arrival.</summary>
    public long ArrivedAt => frames[^1].ArrivedAt;

    /// <summary>Releases the frames, once.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        foreach (var frame in frames)
            frame.Release();
    }
}
