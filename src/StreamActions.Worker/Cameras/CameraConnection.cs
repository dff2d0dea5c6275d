// Keeps a camera open: opens it, reads it, and opens it again after a failure.
using Polly;
using Polly.Retry;
using StreamActions.Video;
using StreamActions.Worker.Configuration;

namespace StreamActions.Worker.Cameras;

/// <summary>
/// Opens a camera and hands on its frames until it is stopped or its recording is over. A source failure does not leave this class: the
/// camera goes offline with a reason and, unless <c>once</c>, is opened again after a back-off. Each opening has a
/// new generation, so that no window mixes two openings.
/// </summary>
/// <param name="camera">The camera.</param>
/// <param name="deadlines">The longest waits for a frame.</param>
/// <param name="once">True when a recording that fails is not opened again.</param>
/// <param name="visibility">Gives each frame its capture time.</param>
/// <param name="report">Counts, logs and publishes what happens.</param>
/// <param name="services">Shared by all cameras.</param>
internal sealed class CameraConnection(
    CameraOptions camera, ReaderDeadlines deadlines, bool once, CameraVisibility visibility, ConnectionReport report,
    CameraServices services)
{
    /// <summary>The longest wait for a reader to close. After that, the reader closes in the background.</summary>
    internal static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(1);

    private readonly TimeProvider _time = services.Time;
    private readonly bool _once = once && camera.Source.Kind == SourceKind.File;
    private readonly Backoff _backoff = new();
    private readonly Flapping _flapping = new();
    private volatile CameraStatus _status =
        new(camera.Enabled ? CameraState.Connecting : CameraState.Disabled, 0, "", services.Time.GetUtcNow());
    private Task _closing = Task.CompletedTask;
    private (long First, long Last)? _live;

    /// <summary>The camera's state.</summary>
    public CameraStatus Status => _status;

    /// <summary>Runs until cancelled, or until the recording is over; returns at once when the camera is disabled.</summary>
    /// <param name="take">Takes each frame; the connection disposes it afterwards.</param>
    /// <param name="finish">Awaited when a recording ends, or fails and is not opened again, before the state changes.</param>
    /// <param name="cancellation">Stops the camera.</param>
    public async Task RunAsync(
        Func<ReceivedFrame, CancellationToken, Task> take, Func<CancellationToken, Task> finish, CancellationToken cancellation)
    {
        if (!camera.Enabled)
        {
            report.Disabled();
            return;
        }
        try
        {
            await Retry(cancellation)
                .ExecuteAsync(async token => await OpenAndReadAsync(take, token).ConfigureAwait(false), cancellation)
                .ConfigureAwait(false);
            await finish(cancellation).ConfigureAwait(false);
            Become(CameraState.Ended, "");
            report.Ended();
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // The worker stops: open events stay open.
        }
        catch (Exception e) when (_once)
        {
            await finish(cancellation).ConfigureAwait(false);
            GoOffline(e, null);
        }
    }

    private ResiliencePipeline Retry(CancellationToken cancellation) => new ResiliencePipelineBuilder { TimeProvider = _time }
        .AddRetry(new RetryStrategyOptions
        {
            ShouldHandle = new PredicateBuilder()
                .Handle<Exception>(e => !_once && !(e is OperationCanceledException && cancellation.IsCancellationRequested)),
            MaxRetryAttempts = int.MaxValue,
            DelayGenerator = ended =>
            {
                TimeSpan? liveFor = _live is { } live ? _time.GetElapsedTime(live.First, live.Last) : null;
                _live = null;
                _flapping.Ended(liveFor, ended.Outcome.Exception);
                return ValueTask.FromResult<TimeSpan?>(_backoff.Next(liveFor ?? TimeSpan.Zero, services.Random.NextDouble()));
            },
            OnRetry = arguments =>
            {
                GoOffline(arguments.Outcome.Exception!, arguments.RetryDelay);
                return ValueTask.CompletedTask;
            },
        })
        .Build();

    private async Task OpenAndReadAsync(Func<ReceivedFrame, CancellationToken, Task> take, CancellationToken cancellation)
    {
        await ClosedAsync(cancellation).ConfigureAwait(false);
        using var slot = await services.Slots.EnterAsync(cancellation).ConfigureAwait(false);
        var state = _flapping.Hold > TimeSpan.Zero ? CameraState.Offline : CameraState.Connecting;
        _status = new(state, _status.Generation + 1, _status.Reason, _time.GetUtcNow());
        var source = services.Open(camera);
        WatchedReader reader = new(source, camera.Source.Shown, deadlines, GoStalled, _time, cancellation);
        try
        {
            while (await reader.NextAsync().ConfigureAwait(false) is { } frame)
            {
                using (frame)
                {
                    var at = visibility.Stamp(frame, out var jumped);
                    BecomeLive(frame, slot);
                    await take(new(frame, at, jumped, _status.Generation, source), cancellation).ConfigureAwait(false);
                }
            }
        }
        finally
        {
            _closing = reader.CloseAsync();
            await Task.WhenAny(_closing, Task.Delay(CloseTimeout, _time, CancellationToken.None)).ConfigureAwait(false);
        }
        if (camera.Source.Kind != SourceKind.File)
            throw new SourceException(SourceFailure.Ended, $"{camera.Source.Shown}: the stream ended");
    }

    // Waits until the last reader is closed. Without this wait, a reader that hangs would cost a thread at every opening.
    private async Task ClosedAsync(CancellationToken cancellation)
    {
        if (!_closing.IsCompleted)
            report.ReaderHangs();
        var closing = _closing;
        try
        {
            await closing.WaitAsync(deadlines.Start, _time, cancellation).ConfigureAwait(false);
        }
        catch (TimeoutException) when (!closing.IsCompleted)
        {
            throw new SourceException(SourceFailure.TimedOut,
                $"{camera.Source.Shown}: the reader hangs and cannot be stopped; the camera is opened again when the reader returns");
        }
        finally
        {
            // Forget the reader, so that a failure to close it is reported only once.
            if (closing.IsCompleted)
                _closing = Task.CompletedTask;
        }
    }

    private void BecomeLive(Frame frame, IDisposable slot)
    {
        var (now, before) = (_time.GetTimestamp(), _status);
        _live = (_live?.First ?? now, now);
        if (before.State == CameraState.Live)
            return;
        slot.Dispose();
        // Its frames are analysed, but a camera that flaps stays offline until it has held.
        if (_time.GetElapsedTime(_live.Value.First, now) < _flapping.Hold)
            return;
        Become(CameraState.Live, "");
        if (before.State == CameraState.Stalled)
            report.Resumed(_time.GetUtcNow() - before.Since);
        else
            report.Live(frame, before.Generation);
    }

    private void GoStalled()
    {
        report.Stalled();
        var reason = FormattableString.Invariant($"{camera.Source.Shown}: no frame for {deadlines.Due.TotalSeconds:0.#} s");
        _status = new(CameraState.Stalled, _status.Generation, reason, _time.GetUtcNow() - deadlines.Due);
    }

    private void GoOffline(Exception error, TimeSpan? wait)
    {
        Become(CameraState.Offline, ConnectionReport.ReasonOf(camera, error));
        report.Offline(error, wait);
    }

    private void Become(CameraState state, string reason) => _status = new(state, _status.Generation, reason, _time.GetUtcNow());
}
