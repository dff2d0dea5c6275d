// A state that neither a moment begins nor a moment ends.
namespace StreamActions.Worker.Cameras;

/// <summary>On after its condition has held without a break for long enough, off after it has not held for long enough. Pure.</summary>
/// <param name="enterAfter">How long it must hold.</param>
/// <param name="exitAfter">How long it must not hold.</param>
internal sealed class SustainedState(TimeSpan enterAfter, TimeSpan exitAfter)
{
    private DateTimeOffset? _otherwiseSince;

    /// <summary>The state.</summary>
    public bool IsOn { get; private set; }

    /// <summary>Takes the condition at a time; true when the state changed.</summary>
    public bool Add(DateTimeOffset time, bool holds)
    {
        if (holds == IsOn)
        {
            _otherwiseSince = null;
            return false;
        }
        _otherwiseSince ??= time;
        if (time - _otherwiseSince < (IsOn ? exitAfter : enterAfter))
            return false;
        (IsOn, _otherwiseSince) = (holds, null);
        return true;
    }

    /// <summary>Nobody looked for a while: what was about to change starts anew, the state stays.</summary>
    public void Interrupt() => _otherwiseSince = null;
}
