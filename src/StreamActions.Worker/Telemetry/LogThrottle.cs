// Limits how often a repeated fault is logged.
namespace StreamActions.Worker.Telemetry;

/// <summary>Lets one report of a fault through per interval and counts the others. Thread-safe.</summary>
/// <param name="time">The clock.</param>
/// <param name="interval">Shortest time between two lines.</param>
internal sealed class LogThrottle(TimeProvider time, TimeSpan interval)
{
    private readonly Lock _lock = new();
    private DateTimeOffset? _lastLine;
    private bool _faulty;
    private int _suppressed;

    /// <summary>Reports a fault.</summary>
    /// <param name="suppressed">Number of reports suppressed since the last line.</param>
    /// <returns>True when the caller should write a line.</returns>
    public bool ShouldLog(out int suppressed)
    {
        lock (_lock)
        {
            _faulty = true;
            suppressed = _suppressed;
            var now = time.GetUtcNow();
            // A clock that was set back must not silence the log until it catches up.
            if (_lastLine is { } last && now - last < interval && now >= last)
            {
                _suppressed++;
                return false;
            }

            _lastLine = now;
            _suppressed = 0;
            return true;
        }
    }

    /// <summary>Reports success.</summary>
    /// <returns>True for the first success after a fault.</returns>
    public bool Recovered()
    {
        lock (_lock)
        {
            var wasFaulty = _faulty;
            _faulty = false;
            return wasFaulty;
        }
    }
}
