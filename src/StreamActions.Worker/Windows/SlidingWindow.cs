// Frames in, windows out: pure, no clock.
namespace StreamActions.Worker.Windows;

/// <summary>
/// Keeps the last T frames of a view and gives a window every S frames. A window never spans a gap, two openings of the camera, or frames
/// out of order: whatever breaks the sequence empties it.
/// </summary>
/// <param name="view">Whose frames.</param>
/// <param name="frames">T, frames in a window.</param>
/// <param name="stride">S, new frames from one window to the next.</param>
/// <param name="longestGap">Longest time between neighbouring frames.</param>
internal sealed class SlidingWindow(View view, int frames, int stride, TimeSpan longestGap) : IDisposable
{
    private readonly Queue<ModelFrame> _frames = new(frames);
    private DateTimeOffset _last;
    private int _generation;
    private int _sinceWindow;

    /// <summary>How often the sequence was broken.</summary>
    public long Breaks { get; private set; }

    /// <summary>Takes over the caller's hold on a frame; gives a window when one is due.</summary>
    public FrameWindow? Push(ModelFrame frame, int generation)
    {
        if (_frames.Count > 0 && (generation != _generation || frame.CapturedAt <= _last || frame.CapturedAt - _last > longestGap))
        {
            Breaks++;
            Clear();
        }
        (_generation, _last) = (generation, frame.CapturedAt);
        if (_frames.Count == frames)
            _frames.Dequeue().Release();
        _frames.Enqueue(frame);
        _sinceWindow++;
        if (_frames.Count < frames || (_sinceWindow < stride && _sinceWindow != _frames.Count))
            return null;
        _sinceWindow = 0;
        return new FrameWindow(view, generation, [.. _frames.Select(f => f.Share())]);
    }

    /// <summary>Forgets all frames.</summary>
    public void Clear()
    {
        while (_frames.TryDequeue(out var frame))
            frame.Release();
        _sinceWindow = 0;
    }

    public void Dispose() => Clear();
}
