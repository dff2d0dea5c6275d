// What others are told of a camera's connection: counts, events, and a line a fault.
using Microsoft.Extensions.Logging;
using StreamActions.Video;
using StreamActions.Worker.Configuration;
using StreamActions.Worker.Events;
using StreamActions.Worker.Sinks;
using StreamActions.Worker.Telemetry;

namespace StreamActions.Worker.Cameras;

/// <summary>Tells of one camera: live, offline, ended. The same failure again and again is one event, and a line once in a while.</summary>
internal sealed partial class ConnectionReport(CameraOptions camera, IEventSink sink, WorkerMetrics metrics, TimeProvider time, ILogger<CameraWorker> logger)
{
    private static readonly TimeSpan LineEvery = TimeSpan.FromMinutes(5);

    private readonly OutageLine _outage = new(time, LineEvery);
    private bool _blind;
    private string _saidReason = "";

    /// <summary>The first frame of an opening came.</summary>
    public async Task LiveAsync(Frame frame)
    {
        _outage.Works();
        LogLive(camera.Name, camera.Source.Shown, frame.Width, frame.Height);
        if (_blind)
            await TellAsync(frame.CapturedAt, blind: false, "frames come again").ConfigureAwait(false);
        _blind = false;
    }

    /// <summary>An opening failed or broke.</summary>
    /// <param name="error">Why.</param>
    /// <param name="at">Camera time.</param>
    /// <param name="wait">Until it is tried again; null when it is not.</param>
    /// <returns>The reason, in one line without secrets.</returns>
    public async Task<string> OfflineAsync(Exception error, DateTimeOffset at, TimeSpan? wait)
    {
        var reason = error is SourceException source ? source.Message : $"{camera.Source.Shown}: {error.Message}";
        metrics.CameraFailed(camera.Name, error is SourceException { Failure: var failure } ? failure.ToString() : error.GetType().Name);
        if (_outage.Fault(out var silent) || reason != _saidReason)
        {
            var next = wait is { } pause ? FormattableString.Invariant($"tried again in {pause.TotalSeconds:f1} s, and so on") : "not tried again";
            LogOffline(camera.Name, reason, silent == 0 ? next : $"{next} ({silent} more failures since the last such line)");
        }
        _saidReason = reason;
        if (!_blind)
            await TellAsync(at, blind: true, reason).ConfigureAwait(false);
        _blind = true;
        return reason;
    }

    /// <summary>A recording is over.</summary>
    public void Ended() => LogEnded(camera.Name, camera.Source.Shown);

    private async Task TellAsync(DateTimeOffset at, bool blind, string detail)
    {
        try
        {
            await sink.AppendAsync(new CameraEvent { Camera = camera.Name, Time = at, Blind = blind, Reason = "offline", Detail = detail }).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            LogNotTold(camera.Name, e.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Camera {Camera} is live: {Source}, {Width}x{Height}")]
    private partial void LogLive(string camera, string source, int width, int height);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Camera {Camera} is offline: {Reason}; {Next}")]
    private partial void LogOffline(string camera, string reason, string next);

    [LoggerMessage(Level = LogLevel.Information, Message = "Camera {Camera} has ended: {Source}")]
    private partial void LogEnded(string camera, string source);

    [LoggerMessage(Level = LogLevel.Error, Message = "That camera {Camera} is blind or sees again could not be stored: {Reason}")]
    private partial void LogNotTold(string camera, string reason);
}
