// Batches through the network, outputs to the decider.
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using StreamActions.Worker.Batches;
using StreamActions.Worker.Decisions;
using StreamActions.Worker.Telemetry;
using StreamActions.Worker.Windows;

namespace StreamActions.Worker.Inference;

/// <summary>
/// Takes batches, runs them, hands each window's outputs to the decider. A batch that fails is counted; the next one is tried. Stopping finishes the
/// windows that wait, as far as <see cref="Grace"/> goes: stop the cameras first.
/// </summary>
internal sealed partial class InferenceLoop(
    BatchCollector collector, IActionModel model, Decider decider, WorkerMetrics metrics, TimeProvider time, ILogger<InferenceLoop> logger) : IHostedService
{
    /// <summary>How long stopping may take: the sinks, which stop later, need the rest of the host's patience.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(3);

    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly LogThrottle _outage = new(time, TimeSpan.FromSeconds(30));
    private volatile bool _abandoned;
    private bool _started;

    /// <summary>Starts the thread that runs the network: a run holds it for long, and the pool's threads belong to the cameras.</summary>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _started = true;
        new Thread(() =>
        {
            while (!_abandoned && collector.TakeAsync(CancellationToken.None).GetAwaiter().GetResult() is { Count: > 0 } batch)
                WorkOff(batch);
            _over.SetResult();
        })
        { IsBackground = true, Name = "inference" }.Start();
        return Task.CompletedTask;
    }

    /// <summary>Finishes the windows that wait. Never fails: a network too slow for it is left alone with its last batch.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        collector.Complete();
        if (!_started)
            return;
        try
        {
            await _over.Task.WaitAsync(Grace, time, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            _abandoned = true;
            collector.Abandon();
            LogAbandoned();
        }
    }

    private void WorkOff(IReadOnlyList<FrameWindow> batch)
    {
        try
        {
            RunAsync(batch).GetAwaiter().GetResult();
        }
        catch (Exception e)
        {
            Failed(batch, e.Message);
        }
        finally
        {
            foreach (var window in batch)
                window.Dispose();
            collector.Done(batch);
        }
    }

    private Task RunAsync(IReadOnlyList<FrameWindow> batch)
    {
        var started = time.GetTimestamp();
        var output = model.Run(batch);
        metrics.Batch(batch.Count, time.GetElapsedTime(started));
        var decisions = new Task[batch.Count];
        List<FrameWindow> failed = [];
        for (var i = 0; i < batch.Count; i++)
        {
            var window = batch[i];
            var finite = IsFinite(output.Embedding(i)) && IsFinite(output.ClassLogits(i));
            decisions[i] = finite
                ? decider.DecideAsync(window.View, new(window.From, window.To), window.ArrivedAt, output.Embedding(i), output.ClassLogits(i))
                : Task.CompletedTask;
            if (!finite)
                failed.Add(window);
        }
        if (failed.Count > 0)
            Failed(failed, "the network's outputs are no numbers");
        else if (_outage.Recovered())
            LogWorks();
        // The events of a batch share the store's commits.
        return Task.WhenAll(decisions);
    }

    // A model without classes has no logits.
    private static bool IsFinite(ReadOnlySpan<float> values) => values.IsEmpty || System.Numerics.Tensors.TensorPrimitives.IsFiniteAll(values);

    private void Failed(IReadOnlyList<FrameWindow> windows, string reason)
    {
        foreach (var window in windows)
            metrics.Dropped(window.View.Camera, "failed", 1);
        if (_outage.ShouldLog(out var silent))
            LogFailed(windows.Count, reason.ReplaceLineEndings(" "), silent);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Inference failed for {Windows} windows: {Reason}; the next ones are tried ({Silent} more failures since the last such line)")]
    private partial void LogFailed(int windows, string reason, int silent);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Stopped before all windows were analysed: inference takes too long")]
    private partial void LogAbandoned();

    [LoggerMessage(Level = LogLevel.Information, Message = "Inference works again")]
    private partial void LogWorks();
}
