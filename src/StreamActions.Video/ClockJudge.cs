// Decides whether a live stream's own clock can be believed. Pure, no clock.
namespace StreamActions.Video;

/// <summary>
/// <para>Compares the rate of a stream's stamps with the rate of arrival over the last <see cref="Span"/>. The clock is wrong when the two
/// differ by more than <see cref="LargestError"/> for <see cref="HoldFor"/>.</para>
/// <para>A stream may arrive in bursts, so the longest time between two arrivals is allowed on top. Old frames that a server sends first
/// leave the span before <see cref="HoldFor"/> is over.</para>
/// </summary>
internal sealed class ClockJudge
{
    /// <summary>The rates are compared over this time of arrival.</summary>
    public static readonly TimeSpan Span = TimeSpan.FromSeconds(3);

    /// <summary>The clock is wrong when the rates differ for this time.</summary>
    public static readonly TimeSpan HoldFor = TimeSpan.FromSeconds(2);

    /// <summary>The largest difference of the rates, as a share of the rate of arrival.</summary>
    public const double LargestError = 0.2;

    private readonly Queue<(TimeSpan Stamp, TimeSpan Arrival)> _frames = new();
    private TimeSpan? _differsSince;

    /// <summary>Stamped time per time of arrival over the last frames; 1 for a right clock, 0 for one that stands still.</summary>
    public double Rate { get; private set; } = 1;

    /// <summary>Takes a frame.</summary>
    /// <param name="stamp">Its stamp.</param>
    /// <param name="arrival">Its arrival, on a clock that never goes back.</param>
    /// <returns>True when the clock is wrong.</returns>
    public bool IsWrong(TimeSpan stamp, TimeSpan arrival)
    {
        _frames.Enqueue((stamp, arrival));
        // The oldest frame that is kept is the last one before the span.
        while (_frames.Count > 2 && arrival - _frames.ElementAt(1).Arrival >= Span)
            _frames.Dequeue();
        var (firstStamp, firstArrival) = _frames.Peek();
        var passed = arrival - firstArrival;
        if (passed < Span)
            return false;
        Rate = (stamp - firstStamp) / passed;
        var allowed = LargestError * passed + LongestGap();
        if (((stamp - firstStamp) - passed).Duration() <= allowed)
        {
            _differsSince = null;
            return false;
        }
        _differsSince ??= arrival;
        return arrival - _differsSince >= HoldFor;
    }

    private TimeSpan LongestGap()
    {
        var (longest, last) = (TimeSpan.Zero, _frames.Peek().Arrival);
        foreach (var (_, arrival) in _frames)
        {
            longest = arrival - last > longest ? arrival - last : longest;
            last = arrival;
        }
        return longest;
    }
}
