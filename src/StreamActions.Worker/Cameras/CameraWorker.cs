// One camera: its frames become windows.
using Microsoft.Extensions.Logging;
using StreamActions.Core.Bundles;
using StreamActions.Video;
using StreamActions.Worker.Batches;
using StreamActions.Worker.Configuration;
using StreamActions.Worker.Decisions;
using StreamActions.Worker.Sinks;
using StreamActions.Worker.Telemetry;
using StreamActions.Worker.Windows;

namespace StreamActions.Worker.Cameras;

/// <summary>Runs one camera until it is stopped or its recording is over: each frame is cropped, resized and pushed into the windows of its views.</summary>
internal sealed class CameraWorker
{
    private readonly CameraOptions _camera;
    private readonly ModelManifest _model;
    private readonly CameraConnection _connection;
    private readonly BatchCollector _collector;
    private readonly Decider _decider;
    private readonly WorkerMetrics _metrics;
    private readonly Lane[] _lanes;
    private (int Width, int Height) _size;

    // One view of this camera: where it lies in the picture, and its window.
    private sealed record Lane(View View, Zone? Zone, SlidingWindow Window)
    {
        public CropRectangle? Crop { get; set; }
    }

    /// <summary>Prepares; nothing is opened before <see cref="RunAsync"/>.</summary>
    /// <param name="camera">The camera.</param>
    /// <param name="views">What alerts look at in it.</param>
    /// <param name="model">What the model wants.</param>
    /// <param name="stride">New frames from one window to the next.</param>
    /// <param name="open">Makes a source for one opening.</param>
    /// <param name="slots">Shared by the fleet: whose turn it is to be opened.</param>
    /// <param name="deadlines">How long frames may stay away.</param>
    /// <param name="collector">Takes the windows.</param>
    /// <param name="decider">Is told when a recording is over.</param>
    /// <param name="sink">Takes blind and seeing.</param>
    /// <param name="metrics">Counts.</param>
    /// <param name="time">The clock.</param>
    /// <param name="random">Spreads the attempts of many cameras.</param>
    /// <param name="once">True when nobody waits for a recording that fails: its first failure is its end.</param>
    /// <param name="logger">Told about failures and recoveries.</param>
    public CameraWorker(CameraOptions camera, IEnumerable<View> views, ModelManifest model, int stride, FrameSourceFactory open, OpeningSlots slots,
        StallDeadlines deadlines, BatchCollector collector, Decider decider, IEventSink sink, WorkerMetrics metrics, TimeProvider time, Random random, bool once, ILogger<CameraWorker> logger)
    {
        (_camera, _model, _collector, _decider, _metrics) = (camera, model, collector, decider, metrics);
        _connection = new(camera, open, slots, deadlines, new(camera, sink, metrics, time, logger), time, random, once);
        var gap = SlidingWindow.LongestGap(model.Clip.FrameInterval);
        _lanes = [.. views.Select(v => new Lane(v, v.Zone is { } zone ? camera.Zones[zone] : null, new SlidingWindow(v, model.Clip.Frames, stride, gap)))];
    }

    /// <summary>The camera's name.</summary>
    public string Name => _camera.Name;

    /// <summary>How it is.</summary>
    public CameraStatus Status => _connection.Status;

    /// <summary>Runs until cancelled, or until a recording is over.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        try
        {
            await _connection.RunAsync(TakeAsync, FinishAsync, cancellation).ConfigureAwait(false);
        }
        finally
        {
            foreach (var lane in _lanes)
                lane.Window.Dispose();
        }
    }

    private async Task TakeAsync(Frame frame, int generation, CancellationToken cancellation)
    {
        _metrics.Frame(Name);
        Fit(frame);
        foreach (var lane in _lanes)
            await PushAsync(lane, frame, generation, cancellation).ConfigureAwait(false);
    }

    private async Task PushAsync(Lane lane, Frame frame, int generation, CancellationToken cancellation)
    {
        var clip = _model.Clip;
        var small = ModelFrame.Rent(clip.FrameBytes, frame.CapturedAt, frame.ArrivedAt);
        try
        {
            FramePreprocessor.Resize(frame, lane.Crop, clip.Size, clip.Resize, small.Pixels);
        }
        catch
        {
            small.Release();
            throw;
        }
        if (lane.Window.Push(small, generation) is not { } window)
            return;
        if (_camera.Pace == CameraPace.Fast)
            await _collector.PostWaitingAsync(window, cancellation).ConfigureAwait(false);
        else
            _collector.Post(window);
    }

    // Another size is another picture: zones lie elsewhere in it, and no window mixes both.
    private void Fit(Frame frame)
    {
        if (_size == (frame.Width, frame.Height))
            return;
        _size = (frame.Width, frame.Height);
        foreach (var lane in _lanes)
        {
            lane.Crop = lane.Zone is { } zone ? Zones.Crop(zone, frame.Width, frame.Height) : null;
            lane.Window.Clear();
        }
    }

    // No more windows come: those on their way are decided, and what is going on is over.
    private async Task FinishAsync(CancellationToken cancellation)
    {
        await _collector.DrainedAsync(Name, cancellation).ConfigureAwait(false);
        await _decider.FinishAsync(Name).ConfigureAwait(false);
    }
}
