// Decides which windows of a view are encoded and which are skipped as still. Pure.
namespace StreamActions.Worker.Inference;

/// <summary>
/// A window is still when nothing moved in it, a window without motion was encoded since the last motion, no alert of the view is busy, and
/// the last encoded window is less than <see cref="RefreshAfter"/> old. Every window with motion is encoded, so the gate delays no event.
/// </summary>
internal sealed class MotionGate
{
    /// <summary>The longest time without an encoded window: a person who lies on the floor does not move, but must be detected.</summary>
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

    /// <summary>Whether a window can be skipped. If not, the gate assumes that it will be encoded.</summary>
    /// <param name="from">Capture time of the window's first frame.</param>
    /// <param name="to">Capture time of its last frame.</param>
    /// <param name="decided">Capture time of the view's newest window that was encoded and decided; null before the first.</param>
    /// <param name="busy">Whether an alert of the view has an open event or a pending begin.</param>
    public bool IsStill(DateTimeOffset from, DateTimeOffset to, DateTimeOffset? decided, bool busy)
    {
        var atRest = IsAtRest(from);
        var nothingNew = atRest && _restEncoded && !busy && decided >= _given;
        Refreshes = nothingNew && to - _given >= RefreshAfter;
        if (nothingNew && !Refreshes)
            return true;
        _given = to;
        _restEncoded |= atRest;
        return false;
    }

    /// <summary>Whether <see cref="IsStill"/> last gave false only because of <see cref="RefreshAfter"/>.</summary>
    public bool Refreshes { get; private set; }

    /// <summary>A window will be encoded without asking whether it is still.</summary>
    /// <param name="to">Capture time of its last frame.</param>
    public void Encoded(DateTimeOffset to) => _given = to;

    /// <summary>The next frame does not continue the last.</summary>
    public void Restart() => (_moved, _given, _restEncoded, Refreshes) = (null, null, false, false);
}
