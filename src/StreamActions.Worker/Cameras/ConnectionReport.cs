// What others are told of a camera's connection: counts, events, and a line a fault.
using Microsoft.Extensions.Logging;
using StreamActions.Video;
using StreamActions.Worker.Configuration;
using StreamActions.Worker.Telemetry;

namespace StreamActions.Worker.Cameras;

/// <summary>Tells of one camera: live, stalled, offline, disabled, ended. The same failure again and again is one event, and a line once in a while.</summary>
internal sealed partial class ConnectionReport(CameraOptions camera, CameraSight sight, WorkerMetrics metrics, TimeProvider time, ILogger<CameraWorker> logger)
{
    private static readonly TimeSpan LineEvery = TimeSpan.FromMinutes(5);

    private readonly LogThrottle _outage = new(time, LineEvery), _pauses = new(time, LineEvery);
    private string _saidReason = "";

    /// <summary>Why, in one line without secrets.</summary>
    public static string ReasonOf(CameraOptions camera, Exception error) => error is SourceException source ? source.Message : $"{camera.Source.Shown}: {error.Message}";

    /// <summary>The first frame of an opening came.</summary>
    /// <param name="frame">That frame.</param>
    /// <param name="generation">The opening's number.</param>
    public async Task LiveAsync(Frame frame, int generation)
    {
        _outage.Recovered();
        if (generation > 1)
            metrics.CameraReconnected(camera.Name);
        LogLive(camera.Name, camera.Source.Shown, frame.Width, frame.Height);
        await sight.SeesAsync(BlindReason.Offline, "frames come again").ConfigureAwait(false);
    }

    /// <summary>An opening failed or broke.</summary>
    /// <param name="error">Why.</param>
    /// <param name="wait">Until it is tried again; null when it is not.</param>
    public async Task OfflineAsync(Exception error, TimeSpan? wait)
    {
        var reason = ReasonOf(camera, error);
        metrics.CameraFailed(camera.Name, error is SourceException { Failure: var failure } ? failure.ToString() : error.GetType().Name);
        if (_outage.ShouldLog(out var silent) || reason != _saidReason)
        {
            var next = wait is { } pause ? FormattableString.Invariant($"tried again in {pause.TotalSeconds:f1} s, and so on") : "not tried again";
            LogOffline(camera.Name, reason, silent == 0 ? next : $"{next} ({silent} more failures since the last such line)");
        }
        _saidReason = reason;
        await sight.BlindAsync(BlindReason.Offline, reason).ConfigureAwait(false);
    }

    /// <summary>Frames that were due have not come.</summary>
    public void Stalled() => metrics.CameraStalled(camera.Name);

    /// <summary>They come again, and the reader need not be stopped.</summary>
    /// <param name="after">How long none came.</param>
    public void GoesOn(TimeSpan after)
    {
        if (_pauses.ShouldLog(out var silent))
            LogPause(camera.Name, after.TotalSeconds, silent == 0 ? "" : $" ({silent} more such pauses since the last such line)");
    }

    /// <summary>A reader hangs: it is waited for before another one is started.</summary>
    public void Hangs() => metrics.ReaderHangs(camera.Name);

    /// <summary>The operator has switched it off.</summary>
    public void Disabled() => LogDisabled(camera.Name);

    /// <summary>A recording is over.</summary>
    public void Ended() => LogEnded(camera.Name, camera.Source.Shown);

    [LoggerMessage(Level = LogLevel.Information, Message = "Camera {Camera} is live: {Source}, {Width}x{Height}")]
    private partial void LogLive(string camera, string source, int width, int height);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Camera {Camera} is offline: {Reason}; {Next}")]
    private partial void LogOffline(string camera, string reason, string next);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Camera {Camera} sent no frame for {Seconds:f1} s, and goes on{Silent}")]
    private partial void LogPause(string camera, double seconds, string silent);

    [LoggerMessage(Level = LogLevel.Information, Message = "Camera {Camera} is disabled in the file, and not opened")]
    private partial void LogDisabled(string camera);

    [LoggerMessage(Level = LogLevel.Information, Message = "Camera {Camera} has ended: {Source}")]
    private partial void LogEnded(string camera, string source);
}
