// Decides which windows of a view need the network, and which are as still as the last one. Pure.
namespace StreamActions.Worker.Inference;

/// <summary>
/// A window is still when nothing moved in it, an equally still window before it was encoded, no alert of the view is busy, and the last
/// encoded window is less than <see cref="RefreshAfter"/> old. Every window with motion is encoded, so no event begins later than without a gate.
/// </summary>
internal sealed class MotionGate
{
    /// <summary>The longest time without an encoded window: a person who lies on the floor does not move either.</summary>
    public static readonly TimeSpan RefreshAfter = TimeSpan.FromSeconds(30);

    private DateTimeOffset? _moved, _given;
    private bool _restEncoded;

    /// <summary>Takes a frame of the view.</summary>
    public void Frame(DateTimeOffset time, bool moved)
    {
        if (moved)
            (_moved, _restEncoded) = (time, false);
    }

    /// <summary>Whether nothing moved from this capture time on.</summary>
    public bool IsAtRest(DateTimeOffset from) => _moved < from;

    /// <summary>Whether a window can be skipped. If not, it counts as given to the network.</summary>
    /// <param name="from">Capture time of the window's first frame.</param>
    /// <param name="to">Capture time of its last frame.</param>
    /// <param name="decided">Capture time of the newest window of the view that was encoded and decided; null when there is none.</param>
    /// <param name="busy">Whether an alert of the view has an open event, or one that may be about to begin.</param>
    public bool IsStill(DateTimeOffset from, DateTimeOffset to, DateTimeOffset? decided, bool busy)
    {
        var atRest = IsAtRest(from);
        if (atRest && _restEncoded && !busy && decided >= _given && to - _given < RefreshAfter)
            return true;
        _given = to;
        _restEncoded |= atRest;
        return false;
    }

    /// <summary>The next frame does not continue the last.</summary>
    public void Restart() => (_moved, _given, _restEncoded) = (null, null, false);
}
