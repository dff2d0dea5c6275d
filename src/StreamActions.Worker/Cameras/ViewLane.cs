// One view of a camera: frames in, its windows to inference, or decided as still.
using StreamActions.Core.Clips;
using StreamActions.Video;
using StreamActions.Worker.Batches;
using StreamActions.Worker.Configuration;
using StreamActions.Worker.Decisions;
using StreamActions.Worker.Events;
using StreamActions.Worker.Telemetry;
using StreamActions.Worker.Windows;

namespace StreamActions.Worker.Cameras;

/// <summary>Crops and resizes each frame to the model's size, keeps the view's window, and gates it by motion.</summary>
internal sealed class ViewLane : IDisposable
{
    private readonly View _view;
    private readonly Zone? _zone;
    private readonly ClipSpec _clip;
    private readonly SlidingWindow _window;
    private readonly bool _fast;
    private readonly MotionGate? _gate;
    private readonly MotionDetector? _motion;
    private readonly BatchCollector _collector;
    private readonly Decider _decider;
    private readonly WorkerMetrics _metrics;
    private CropRectangle? _crop;

    /// <summary>A lane.</summary>
    /// <param name="view">The view.</param>
    /// <param name="camera">Its camera.</param>
    /// <param name="clip">What the model wants.</param>
    /// <param name="stride">New frames from one window to the next.</param>
    /// <param name="collector">Takes windows that need the network.</param>
    /// <param name="decider">Decides the others, and says how the view stands.</param>
    /// <param name="metrics">Counts the others.</param>
    public ViewLane(View view, CameraOptions camera, ClipSpec clip, int stride, BatchCollector collector, Decider decider, WorkerMetrics metrics)
    {
        (_view, _clip, _collector, _decider, _metrics) = (view, clip, collector, decider, metrics);
        _zone = view.Zone is { } zone ? camera.Zones[zone] : null;
        _fast = camera.Pace == RecordingPace.Fast;
        _window = new(view, clip.Frames, stride, SlidingWindow.LongestGap(clip.FrameInterval));
        if (camera.Motion is { } sensitivity)
            (_gate, _motion) = (new(), new(sensitivity switch { MotionSensitivity.Low => 2, MotionSensitivity.High => 0.5, _ => 1 }));
    }

    /// <summary>Pictures have another size from now on: the zone lies elsewhere in them.</summary>
    public void Fit(int width, int height)
    {
        _crop = _zone is { } zone ? Zones.Crop(zone, width, height) : null;
        Restart();
    }

    /// <summary>What comes is not a continuation of what came.</summary>
    public void Restart()
    {
        _window.Clear();
        _gate?.Restart();
        _motion?.Restart();
    }

    /// <summary>Takes a frame; completes when the lane is ready for the next.</summary>
    /// <param name="frame">The camera's picture.</param>
    /// <param name="at">Its capture time.</param>
    /// <param name="generation">Which opening of the camera it comes from.</param>
    /// <param name="cancellation">Gives up waiting for inference.</param>
    public async ValueTask PushAsync(Frame frame, DateTimeOffset at, int generation, CancellationToken cancellation)
    {
        var small = ModelFrame.Rent(_clip.FrameBytes, at, frame.ArrivedAt);
        try
        {
            FramePreprocessor.Resize(frame, _crop, _clip.Size, _clip.Resize, small.Pixels);
            _gate?.Frame(at, Moved(small.Pixels, at));
        }
        catch
        {
            small.Release();
            throw;
        }
        if (_window.Push(small, generation) is not { } window)
            return;
        if (_gate is not null && await IsStillAsync(_gate, window, cancellation).ConfigureAwait(false))
            await DecideStillAsync(window).ConfigureAwait(false);
        else if (_fast)
            await _collector.PostWaitingAsync(window, cancellation).ConfigureAwait(false);
        else
            _collector.Post(window);
    }

    /// <summary>Gives the frames back.</summary>
    public void Dispose() => _window.Dispose();

    private bool Moved(ReadOnlySpan<byte> pixels, DateTimeOffset at)
    {
        Span<float> luma = stackalloc float[LumaThumbnail.Cells];
        LumaThumbnail.Fill(pixels, _clip.Size, _clip.Size, luma);
        return _motion!.Moved(at, luma);
    }

    private async ValueTask<bool> IsStillAsync(MotionGate gate, FrameWindow window, CancellationToken cancellation)
    {
        var times = new WindowTimes(window.From, window.To);
        try
        {
            // A recording that is read fast waits for what its windows before were decided to be: a replay must skip the same ones.
            if (_fast)
                await _collector.DrainedAsync(_view.Camera, cancellation).ConfigureAwait(false);
            var (decided, busy) = _decider.Standing(_view);
            return gate.IsStill(times, decided, busy);
        }
        catch
        {
            window.Dispose();
            throw;
        }
    }

    private async Task DecideStillAsync(FrameWindow window)
    {
        var decided = _decider.DecideStillAsync(_view, new(window.From, window.To), window.ArrivedAt);
        window.Dispose();
        _metrics.Still(_view.Camera);
        // A live camera does not wait for the store.
        if (_fast)
            await decided.ConfigureAwait(false);
    }
}
