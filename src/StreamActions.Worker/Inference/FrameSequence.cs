// Finds breaks in the frames of a view, and the frames with which a window is due. Pure, no clock.
using StreamActions.Worker.Views;

namespace StreamActions.Worker.Inference;

/// <summary>
/// Counts the frames of a view without a break. A window never spans a gap, two openings of the camera, or frames out of order. A window of
/// T frames is due every S frames.
/// </summary>
/// <param name="frames">T, frames in a window; at least 1.</param>
/// <param name="stride">S, new frames from one window to the next; at least 1.</param>
/// <param name="longestGap">Longest time between neighbouring frames.</param>
internal sealed class FrameSequence(int frames, int stride, TimeSpan longestGap)
{
    private DateTimeOffset _last;
    private int _generation, _count;

    // Counts up to the stride. Its start value makes the first window due with the T-th frame, for any stride.
    private int _sinceWindow = stride - frames;

    /// <summary>The longest gap for frames at this interval. It bridges one lost frame, but not two.</summary>
    public static TimeSpan LongestGap(TimeSpan frameInterval) => 2.5 * frameInterval;

    /// <summary>Number of breaks between frames so far.</summary>
    public long Breaks { get; private set; }

    /// <summary>Takes a frame.</summary>
    /// <param name="frame">The frame.</param>
    /// <param name="starts">True when the frame does not continue the frames before it.</param>
    /// <returns>Whether a window is due with this frame.</returns>
    public bool Push(ViewFrame frame, out bool starts)
    {
        var gap = frame.CapturedAt - _last;
        if (_count > 0 && (frame.Generation != _generation || gap <= TimeSpan.Zero || gap > longestGap))
        {
            Breaks++;
            Restart();
        }
        (_generation, _last) = (frame.Generation, frame.CapturedAt);
        starts = _count == 0;
        _count = Math.Min(_count + 1, frames);
        _sinceWindow++;
        if (_count < frames || _sinceWindow < stride)
            return false;
        _sinceWindow = 0;
        return true;
    }

    /// <summary>The next frame starts a sequence.</summary>
    public void Restart() => (_count, _sinceWindow) = (0, stride - frames);
}
