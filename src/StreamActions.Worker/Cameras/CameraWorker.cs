// One camera: its connection gives frames, its path makes windows of them.
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

/// <summary>Runs one camera until it is stopped or its recording is over.</summary>
internal sealed class CameraWorker
{
    private readonly CameraConnection _connection;
    private readonly FramePath _path;
    private readonly BatchCollector _collector;
    private readonly Decider _decider;

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
        ReaderDeadlines deadlines, BatchCollector collector, Decider decider, IEventSink sink, WorkerMetrics metrics, TimeProvider time, Random random, bool once, ILogger<CameraWorker> logger)
    {
        (Name, _collector, _decider) = (camera.Name, collector, decider);
        Sight = new(camera.Name, camera.Source.Kind == SourceKind.File, sink, metrics, time, logger);
        _path = new(camera, Sight, views, model.Clip, stride, collector, decider, metrics, logger);
        _connection = new(camera, open, slots, deadlines, Sight, new(camera, Sight, metrics, time, logger), time, random, once);
    }

    /// <summary>The camera's name.</summary>
    public string Name { get; }

    /// <summary>Whether it sees.</summary>
    public CameraSight Sight { get; }

    /// <summary>How its connection is.</summary>
    public CameraStatus Status => _connection.Status;

    /// <summary>Runs until cancelled, or until a recording is over.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        try
        {
            await _connection.RunAsync(_path.TakeAsync, FinishAsync, cancellation).ConfigureAwait(false);
        }
        finally
        {
            _path.Release();
        }
    }

    // No more windows come: those on their way are decided, and what is going on is over.
    private async Task FinishAsync(CancellationToken cancellation)
    {
        await _collector.DrainedAsync(Name, cancellation).ConfigureAwait(false);
        await _decider.FinishAsync(Name).ConfigureAwait(false);
    }
}
