// Cuts the frames of a view into windows. Pure, no clock.
using StreamActions.Worker.Views;

namespace StreamActions.Worker.Inference;

/// <summary>Keeps the last T frames of a view and gives a window every S frames (<see cref="FrameSequence"/>).</summary>
/// <param name="frames">T, frames in a window; at least 1.</param>
/// <param name="stride">S, new frames from one window to the next; at least 1.</param>
/// <param name="longestGap">Longest time between neighbouring frames.</param>
internal sealed class SlidingWindow(int frames, int stride, TimeSpan longestGap) : IDisposable
{
    private readonly Queue<ViewFrame> _frames = new(frames);
    private readonly FrameSequence _sequence = new(frames, stride, longestGap);

    /// <summary>Number of breaks so far.</summary>
    public long Breaks => _sequence.Breaks;

    /// <summary>Takes over a frame from its holder. Returns a window when one is due.</summary>
    public FrameWindow? Push(ViewFrame frame)
    {
        var due = _sequence.Push(frame, out var starts);
        if (starts)
            Release();
        if (_frames.Count == frames)
            _frames.Dequeue().Release();
        _frames.Enqueue(frame);
        if (!due)
            return null;
        var held = _frames.ToArray();
        foreach (var shared in held)
            shared.Share();
        return new FrameWindow(held);
    }

    /// <summary>Releases all frames.</summary>
    public void Clear()
    {
        Release();
        _sequence.Restart();
    }

    /// <summary>Releases all frames.</summary>
    public void Dispose() => Clear();

    private void Release()
    {
        while (_frames.TryDequeue(out var frame))
            frame.Release();
    }
}
