// Detects a live camera that sends frames but gives no window. Pure: times and counts in, changes out.
using StreamActions.Worker.Cameras;
using StreamActions.Worker.Inference;

namespace StreamActions.Worker.Running;

/// <summary>
/// One camera. It is starved when its pictures arrive, but no window became due for <see cref="LeastWait"/>, or for twice the time that the
/// model needs for a window if that is longer. The next window ends the state. Pictures that a blind camera withholds do not count, and a
/// camera without pictures is not starved but offline.
/// </summary>
/// <param name="needs">What the model needs for a window.</param>
internal sealed class StarvedCamera(WindowNeeds needs)
{
    /// <summary>The shortest time without a window.</summary>
    public static readonly TimeSpan LeastWait = TimeSpan.FromSeconds(10);

    // Above this share of the needed rate, the number of pictures is not the cause.
    private const double EnoughShare = 0.85;

    private readonly Queue<(TimeSpan At, long Pictures)> _pictures = new();
    private readonly TimeSpan _wait = 2 * needs.FirstWindow > LeastWait ? 2 * needs.FirstWindow : LeastWait;
    private TimeSpan? _waitsSince;
    private long _windows;

    /// <summary>Whether the camera is starved.</summary>
    public bool IsStarved { get; private set; }

    /// <summary>Takes the counts of a moment.</summary>
    /// <param name="now">The moment, on a clock that never goes back.</param>
    /// <param name="pictures">Pictures that reached the views since the start.</param>
    /// <param name="windows">Windows that became due since the start.</param>
    /// <param name="isOpen">Whether the camera is live or stalled.</param>
    /// <returns>A change, with figures; null without one.</returns>
    public HealthChange? Add(TimeSpan now, long pictures, long windows, bool isOpen)
    {
        _pictures.Enqueue((now, pictures));
        while (_pictures.Count > 2 && now - _pictures.ElementAt(1).At >= _wait)
            _pictures.Dequeue();
        var (since, before) = _pictures.Peek();
        var arrived = pictures - before;
        if (windows != _windows)
        {
            (_windows, _waitsSince) = (windows, now);
            if (!IsStarved)
                return null;
            IsStarved = false;
            return new(BlindReason.Starved, false, "windows are decided again");
        }
        if (!isOpen || arrived == 0)
        {
            _waitsSince = null;
            return null;
        }
        _waitsSince ??= now;
        if (IsStarved || now - _waitsSince < _wait)
            return null;
        IsStarved = true;
        return new(BlindReason.Starved, true, Detail(arrived / (now - since).TotalSeconds));
    }

    private string Detail(double rate) => rate >= EnoughShare * needs.PicturesPerSecond
        ? FormattableString.Invariant(
            $"{rate:0.0} pictures a second arrive, but gaps or jumps of the stream's time break every window: check the camera and network")
        : FormattableString.Invariant(
            $"{rate:0.0} pictures a second; the model needs {needs.PicturesPerSecond:0.##}: raise the camera's frame rate")
            + ", and remove input options that skip frames";
}
