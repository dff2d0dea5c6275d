// Watches over a blocking read: whoever blocks longer than agreed is stopped from outside.
namespace StreamActions.Video;

/// <summary>
/// Armed before each blocking read and disarmed after it. When it expires, the action runs once, on another thread. Time in which the
/// reading thread does something else (waits for the queue) does not count.
/// </summary>
internal sealed class SilenceDeadline : IDisposable
{
    private readonly ITimer _timer;
    private readonly Action _expired;
    private int _state;

    public SilenceDeadline(TimeProvider time, Action expired)
    {
        _expired = expired;
        _timer = time.CreateTimer(static state => ((SilenceDeadline)state!).Expire(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Whether it has expired.</summary>
    public bool Expired => Volatile.Read(ref _state) == 2;

    /// <summary>The read begins.</summary>
    public void Arm(TimeSpan wait)
    {
        Interlocked.CompareExchange(ref _state, 1, 0);
        _timer.Change(wait, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The read is over.</summary>
    public void Disarm()
    {
        Interlocked.CompareExchange(ref _state, 0, 1);
        _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public void Dispose() => _timer.Dispose();

    private void Expire()
    {
        // A timer that fires while it is being disarmed finds the state 0 and does nothing.
        if (Interlocked.CompareExchange(ref _state, 2, 1) == 1)
            _expired();
    }
}
