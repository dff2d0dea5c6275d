// The intervals between a camera's frames: how long to wait for the next one. Pure, no clock.
namespace StreamActions.Video;

/// <summary>Stretches the deadlines of a camera that sends few frames. Not thread safe.</summary>
/// <param name="deadlines">The deadlines of a camera with usual intervals.</param>
public sealed class FrameRhythm(ReaderDeadlines deadlines)
{
    // A single late frame stretches the deadlines for this number of frames.
    private const int Kept = 4;
    private readonly Queue<TimeSpan> _intervals = new(Kept);
    private TimeSpan? _last;

    /// <summary>The deadlines for the next frame. Before the second frame, only the one that ends the reading is stretched.</summary>
    public ReaderDeadlines Next => _intervals.Count == 0
        ? deadlines with { Steady = deadlines.Second }
        : deadlines.Stretched(_intervals.Max());

    /// <summary>A frame arrived.</summary>
    /// <param name="at">When, on a clock that never goes back.</param>
    public void Frame(TimeSpan at)
    {
        if (_last is { } last)
        {
            if (_intervals.Count == Kept)
                _intervals.Dequeue();
            _intervals.Enqueue(at - last);
        }
        _last = at;
    }
}
