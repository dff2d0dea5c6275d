// Reports on a camera's connection: metrics, visibility changes and log lines.
using Microsoft.Extensions.Logging;
using StreamActions.Video;
using StreamActions.Worker.Configuration;
using StreamActions.Worker.Telemetry;

namespace StreamActions.Worker.Cameras;

/// <summary>
/// Reports live, stalled, offline, disabled and ended for one camera. A failure that repeats gives one event, and one log line in five
/// minutes.
/// </summary>
/// <param name="camera">The camera.</param>
/// <param name="visibility">Takes the blind reason <c>offline</c>.</param>
/// <param name="metrics">The instruments.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">The camera's log.</param>
internal sealed partial class ConnectionReport(
    CameraOptions camera, CameraVisibility visibility, WorkerMetrics metrics, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan LogEvery = TimeSpan.FromMinutes(5);

    private readonly LogThrottle _failures = new(time, LogEvery), _stalls = new(time, LogEvery);
    private string _loggedReason = "";

    /// <summary>An error's reason in one line, without secrets.</summary>
    public static string ReasonOf(CameraOptions camera, Exception error) =>
        error is SourceException source ? source.Message : $"{camera.Source.Shown}: {camera.Source.Redact(error.Message)}";

    /// <summary>The first frame of an opening arrived.</summary>
    /// <param name="frame">That frame.</param>
    /// <param name="generation">The opening's number.</param>
    public void Live(Frame frame, int generation)
    {
        _failures.Recovered();
        if (generation > 1)
            metrics.CameraReconnected(camera.Name);
        LogLive(camera.Name, camera.Source.Shown, frame.Width, frame.Height);
        visibility.RemoveBlindReason(BlindReason.Offline, "frames arrive again");
    }

    /// <summary>The camera could not be opened, or its stream broke.</summary>
    /// <param name="error">The cause.</param>
    /// <param name="wait">The back-off before the next opening; null when the camera is not opened again.</param>
    public void Offline(Exception error, TimeSpan? wait)
    {
        var reason = ReasonOf(camera, error);
        metrics.CameraFailed(camera.Name, error is SourceException { Failure: var failure } ? failure.ToString() : error.GetType().Name);
        if (_failures.ShouldLog(out var suppressed) || reason != _loggedReason)
        {
            var next = wait is { } backoff
                ? FormattableString.Invariant($"next attempt in {backoff.TotalSeconds:f1} s, then with growing back-off")
                : "no further attempt";
            LogOffline(camera.Name, reason, suppressed == 0 ? next : $"{next} ({suppressed} more failures since the last such line)");
        }
        _loggedReason = reason;
        visibility.AddBlindReason(BlindReason.Offline, reason);
    }

    /// <summary>A frame that was due did not arrive.</summary>
    public void Stalled() => metrics.CameraStalled(camera.Name);

    /// <summary>Frames arrive again from the same reader.</summary>
    /// <param name="after">The time without a frame.</param>
    public void Resumed(TimeSpan after)
    {
        if (_stalls.ShouldLog(out var suppressed))
            LogResumed(camera.Name, after.TotalSeconds, suppressed == 0 ? "" : $" ({suppressed} more stalls since the last such line)");
    }

    /// <summary>The last reader hangs. The next opening waits for it.</summary>
    public void ReaderHangs() => metrics.ReaderHangs(camera.Name);

    /// <summary>The operator's file disables the camera.</summary>
    public void Disabled() => LogDisabled(camera.Name);

    /// <summary>The recording is over.</summary>
    public void Ended() => LogEnded(camera.Name, camera.Source.Shown);

    [LoggerMessage(Level = LogLevel.Information, Message = "Camera {Camera} is live: {Source}, {Width}x{Height}")]
    private partial void LogLive(string camera, string source, int width, int height);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Camera {Camera} is offline: {Reason}; {Next}")]
    private partial void LogOffline(string camera, string reason, string next);

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "Camera {Camera} stalled: no frame for {Seconds:f1} s; frames arrive again{Suppressed}")]
    private partial void LogResumed(string camera, double seconds, string suppressed);

    [LoggerMessage(Level = LogLevel.Information, Message = "Camera {Camera} is disabled in the configuration file")]
    private partial void LogDisabled(string camera);

    [LoggerMessage(Level = LogLevel.Information, Message = "Camera {Camera} has ended: {Source}")]
    private partial void LogEnded(string camera, string source);
}
