// T frames of one view in order: what the model looks at.
namespace StreamActions.Worker.Windows;

/// <summary>A window. It holds its frames until it is disposed.</summary>
internal sealed class FrameWindow(View view, int generation, ModelFrame[] frames) : IDisposable
{
    private int _disposed;

    /// <summary>Whose frames.</summary>
    public View View { get; } = view;

    /// <summary>Which opening of the camera they come from.</summary>
    public int Generation { get; } = generation;

    /// <summary>The frames, oldest first.</summary>
    public IReadOnlyList<ModelFrame> Frames { get; } = frames;

    /// <summary>Capture time of the first frame.</summary>
    public DateTimeOffset From => Frames[0].CapturedAt;

    /// <summary>Capture time of the last frame.</summary>
    public DateTimeOffset To => Frames[^1].CapturedAt;

    /// <summary>Arrival of the last frame.</summary>
    public long ArrivedAt => Frames[^1].ArrivedAt;

    /// <summary>Gives the frames back; once.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        foreach (var frame in Frames)
            frame.Release();
    }
}
