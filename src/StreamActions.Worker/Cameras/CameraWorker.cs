// One camera: opened, read, opened again; its frames become windows.
using Microsoft.Extensions.Logging;
using Polly;
using Polly.Retry;
using StreamActions.Core.Bundles;
using StreamActions.Video;
using StreamActions.Worker.Batches;
using StreamActions.Worker.Configuration;
using StreamActions.Worker.Decisions;
using StreamActions.Worker.Sinks;
using StreamActions.Worker.Telemetry;
using StreamActions.Worker.Windows;

namespace StreamActions.Worker.Cameras;

/// <summary>
/// Runs one camera until it is stopped or its recording is over. Whatever goes wrong stays here: the camera goes offline, says why, and is
/// opened again after a growing, jittered wait.
/// </summary>
internal sealed partial class CameraWorker
{
    private static readonly TimeSpan ShortestWait = TimeSpan.FromSeconds(0.5), LongestWait = TimeSpan.FromSeconds(30), Healthy = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan LineEvery = TimeSpan.FromMinutes(5);

    private readonly CameraOptions _camera;
    private readonly FrameSourceFactory _open;
    private readonly BatchCollector _collector;
    private readonly Decider _decider;
    private readonly WorkerMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly Random _random;
    private readonly bool _once;
    private readonly ILogger<CameraWorker> _logger;
    private readonly FramePath _path;
    private readonly OutageLine _outage;
    private volatile CameraStatus _status = new(CameraState.Connecting, 0, "");
    private long? _liveSince;
    private string _saidReason = "";

    /// <summary>Prepares; nothing is opened before <see cref="RunAsync"/>.</summary>
    /// <param name="camera">The camera.</param>
    /// <param name="views">What alerts look at in it.</param>
    /// <param name="model">What the model wants.</param>
    /// <param name="stride">New frames from one window to the next.</param>
    /// <param name="open">Makes a source for one opening.</param>
    /// <param name="collector">Takes the windows.</param>
    /// <param name="decider">Is told when a recording is over.</param>
    /// <param name="sink">Takes blind and seeing.</param>
    /// <param name="metrics">Counts.</param>
    /// <param name="time">The clock.</param>
    /// <param name="random">Spreads the attempts of many cameras.</param>
    /// <param name="once">True when nobody waits for a recording that fails: its first failure is its end.</param>
    /// <param name="logger">Told about failures and recoveries.</param>
    public CameraWorker(CameraOptions camera, IEnumerable<View> views, ModelManifest model, int stride, FrameSourceFactory open, BatchCollector collector,
        Decider decider, IEventSink sink, WorkerMetrics metrics, TimeProvider time, Random random, bool once, ILogger<CameraWorker> logger)
    {
        (_camera, _open, _collector, _decider, _metrics, _time, _random, _once, _logger) =
            (camera, open, collector, decider, metrics, time, random, once && camera.Source.Kind == SourceKind.File, logger);
        _outage = new(time, LineEvery);
        Sight = new(camera.Name, camera.Source.Kind == SourceKind.File, sink, metrics, time, logger);
        _path = new(camera, Sight, views, model.Clip, stride, collector, decider, metrics, logger);
    }

    /// <summary>The camera's name.</summary>
    public string Name => _camera.Name;

    /// <summary>Whether it sees.</summary>
    public CameraSight Sight { get; }

    /// <summary>How it is.</summary>
    public CameraStatus Status => _status;

    /// <summary>Runs until cancelled, or until a recording is over.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        try
        {
            await Retry(cancellation).ExecuteAsync(async token => await OpenAndReadAsync(token).ConfigureAwait(false), cancellation).ConfigureAwait(false);
            await FinishAsync(cancellation).ConfigureAwait(false);
            _status = _status with { State = CameraState.Ended };
            LogEnded(Name, _camera.Source.Shown);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // Stopped: what is open stays open.
        }
        catch (Exception e) when (_once)
        {
            await FinishAsync(cancellation).ConfigureAwait(false);
            await GoOfflineAsync(e, null).ConfigureAwait(false);
        }
        finally
        {
            _path.Release();
        }
    }

    private ResiliencePipeline Retry(CancellationToken cancellation)
    {
        var failures = 0;
        return new ResiliencePipelineBuilder { TimeProvider = _time }
            .AddRetry(new RetryStrategyOptions
            {
                ShouldHandle = new PredicateBuilder().Handle<Exception>(e => !_once && !(e is OperationCanceledException && cancellation.IsCancellationRequested)),
                MaxRetryAttempts = int.MaxValue,
                DelayGenerator = arguments =>
                {
                    // A camera that had been well for a while is tried again at once; one that flaps waits longer each time.
                    failures = _liveSince is { } since && _time.GetElapsedTime(since) >= Healthy ? 0 : failures;
                    _liveSince = null;
                    return ValueTask.FromResult<TimeSpan?>(WaitAfter(failures++, _random.NextDouble()));
                },
                OnRetry = async arguments => await GoOfflineAsync(arguments.Outcome.Exception!, arguments.RetryDelay).ConfigureAwait(false),
            })
            .Build();
    }

    /// <summary>How long to wait before the next attempt: doubles from half a second to half a minute, less up to a quarter by chance.</summary>
    /// <param name="failures">Failures in a row before this one.</param>
    /// <param name="chance">In [0, 1).</param>
    internal static TimeSpan WaitAfter(int failures, double chance)
    {
        var wait = ShortestWait * Math.Pow(2, Math.Min(failures, 10));
        return (wait < LongestWait ? wait : LongestWait) * (1 - 0.25 * chance);
    }

    private async Task OpenAndReadAsync(CancellationToken cancellation)
    {
        var generation = _status.Generation + 1;
        _status = new(CameraState.Connecting, generation, "");
        await using var source = _open(_camera);
        await foreach (var frame in source.ReadAsync(cancellation).ConfigureAwait(false))
        {
            using (frame)
            {
                var at = Sight.Stamp(frame, out var jumped);
                if (_status.State != CameraState.Live)
                    await GoLiveAsync(generation, frame).ConfigureAwait(false);
                await _path.TakeAsync(frame, at, jumped, generation, source, cancellation).ConfigureAwait(false);
            }
        }
        if (_camera.Source.Kind != SourceKind.File)
            throw new SourceException(SourceFailure.Ended, $"{_camera.Source.Shown}: the stream ended");
    }

    // No more windows come: those on their way are decided, and what is going on is over.
    private async Task FinishAsync(CancellationToken cancellation)
    {
        await _collector.DrainedAsync(Name, cancellation).ConfigureAwait(false);
        await _decider.FinishAsync(Name).ConfigureAwait(false);
    }

    private async Task GoLiveAsync(int generation, Frame frame)
    {
        _status = new(CameraState.Live, generation, "");
        _liveSince = _time.GetTimestamp();
        _outage.Works();
        LogLive(Name, _camera.Source.Shown, frame.Width, frame.Height);
        await Sight.SeesAsync(BlindReason.Offline, "frames come again").ConfigureAwait(false);
    }

    private async Task GoOfflineAsync(Exception error, TimeSpan? wait)
    {
        var reason = error is SourceException source ? source.Message : $"{_camera.Source.Shown}: {error.Message}";
        var kind = error is SourceException { Failure: var failure } ? failure.ToString() : error.GetType().Name;
        _metrics.CameraFailed(Name, kind);
        _status = new(CameraState.Offline, _status.Generation, reason);
        // The same reason again and again is said once in a while.
        if (_outage.Fault(out var silent) || reason != _saidReason)
        {
            var next = wait is { } pause ? FormattableString.Invariant($"tried again in {pause.TotalSeconds:f1} s, and so on") : "not tried again";
            LogOffline(Name, reason, silent == 0 ? next : $"{next} ({silent} more failures since the last such line)");
        }
        _saidReason = reason;
        await Sight.BlindAsync(BlindReason.Offline, reason).ConfigureAwait(false);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Camera {Camera} is live: {Source}, {Width}x{Height}")]
    private partial void LogLive(string camera, string source, int width, int height);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Camera {Camera} is offline: {Reason}; {Next}")]
    private partial void LogOffline(string camera, string reason, string next);

    [LoggerMessage(Level = LogLevel.Information, Message = "Camera {Camera} has ended: {Source}")]
    private partial void LogEnded(string camera, string source);
}
