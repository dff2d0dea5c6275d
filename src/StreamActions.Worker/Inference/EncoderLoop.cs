// The encoder's thread: takes batches from the queue and hands observations to the alerts.
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using StreamActions.Worker.Telemetry;

namespace StreamActions.Worker.Inference;

/// <summary>
/// Takes batches, encodes them and hands on the observations. It counts a failed batch and continues with the next. It never waits for the
/// store. Stopping encodes the waiting steps first, for <see cref="Grace"/> at most. Stop the cameras before it.
/// </summary>
internal sealed partial class EncoderLoop(
    EncoderQueue queue, IVideoEncoder encoder, IObservationSink observations, WorkerMetrics metrics, TimeProvider time,
    ILogger<EncoderLoop> logger)
    : IHostedService
{
    /// <summary>The longest time that stopping may take. The sinks stop later and need the rest of the host's time-out.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(3);

    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly LogThrottle _throttle = new(time, TimeSpan.FromSeconds(30));
    private readonly List<(EncoderStep Step, Observation Observation)> _due = [];
    private volatile bool _abandoned;
    private bool _started;

    /// <summary>Starts the thread. Not a thread of the pool: a run blocks for a long time, and the cameras need the pool.</summary>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _started = true;
        new Thread(() =>
        {
#pragma warning disable VSTHRD002 // This thread only encodes, and it has no synchronisation context.
            while (!_abandoned && queue.TakeAsync(CancellationToken.None).GetAwaiter().GetResult() is { Count: > 0 } batch)
#pragma warning restore VSTHRD002
                Work(batch);
            _over.SetResult();
        })
        { IsBackground = true, Name = "encoder" }.Start();
        return Task.CompletedTask;
    }

    /// <summary>
    /// Encodes the waiting steps. After <see cref="Grace"/> it drops them and leaves the encoder to its last batch. Never throws.
    /// </summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        queue.Complete();
        if (!_started)
            return;
        try
        {
            await _over.Task.WaitAsync(Grace, time, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            _abandoned = true;
            queue.Abandon();
            LogAbandoned();
        }
    }

    private void Work(IReadOnlyList<EncoderStep> batch)
    {
        try
        {
            Encode(batch);
        }
        catch (Exception e)
        {
            Failed(batch, e.Message);
        }
        finally
        {
            foreach (var step in batch)
                step.Dispose();
            queue.Done(batch);
        }
    }

    private void Encode(IReadOnlyList<EncoderStep> batch)
    {
        var started = time.GetTimestamp();
        _due.Clear();
        encoder.Encode(batch, _due);
        metrics.Batch(batch.Count, time.GetElapsedTime(started));
        List<EncoderStep>? failed = null;
        foreach (var (step, observation) in _due)
        {
            if (!observation.IsFinite())
            {
                (failed ??= []).Add(step);
                continue;
            }
            observations.Observe(observation);
            step.Decided();
        }
        if (failed is not null)
            Failed(failed, "model output contains NaN or infinity");
        else if (_throttle.Recovered())
            LogRecovered();
    }

    private void Failed(IReadOnlyList<EncoderStep> steps, string reason)
    {
        foreach (var step in steps)
            metrics.Dropped(step.View.Camera, "failed", 1);
        if (_throttle.ShouldLog(out var suppressed))
            LogFailed(steps.Count, reason.ReplaceLineEndings(" "), suppressed);
    }

    [LoggerMessage(Level = LogLevel.Error,
        Message = "Inference failed for {Windows} windows: {Reason}. The worker continues with the next windows "
            + "({Suppressed} more failures since the last such line)")]
    private partial void LogFailed(int windows, string reason, int suppressed);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Stopped before all windows were analysed: inference takes too long")]
    private partial void LogAbandoned();

    [LoggerMessage(Level = LogLevel.Information, Message = "Inference works again")]
    private partial void LogRecovered();
}
