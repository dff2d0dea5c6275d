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
/// <param name="slots">Shared by the fleet: whose turn it is to be opened.</param>
/// <param name="deadlines">How long frames may stay away.</param>
/// <param name="sight">Gives each frame its time.</param>
/// <param name="report">Told what happens.</param>
/// <param name="time">The clock.</param>
/// <param name="random">Spreads the attempts of many cameras.</param>
/// <param name="once">True when nobody waits for a recording that fails: its first failure is its end.</param>
internal sealed class CameraConnection(
    CameraOptions camera, FrameSourceFactory open, OpeningSlots slots, ReaderDeadlines deadlines, CameraSight sight, ConnectionReport report, TimeProvider time, Random random, bool once)
{
    /// <summary>How long a reader may take to close before the camera goes on without it.</summary>
    internal static readonly TimeSpan ClosePatience = TimeSpan.FromSeconds(1);

    private readonly bool _once = once && camera.Source.Kind == SourceKind.File;
    private readonly Backoff _backoff = new();
    private volatile CameraStatus _status = new(camera.Enabled ? CameraState.Connecting : CameraState.Disabled, 0, "", time.GetUtcNow());
    private Task _closing = Task.CompletedTask;
    private (long First, long Last)? _live;

    /// <summary>How it is.</summary>
    public CameraStatus Status => _status;

    /// <summary>Runs until cancelled, or until a recording is over; returns at once when the camera is disabled.</summary>
    /// <param name="take">Takes each frame; it is given back afterwards.</param>
    /// <param name="finish">Awaited after the last frame of a recording, before it is said to be over.</param>
    /// <param name="cancellation">Stops.</param>
    public async Task RunAsync(Func<ReceivedFrame, CancellationToken, Task> take, Func<CancellationToken, Task> finish, CancellationToken cancellation)
    {
        if (!camera.Enabled)
        {
            report.Disabled();
            return;
        }
        try
        {
            await Retry(cancellation).ExecuteAsync(async token => await OpenAndReadAsync(take, token).ConfigureAwait(false), cancellation).ConfigureAwait(false);
            await finish(cancellation).ConfigureAwait(false);
            Become(CameraState.Ended, "");
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
                var liveFor = _live is { } live ? time.GetElapsedTime(live.First, live.Last) : TimeSpan.Zero;
                _live = null;
                return ValueTask.FromResult<TimeSpan?>(_backoff.Next(liveFor, random.NextDouble()));
            },
            OnRetry = async arguments => await GoOfflineAsync(arguments.Outcome.Exception!, arguments.RetryDelay).ConfigureAwait(false),
        })
        .Build();

    private async Task OpenAndReadAsync(Func<ReceivedFrame, CancellationToken, Task> take, CancellationToken cancellation)
    {
        await ClosedAsync(cancellation).ConfigureAwait(false);
        using var slot = await slots.EnterAsync(cancellation).ConfigureAwait(false);
        _status = new(CameraState.Connecting, _status.Generation + 1, _status.Reason, time.GetUtcNow());
        var source = open(camera);
        WatchedReader reader = new(source, camera.Source.Shown, deadlines, GoStalled, time, cancellation);
        try
        {
            while (await reader.NextAsync().ConfigureAwait(false) is { } frame)
            {
                using (frame)
                {
                    var at = sight.Stamp(frame, out var jumped);
                    await SeenAsync(frame, slot).ConfigureAwait(false);
                    await take(new(frame, at, jumped, _status.Generation, source), cancellation).ConfigureAwait(false);
                }
            }
        }
        finally
        {
            _closing = reader.CloseAsync();
            await Task.WhenAny(_closing, Task.Delay(ClosePatience, time, CancellationToken.None)).ConfigureAwait(false);
        }
        if (camera.Source.Kind != SourceKind.File)
            throw new SourceException(SourceFailure.Ended, $"{camera.Source.Shown}: the stream ended");
    }

    // At most one reader of a camera hangs: the next one waits for it, or every reopening would leave a thread behind.
    private async Task ClosedAsync(CancellationToken cancellation)
    {
        if (!_closing.IsCompleted)
            report.Hangs();
        var closing = _closing;
        try
        {
            await closing.WaitAsync(deadlines.Start, time, cancellation).ConfigureAwait(false);
        }
        catch (TimeoutException) when (!closing.IsCompleted)
        {
            throw new SourceException(SourceFailure.TimedOut, $"{camera.Source.Shown}: its reader hangs and cannot be stopped; it is opened again when that returns");
        }
        finally
        {
            // Failing to close is a failure too, told once.
            if (closing.IsCompleted)
                _closing = Task.CompletedTask;
        }
    }

    private async Task SeenAsync(Frame frame, IDisposable slot)
    {
        var (now, before) = (time.GetTimestamp(), _status);
        _live = (_live?.First ?? now, now);
        if (before.State == CameraState.Live)
            return;
        slot.Dispose();
        Become(CameraState.Live, "");
        if (before.State == CameraState.Stalled)
            report.GoesOn(time.GetUtcNow() - before.Since);
        else
            await report.LiveAsync(frame, before.Generation).ConfigureAwait(false);
    }

    private void GoStalled()
    {
        report.Stalled();
        _status = new(CameraState.Stalled, _status.Generation, FormattableString.Invariant($"{camera.Source.Shown}: no frame for {deadlines.Due.TotalSeconds:0.#} s"), time.GetUtcNow() - deadlines.Due);
    }

    private async Task GoOfflineAsync(Exception error, TimeSpan? wait)
    {
        Become(CameraState.Offline, ConnectionReport.ReasonOf(camera, error));
        await report.OfflineAsync(error, wait).ConfigureAwait(false);
    }

    private void Become(CameraState state, string reason) => _status = new(state, _status.Generation, reason, time.GetUtcNow());
}
