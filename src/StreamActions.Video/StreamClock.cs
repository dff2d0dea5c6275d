// Anchors the stamps of a live stream to their arrival. Pure, no clock.
namespace StreamActions.Video;

/// <summary>
/// <para>Tells how long before its arrival a frame was taken. A stamp has an unknown start, so the frame with the shortest way in the last
/// seconds counts as taken at its arrival; the others are as much older as their stamps say.</para>
/// <para>The anchor moves, because the camera's clock and ours do not run at exactly the same rate. It starts again when the stamps jump.
/// </para>
/// </summary>
internal sealed class StreamClock
{
    /// <summary>A frame that seems older than this at its arrival is a jump of the stamps.</summary>
    public static readonly TimeSpan LargestDelay = TimeSpan.FromSeconds(10);

    // The anchor is the least offset of this time and of the same time before.
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(10);

    private TimeSpan _least, _leastBefore, _began;
    private bool _anchored;

    /// <summary>Takes a frame.</summary>
    /// <param name="stamp">Its stamp.</param>
    /// <param name="arrival">Its arrival, on a clock that never goes back.</param>
    /// <returns>The time from capture to arrival; zero or more.</returns>
    public TimeSpan Delay(TimeSpan stamp, TimeSpan arrival)
    {
        var offset = arrival - stamp;
        var anchor = _least < _leastBefore ? _least : _leastBefore;
        if (!_anchored || (offset - anchor).Duration() > LargestDelay)
        {
            (_least, _leastBefore, _began, _anchored) = (offset, offset, arrival, true);
            return TimeSpan.Zero;
        }
        if (arrival - _began >= Period)
            (_leastBefore, _least, _began) = (_least, offset, arrival);
        if (offset < _least)
            _least = offset;
        anchor = _least < _leastBefore ? _least : _leastBefore;
        return offset - anchor;
    }
}
