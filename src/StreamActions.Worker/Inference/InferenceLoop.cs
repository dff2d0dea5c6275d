// Batches through the network, outputs to the decider.
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using StreamActions.Worker.Batches;
using StreamActions.Worker.Decisions;
using StreamActions.Worker.Telemetry;
using StreamActions.Worker.Windows;

namespace StreamActions.Worker.Inference;

/// <summary>Takes batches, runs them, hands each window's outputs to the decider. A batch that fails is counted; the next one is tried.</summary>
internal sealed partial class InferenceLoop(
    BatchCollector collector, IActionModel model, Decider decider, WorkerMetrics metrics, TimeProvider time, ILogger<InferenceLoop> logger) : BackgroundService
{
    private static readonly TimeSpan FailureLineEvery = TimeSpan.FromSeconds(30);
    private long _lastFailureLine;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        while (!stoppingToken.IsCancellationRequested)
        {
            IReadOnlyList<FrameWindow> batch;
            try
            {
                batch = await collector.TakeAsync(stoppingToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            try
            {
                await RunAsync(batch).ConfigureAwait(false);
            }
            catch (Exception e)
            {
                Failed(batch.Count, e);
            }
            finally
            {
                foreach (var window in batch)
                    window.Dispose();
                collector.Done(batch);
            }
        }
    }

    private async Task RunAsync(IReadOnlyList<FrameWindow> batch)
    {
        var started = time.GetTimestamp();
        var output = model.Run(batch);
        metrics.Batch(batch.Count, time.GetElapsedTime(started));
        for (var i = 0; i < batch.Count; i++)
        {
            var window = batch[i];
            if (!IsFinite(output.Embedding(i)) || !IsFinite(output.ClassLogits(i)))
            {
                Failed(1, new InvalidOperationException($"the network gave no number for a window of {window.View}"));
                continue;
            }
            await decider.DecideAsync(window.View, new(window.From, window.To), window.ArrivedAt, output.Embedding(i), output.ClassLogits(i)).ConfigureAwait(false);
        }
    }

    private static bool IsFinite(ReadOnlySpan<float> values) => System.Numerics.Tensors.TensorPrimitives.IsFiniteAll(values);

    private void Failed(int windows, Exception error)
    {
        metrics.BatchFailed(windows);
        if (_lastFailureLine != 0 && time.GetElapsedTime(_lastFailureLine) < FailureLineEvery)
            return;
        _lastFailureLine = time.GetTimestamp();
        LogFailed(windows, error.Message);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Inference failed for {Windows} windows: {Reason}; the next ones are tried")]
    private partial void LogFailed(int windows, string reason);
}
