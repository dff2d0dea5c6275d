// Cuts the frames of a view into windows. Pure, no clock.
using StreamActions.Worker.Views;

namespace StreamActions.Worker.Inference;

/// <summary>
/// Keeps the last T frames of a view and gives a window every S frames. A window never spans a gap, two openings of the camera, or frames
/// out of order: such a break empties the sequence.
/// </summary>
/// <param name="frames">T, frames in a window; at least 1.</param>
/// <param name="stride">S, new frames from one window to the next; at least 1.</param>
/// <param name="longestGap">Longest time between neighbouring frames.</param>
internal sealed class SlidingWindow(int frames, int stride, TimeSpan longestGap) : IDisposable
{
    private readonly Queue<ViewFrame> _frames = new(frames);
    private DateTimeOffset _last;
    private int _generation;

    // Counts up to the stride. Its start value makes the first window due with the T-th frame, for any stride.
    private int _sinceWindow = stride - frames;

    /// <summary>The longest gap for frames at this interval. It bridges one lost frame, but not two.</summary>
    public static TimeSpan LongestGap(TimeSpan frameInterval) => 2.5 * frameInterval;

    /// <summary>Number of breaks so far.</summary>
    public long Breaks { get; private set; }

    /// <summary>Takes over a frame from its holder. Returns a window when one is due.</summary>
    public FrameWindow? Push(ViewFrame frame)
    {
        var gap = frame.CapturedAt - _last;
        if (_frames.Count > 0 && (frame.Generation != _generation || gap <= TimeSpan.Zero || gap > longestGap))
        {
            Breaks++;
            Clear();
        }
        (_generation, _last) = (frame.Generation, frame.CapturedAt);
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
        return new FrameWindow(held);
    }

    /// <summary>Releases all frames.</summary>
    public void Clear()
    {
        while (_frames.TryDequeue(out var frame))
            frame.Release();
        _sinceWindow = stride - frames;
    }

    /// <summary>Releases all frames.</summary>
    public void Dispose() => Clear();
}
