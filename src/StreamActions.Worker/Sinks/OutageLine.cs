// Says once in a while that something is wrong, and once that it is over.
namespace StreamActions.Worker.Sinks;

/// <summary>Decides which of many reports of one outage are worth a line. Safe for several threads.</summary>
internal sealed class OutageLine(TimeProvider time, TimeSpan every)
{
    private readonly Lock _lock = new();
    private DateTimeOffset? _lastLine;
    private bool _out;
    private int _silent;

    /// <summary>A fault was reported.</summary>
    /// <param name="silent">How many reports got no line since the last one that did.</param>
    /// <returns>Whether to write a line.</returns>
    public bool Fault(out int silent)
    {
        lock (_lock)
        {
            _out = true;
            silent = _silent;
            var now = time.GetUtcNow();
            if (_lastLine is { } last && now - last < every && now >= last)
            {
                _silent++;
                return false;
            }

            _lastLine = now;
            _silent = 0;
            return true;
        }
    }

    /// <summary>It works.</summary>
    /// <returns>True for the first time after a fault.</returns>
    public bool Works()
    {
        lock (_lock)
        {
            var wasOut = _out;
            _out = false;
            return wasOut;
        }
    }
}
