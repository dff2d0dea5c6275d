// A state that changes only after its condition has changed for some time.
namespace StreamActions.Worker.Cameras;

/// <summary>
/// Debounces a condition. On after the condition held without a break for a time; off after it did not hold for a time. Pure.
/// </summary>
/// <param name="enterAfter">How long the condition must hold.</param>
/// <param name="exitAfter">How long the condition must not hold.</param>
internal sealed class SustainedState(TimeSpan enterAfter, TimeSpan exitAfter)
{
    private DateTimeOffset? _differsSince;

    /// <summary>The state.</summary>
    public bool IsOn { get; private set; }

    /// <summary>Takes the condition at a time.</summary>
    /// <returns>True when the state changed.</returns>
    public bool Add(DateTimeOffset time, bool holds)
    {
        if (holds == IsOn)
        {
            _differsSince = null;
            return false;
        }
        _differsSince ??= time;
        if (time - _differsSince < (IsOn ? exitAfter : enterAfter))
            return false;
        (IsOn, _differsSince) = (holds, null);
        return true;
    }

    /// <summary>The condition was not observed for a while. The state stays; a pending change starts again.</summary>
    public void Interrupt() => _differsSince = null;
}
