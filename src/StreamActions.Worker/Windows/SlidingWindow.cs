// Frames in, windows out: pure, no clock.
namespace StreamActions.Worker.Windows;

/// <summary>
/// Keeps the last T frames of a view and gives a window every S frames. A window never spans a gap, two openings of the camera, or frames
/// out of order: whatever breaks the sequence empties it.
/// </summary>
/// <param name="view">Whose frames.</param>
/// <param name="frames">T, frames in a window; at least 1.</param>
/// <param name="stride">S, new frames from one window to the next; at least 1.</param>
/// <param name="longestGap">Longest time between neighbouring frames.</param>
internal sealed class SlidingWindow(View view, int frames, int stride, TimeSpan longestGap) : IDisposable
{
    private readonly Queue<ModelFrame> _frames = new(frames);
    private DateTimeOffset _last;
    private int _generation;

    // Counts up to the stride; starts so that the first window is due with its T-th frame, whatever the stride.
    private int _sinceWindow = stride - frames;

    /// <summary>The longest gap for frames that should be so far apart: one lost frame is bridged, two are not.</summary>
    public static TimeSpan LongestGap(TimeSpan frameInterval) => 2.5 * frameInterval;

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
        if (_frames.Count < frames || _sinceWindow < stride)
            return null;
        _sinceWindow = 0;
        var held = _frames.ToArray();
        foreach (var shared in held)
            shared.Share();
        return new FrameWindow(view, generation, held);
    }

    /// <summary>Forgets all frames.</summary>
    public void Clear()
    {
        while (_frames.TryDequeue(out var frame))
            frame.Release();
        _sinceWindow = stride - frames;
    }

    /// <summary>Gives the frames back.</summary>
    public void Dispose() => Clear();
}
