// The life of one camera's connection: opened, read, opened again.
using Polly;
using Polly.Retry;
using StreamActions.Video;
using StreamActions.Worker.Configuration;

namespace StreamActions.Worker.Cameras;

/// <summary>
/// Opens a camera and hands on its frames until it is stopped or its recording is over. Whatever goes wrong stays here: the camera goes offline,
/// says why, and is opened again after a growing, jittered wait. Each opening has a number, so that nothing of an earlier one is taken for it.
/// </summary>
/// <param name="camera">The camera.</param>
/// <param name="open">Makes a source for one opening.</param>
/// <param name="report">Told what happens.</param>
/// <param name="time">The clock.</param>
/// <param name="random">Spreads the attempts of many cameras.</param>
/// <param name="once">True when nobody waits for a recording that fails: its first failure is its end.</param>
internal sealed class CameraConnection(CameraOptions camera, FrameSourceFactory open, ConnectionReport report, TimeProvider time, Random random, bool once)
{
    private readonly bool _once = once && camera.Source.Kind == SourceKind.File;
    private readonly Backoff _backoff = new();
    private volatile CameraStatus _status = new(CameraState.Connecting, 0, "");
    private DateTimeOffset? _lastSeen;
    private long? _liveSince;

    /// <summary>How it is.</summary>
    public CameraStatus Status => _status;

    /// <summary>Runs until cancelled, or until a recording is over.</summary>
    /// <param name="take">Takes each frame, with the number of its opening; the frame is given back afterwards.</param>
    /// <param name="finish">Awaited after the last frame of a recording, before it is said to be over.</param>
    /// <param name="cancellation">Stops.</param>
    public async Task RunAsync(Func<Frame, int, CancellationToken, Task> take, Func<CancellationToken, Task> finish, CancellationToken cancellation)
    {
        try
        {
            await Retry(cancellation).ExecuteAsync(async token => await OpenAndReadAsync(take, token).ConfigureAwait(false), cancellation).ConfigureAwait(false);
            await finish(cancellation).ConfigureAwait(false);
            _status = _status with { State = CameraState.Ended };
            report.Ended();
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // Stopped: what is open stays open.
        }
        catch (Exception e) when (_once)
        {
            await finish(cancellation).ConfigureAwait(false);
            await GoOfflineAsync(e, null).ConfigureAwait(false);
        }
    }

    private ResiliencePipeline Retry(CancellationToken cancellation) => new ResiliencePipelineBuilder { TimeProvider = time }
        .AddRetry(new RetryStrategyOptions
        {
            ShouldHandle = new PredicateBuilder().Handle<Exception>(e => !_once && !(e is OperationCanceledException && cancellation.IsCancellationRequested)),
            MaxRetryAttempts = int.MaxValue,
            DelayGenerator = _ =>
            {
                var liveFor = _liveSince is { } since ? time.GetElapsedTime(since) : TimeSpan.Zero;
                _liveSince = null;
                return ValueTask.FromResult<TimeSpan?>(_backoff.Next(liveFor, random.NextDouble()));
            },
            OnRetry = async arguments => await GoOfflineAsync(arguments.Outcome.Exception!, arguments.RetryDelay).ConfigureAwait(false),
        })
        .Build();

    private async Task OpenAndReadAsync(Func<Frame, int, CancellationToken, Task> take, CancellationToken cancellation)
    {
        var generation = _status.Generation + 1;
        _status = new(CameraState.Connecting, generation, "");
        await using var source = open(camera);
        await foreach (var frame in source.ReadAsync(cancellation).ConfigureAwait(false))
        {
            using (frame)
            {
                if (_status.State != CameraState.Live)
                    await GoLiveAsync(generation, frame).ConfigureAwait(false);
                _lastSeen = frame.CapturedAt;
                await take(frame, generation, cancellation).ConfigureAwait(false);
            }
        }
        if (camera.Source.Kind != SourceKind.File)
            throw new SourceException(SourceFailure.Ended, $"{camera.Source.Shown}: the stream ended");
    }

    private async Task GoLiveAsync(int generation, Frame frame)
    {
        _status = new(CameraState.Live, generation, "");
        _liveSince = time.GetTimestamp();
        await report.LiveAsync(frame).ConfigureAwait(false);
    }

    private async Task GoOfflineAsync(Exception error, TimeSpan? wait)
    {
        // A recording has a time of its own, and a replay tells the same.
        var at = camera.Source.Kind == SourceKind.File && _lastSeen is { } last ? last : time.GetUtcNow();
        _status = new(CameraState.Offline, _status.Generation, await report.OfflineAsync(error, at, wait).ConfigureAwait(false));
    }
}
