// The path of a frame from arrival to the views: count losses, check the picture's health, hand the picture on.
using Microsoft.Extensions.Logging;
using StreamActions.Video;
using StreamActions.Worker.Configuration;
using StreamActions.Worker.Telemetry;

namespace StreamActions.Worker.Cameras;

/// <summary>
/// The path of one camera's frames to its views. It withholds the pictures of a frozen or black camera: they enter no window, and open
/// events lapse as those of an offline camera do. No window spans such a gap, a jump of time, a new opening or a change of size.
/// </summary>
/// <param name="camera">The camera.</param>
/// <param name="visibility">Takes the blind reasons of <see cref="PictureHealth"/>.</param>
/// <param name="pictures">Takes the pictures.</param>
/// <param name="metrics">Counts frames, dropped frames and decoding errors.</param>
/// <param name="logger">Logs changes of health.</param>
internal sealed partial class FramePath(
    CameraOptions camera, CameraVisibility visibility, ICameraPictures pictures, WorkerMetrics metrics, ILogger logger)
{
    private readonly PictureHealth? _health =
        camera.Health is { FrozenAfter: null, BlackAfter: null, CorruptAfter: null } ? null : new(camera.Health);

    private (int Width, int Height) _size;
    private (long Dropped, long Errors) _losses;
    private int _generation;
    private long _pictures;

    /// <summary>Pictures that reached the views since the start. Thread safe.</summary>
    public long Pictures => Interlocked.Read(ref _pictures);

    /// <summary>Takes a frame; completes when the path is ready for the next.</summary>
    /// <param name="received">The frame; the caller keeps it.</param>
    /// <param name="cancellation">Ends the wait for inference.</param>
    public async Task TakeAsync(ReceivedFrame received, CancellationToken cancellation)
    {
        var (frame, at, jumped, generation, source) = received;
        var reopened = generation != _generation;
        _generation = generation;
        metrics.Frame(camera.Name);
        if (reopened)
            _losses = default;
        CountLosses(source);
        Continue(frame, broken: jumped || reopened);
        if (_health is not null && await IsWithheldAsync(_health, frame, at, cancellation).ConfigureAwait(false))
            return;
        Interlocked.Increment(ref _pictures);
        await pictures.PushAsync(frame, at, generation, cancellation).ConfigureAwait(false);
    }

    // A change of size is a break too, because it moves the crops of zones.
    private void Continue(Frame frame, bool broken)
    {
        if (broken)
            _health?.Interrupt();
        if (_size != (frame.Width, frame.Height))
            pictures.Resize(frame.Width, frame.Height);
        else if (broken)
            pictures.Restart();
        _size = (frame.Width, frame.Height);
    }

    private void CountLosses(IFrameSource source)
    {
        var now = (source.DroppedFrames, source.DecodeErrors);
        metrics.SourceLosses(camera.Name, now.DroppedFrames - _losses.Dropped, now.DecodeErrors - _losses.Errors);
        _losses = now;
    }

    private async ValueTask<bool> IsWithheldAsync(PictureHealth health, Frame frame, DateTimeOffset at, CancellationToken cancellation)
    {
        foreach (var change in health.Add(at, PictureStatistics.Of(frame), _losses.Errors))
            Report(change);
        if (!health.Withholds)
            return false;
        pictures.Restart();
        await pictures.UnseenAsync(at, cancellation).ConfigureAwait(false);
        return true;
    }

    private void Report(HealthChange change)
    {
        if (change.Blind)
        {
            LogBlind(camera.Name, change.Reason, change.Detail);
            visibility.AddBlindReason(change.Reason, change.Detail);
        }
        else
        {
            LogSeeing(camera.Name, change.Reason, change.Detail);
            visibility.RemoveBlindReason(change.Reason, change.Detail);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Camera {Camera} is blind ({Reason}): {Detail}")]
    private partial void LogBlind(string camera, string reason, string detail);

    [LoggerMessage(Level = LogLevel.Information, Message = "Camera {Camera} is no longer blind ({Reason}): {Detail}")]
    private partial void LogSeeing(string camera, string reason, string detail);
}
