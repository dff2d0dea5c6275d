// What happens to a camera's frame after it arrived: its picture is judged, and goes to every view.
using Microsoft.Extensions.Logging;
using StreamActions.Core.Clips;
using StreamActions.Video;
using StreamActions.Worker.Batches;
using StreamActions.Worker.Configuration;
using StreamActions.Worker.Decisions;
using StreamActions.Worker.Telemetry;
using StreamActions.Worker.Windows;

namespace StreamActions.Worker.Cameras;

/// <summary>
/// One camera's way from frames to windows. Pictures of a frozen or black camera are withheld: they enter no window, and open events lapse as those
/// of a camera that is offline. No window mixes what came before such a pause, a jump of time or a change of size with what comes after.
/// </summary>
internal sealed partial class FramePath
{
    private readonly CameraOptions _camera;
    private readonly CameraSight _sight;
    private readonly BatchCollector _collector;
    private readonly Decider _decider;
    private readonly WorkerMetrics _metrics;
    private readonly ILogger _logger;
    private readonly PictureHealth? _health;
    private readonly ViewLane[] _lanes;
    private (int Width, int Height) _size;
    private (long Dropped, long Errors) _losses;
    private int _generation;

    /// <summary>A path.</summary>
    /// <param name="camera">The camera.</param>
    /// <param name="sight">Its time, and whom to tell that it does not see.</param>
    /// <param name="views">What alerts look at in it.</param>
    /// <param name="clip">What the model wants.</param>
    /// <param name="stride">New frames from one window to the next.</param>
    /// <param name="collector">Takes windows.</param>
    /// <param name="decider">Decides still windows, and ends events that nobody can see any more.</param>
    /// <param name="metrics">Counts.</param>
    /// <param name="logger">Told when pictures are not believed.</param>
    public FramePath(CameraOptions camera, CameraSight sight, IEnumerable<View> views, ClipSpec clip, int stride, BatchCollector collector, Decider decider,
        WorkerMetrics metrics, ILogger logger)
    {
        (_camera, _sight, _collector, _decider, _metrics, _logger) = (camera, sight, collector, decider, metrics, logger);
        _health = camera.Health is { FrozenAfter: null, BlackAfter: null, CorruptAfter: null } ? null : new(camera.Health);
        _lanes = [.. views.Select(view => new ViewLane(view, camera, clip, stride, collector, decider, metrics))];
    }

    /// <summary>Takes a frame; completes when the path is ready for the next.</summary>
    /// <param name="received">The frame; the caller keeps it.</param>
    /// <param name="cancellation">Gives up waiting for inference.</param>
    public async Task TakeAsync(ReceivedFrame received, CancellationToken cancellation)
    {
        var (frame, at, jumped, generation, source) = received;
        _metrics.Frame(_camera.Name);
        if (generation != _generation)
            _losses = default;
        Count(source);
        Fit(frame, jumped || generation != _generation);
        _generation = generation;
        if (_health is not null && await IsWithheldAsync(_health, frame, at, cancellation).ConfigureAwait(false))
            return;
        foreach (var lane in _lanes)
            await lane.PushAsync(frame, at, generation, cancellation).ConfigureAwait(false);
    }

    /// <summary>Gives the frames back.</summary>
    public void Release()
    {
        foreach (var lane in _lanes)
            lane.Dispose();
    }

    // Another size is another picture: zones lie elsewhere in it.
    private void Fit(Frame frame, bool broken)
    {
        if (broken)
            _health?.Interrupt();
        var fits = _size == (frame.Width, frame.Height);
        _size = (frame.Width, frame.Height);
        foreach (var lane in _lanes)
        {
            if (!fits)
                lane.Fit(frame.Width, frame.Height);
            else if (broken)
                lane.Restart();
        }
    }

    private void Count(IFrameSource source)
    {
        var now = (source.DroppedFrames, source.DecodeErrors);
        _metrics.SourceLosses(_camera.Name, now.DroppedFrames - _losses.Dropped, now.DecodeErrors - _losses.Errors);
        _losses = now;
    }

    private async ValueTask<bool> IsWithheldAsync(PictureHealth health, Frame frame, DateTimeOffset at, CancellationToken cancellation)
    {
        foreach (var change in health.Add(at, PictureFacts.Of(frame), _losses.Errors))
            Tell(change);
        if (!health.Withholds)
            return false;
        foreach (var lane in _lanes)
            lane.Restart();
        if (_camera.Pace == RecordingPace.Fast)
        {
            // A replay must decide the same in the same order.
            await _collector.DrainedAsync(_camera.Name, cancellation).ConfigureAwait(false);
            await _decider.LapseAsync(_camera.Name, at).ConfigureAwait(false);
        }
        else
        {
            _ = _decider.LapseAsync(_camera.Name, at);
        }
        return true;
    }

    private void Tell(HealthChange change)
    {
        if (change.Blind)
        {
            LogBlind(_camera.Name, change.Reason, change.Detail);
            _ = _sight.BlindAsync(change.Reason, change.Detail);
        }
        else
        {
            LogSees(_camera.Name, change.Reason, change.Detail);
            _ = _sight.SeesAsync(change.Reason, change.Detail);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Camera {Camera} is blind ({Reason}): {Detail}")]
    private partial void LogBlind(string camera, string reason, string detail);

    [LoggerMessage(Level = LogLevel.Information, Message = "Camera {Camera} is no longer blind ({Reason}): {Detail}")]
    private partial void LogSees(string camera, string reason, string detail);
}
