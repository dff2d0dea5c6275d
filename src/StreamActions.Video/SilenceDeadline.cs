// A deadline for blocking reads.
namespace StreamActions.Video;

/// <summary>
/// The reading thread arms it before each blocking read and disarms it afterwards. When it expires, the action runs once, on another
/// thread. Other time of the reading thread, such as waiting for the queue, does not count.
/// </summary>
internal sealed class SilenceDeadline : IDisposable
{
    private readonly ITimer _timer;
    private readonly Action _expired;
    private readonly Func<TimeSpan>? _extension;
    private int _state;

    /// <param name="time">The clock.</param>
    /// <param name="expired">Runs once when the deadline expires.</param>
    /// <param name="extension">Asked before that: more time, or zero to expire.</param>
    public SilenceDeadline(TimeProvider time, Action expired, Func<TimeSpan>? extension = null)
    {
        (_expired, _extension) = (expired, extension);
        _timer = time.CreateTimer(
            static state => ((SilenceDeadline)state!).Expire(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Whether the deadline has expired.</summary>
    public bool Expired => Volatile.Read(ref _state) == 2;

    /// <summary>Starts the deadline before a read.</summary>
    public void Arm(TimeSpan wait)
    {
        Interlocked.CompareExchange(ref _state, 1, 0);
        _timer.Change(wait, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Stops the deadline after a read.</summary>
    public void Disarm()
    {
        Interlocked.CompareExchange(ref _state, 0, 1);
        _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public void Dispose() => _timer.Dispose();

    private void Expire()
    {
        if (Volatile.Read(ref _state) == 1 && _extension?.Invoke() is { } more && more > TimeSpan.Zero)
        {
            _timer.Change(more, Timeout.InfiniteTimeSpan);
            return;
        }
        // A timer that fires during Disarm finds state 0 and does nothing.
        if (Interlocked.CompareExchange(ref _state, 2, 1) == 1)
            _expired();
    }
}
