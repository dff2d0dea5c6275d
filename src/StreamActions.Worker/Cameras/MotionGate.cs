// Which windows of a view need the network, and which are as still as the last one it saw. Pure.
using StreamActions.Worker.Events;

namespace StreamActions.Worker.Cameras;

/// <summary>
/// A window is still when nothing moved in it, an equally still one before it has been scored, no alert of the view is open or half begun, and the
/// last look is less than <see cref="LookAgain"/> ago. Every window with motion in it is scored, at the same place in the row as without a gate: no
/// begin comes later.
/// </summary>
internal sealed class MotionGate
{
    /// <summary>However still it is, a window this often is scored: somebody who lies on the floor does not move either.</summary>
    public static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(30);

    private DateTimeOffset? _moved, _scored;
    private bool _restSeen;

    /// <summary>A frame that belongs to the next windows.</summary>
    public void Frame(DateTimeOffset time, bool moved)
    {
        if (moved)
            (_moved, _restSeen) = (time, false);
    }

    /// <summary>Whether a window can do without the network. If not, it counts as given to it.</summary>
    /// <param name="window">The window's capture times.</param>
    /// <param name="decided">Capture time of the newest window of the view that was decided; null when none was.</param>
    /// <param name="busy">Whether an alert of the view is open or half begun.</param>
    public bool IsStill(WindowTimes window, DateTimeOffset? decided, bool busy)
    {
        var atRest = _moved < window.From;
        if (atRest && _restSeen && !busy && decided >= _scored && window.To - _scored < LookAgain)
            return true;
        _scored = window.To;
        _restSeen |= atRest;
        return false;
    }

    /// <summary>Forgets: what comes is not a continuation.</summary>
    public void Restart() => (_moved, _scored, _restSeen) = (null, null, false);
}
