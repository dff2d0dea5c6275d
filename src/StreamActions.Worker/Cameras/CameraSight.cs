// Whether a camera sees: its time, the reasons for which it does not, and telling so.
using Microsoft.Extensions.Logging;
using StreamActions.Video;
using StreamActions.Worker.Events;
using StreamActions.Worker.Sinks;
using StreamActions.Worker.Telemetry;

namespace StreamActions.Worker.Cameras;

/// <summary>
/// One camera's time and blindness, for everybody who finds out that it cannot see. Thread safe; events are stored in the order in which they were
/// told. A recording has a time of its own, so that a replay tells the same.
/// </summary>
internal sealed partial class CameraSight(string camera, bool recording, IEventSink sink, WorkerMetrics metrics, TimeProvider time, ILogger logger)
{
    private readonly CameraClock _clock = new(time);
    private readonly BlindReasons _reasons = new();
    private readonly Lock _lock = new();
    private DateTimeOffset? _lastSeen;
    private Task _told = Task.CompletedTask;

    /// <summary>Capture time of a frame that has just been received.</summary>
    /// <param name="frame">The frame.</param>
    /// <param name="jumped">True when it is no continuation of the frame before, although both came in one opening.</param>
    public DateTimeOffset Stamp(Frame frame, out bool jumped)
    {
        lock (_lock)
        {
            jumped = false;
            var at = recording ? frame.CapturedAt : _clock.Stamp(frame.CapturedAt, frame.ArrivedAt, out jumped);
            _lastSeen = at;
            return at;
        }
    }

    /// <summary>The camera does not see, for one more reason; told once.</summary>
    public Task BlindAsync(string reason, string detail)
    {
        lock (_lock)
            return _reasons.Add(reason, Now) ? Tell(blind: true, reason, detail) : _told;
    }

    /// <summary>A reason has gone; told when it was the last.</summary>
    public Task SeesAsync(string reason, string detail)
    {
        lock (_lock)
        {
            Count();
            return _reasons.Remove(reason) ? Tell(blind: false, reason, detail) : _told;
        }
    }

    /// <summary>Counts the time in which it did not see.</summary>
    public void CountBlindTime()
    {
        lock (_lock)
            Count();
    }

    private DateTimeOffset Now => !recording ? _clock.Peek(time.GetUtcNow(), time.GetTimestamp()) : _lastSeen ?? time.GetUtcNow();

    private void Count()
    {
        foreach (var (reason, blind) in _reasons.Count(Now))
            metrics.Blind(camera, reason, blind);
    }

    private Task Tell(bool blind, string reason, string detail) =>
        _told = TellAfterAsync(_told, new CameraEvent { Camera = camera, Time = Now, Blind = blind, Reason = reason, Detail = detail });

    private async Task TellAfterAsync(Task before, CameraEvent cameraEvent)
    {
        await before.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            await sink.AppendAsync(cameraEvent).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            LogNotTold(camera, e.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "That camera {Camera} is blind or sees again could not be stored: {Reason}")]
    private partial void LogNotTold(string camera, string reason);
}
