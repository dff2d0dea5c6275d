// Whether a camera sees: its capture time, its blind reasons, and the changes that are published.
using StreamActions.Video;
using StreamActions.Worker.Telemetry;

namespace StreamActions.Worker.Cameras;

/// <summary>
/// One camera's clock and blind reasons. Thread safe. Changes are published in the order in which they happen. A recording uses the time of
/// its frames, so that each replay publishes the same changes.
/// </summary>
/// <param name="camera">The camera's name.</param>
/// <param name="recording">True for a recording, whose frames carry their capture time.</param>
/// <param name="sink">Takes the changes.</param>
/// <param name="metrics">Counts blind time.</param>
/// <param name="time">The clock.</param>
internal sealed class CameraVisibility(string camera, bool recording, IVisibilitySink sink, WorkerMetrics metrics, TimeProvider time)
{
    private readonly CameraClock _clock = new(time);
    private readonly BlindReasons _reasons = new();
    private readonly Lock _lock = new();
    private DateTimeOffset? _lastSeen;

    /// <summary>The blind reasons that hold, in order of name; empty while the camera sees.</summary>
    public IReadOnlyList<string> BlindBecause
    {
        get
        {
            lock (_lock)
                return _reasons.Held;
        }
    }

    /// <summary>Capture time of a frame that has just arrived.</summary>
    /// <param name="frame">The frame.</param>
    /// <param name="jumped">True when time jumped between the frame before and this one.</param>
    public DateTimeOffset Stamp(Frame frame, out bool jumped)
    {
        lock (_lock)
        {
            jumped = false;
            var at = recording ? frame.CapturedAt : _clock.Stamp(frame.CapturedAt, frame.CaptureTimestamp, out jumped);
            _lastSeen = at;
            return at;
        }
    }

    /// <summary>A blind reason begins. The change is published if the reason does not hold yet.</summary>
    /// <param name="reason">One of <see cref="BlindReason"/>.</param>
    /// <param name="detail">A sentence for the operator, without secrets.</param>
    public void AddBlindReason(string reason, string detail)
    {
        lock (_lock)
        {
            if (_reasons.Add(reason, Now))
                sink.Publish(new(camera, Now, Blind: true, reason, detail));
        }
    }

    /// <summary>A blind reason ends. The change is published if it was the last one.</summary>
    /// <param name="reason">One of <see cref="BlindReason"/>.</param>
    /// <param name="detail">A sentence for the operator, without secrets.</param>
    public void RemoveBlindReason(string reason, string detail)
    {
        lock (_lock)
        {
            Count();
            if (_reasons.Remove(reason))
                sink.Publish(new(camera, Now, Blind: false, reason, detail));
        }
    }

    /// <summary>Counts the blind time since the last call.</summary>
    public void CountBlindTime()
    {
        lock (_lock)
            Count();
    }

    private DateTimeOffset Now => recording ? _lastSeen ?? time.GetUtcNow() : _clock.Peek(time.GetUtcNow(), time.GetTimestamp());

    private void Count()
    {
        foreach (var (reason, blind) in _reasons.Count(Now))
            metrics.Blind(camera, reason, blind);
    }
}
