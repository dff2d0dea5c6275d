// Frames of views in; steps to the encoder queue, or observations of still windows to the alerts.
using StreamActions.Worker.Telemetry;
using StreamActions.Worker.Views;

namespace StreamActions.Worker.Inference;

/// <summary>The camera's side of the encoder.</summary>
/// <param name="encoder">Makes the slots.</param>
/// <param name="queue">Takes the steps that need the network.</param>
/// <param name="observations">Takes the still ones.</param>
/// <param name="status">Whether a view's alerts are busy.</param>
/// <param name="metrics">Counts still windows.</param>
internal sealed class EncoderStage(
    IVideoEncoder encoder, EncoderQueue queue, IObservationSink observations, IViewStatus status, WorkerMetrics metrics) : IViewEncoding
{
    /// <inheritdoc/>
    public IViewSlot Open(View view, bool waits)
    {
        var slot = encoder.Open(view);
        return waits ? new WaitingSlot(this, view.Camera, slot) : new LiveSlot(this, slot);
    }

    /// <inheritdoc/>
    public async ValueTask UnseenAsync(string camera, DateTimeOffset at, bool waits, CancellationToken cancellation)
    {
        if (waits)
            await queue.DrainedAsync(camera, cancellation).ConfigureAwait(false);
        observations.Unseen(camera, at);
        if (waits)
            await observations.SettledAsync(camera).WaitAsync(cancellation).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task EndAsync(string camera, CancellationToken cancellation)
    {
        await queue.DrainedAsync(camera, cancellation).ConfigureAwait(false);
        observations.Finish(camera);
        await observations.SettledAsync(camera).WaitAsync(cancellation).ConfigureAwait(false);
    }

    private void ObserveStill(EncoderStep step)
    {
        observations.Observe(Observation.Still(step.View, step.From, step.To, step.ArrivedAt));
        metrics.Still(step.View.Camera);
        step.Dispose();
    }

    // A live camera never waits: the queue drops what the encoder cannot keep up with.
    private sealed class LiveSlot(EncoderStage stage, EncoderSlot slot) : IViewSlot
    {
        public ValueTask PushAsync(ViewFrame frame, CancellationToken cancellation)
        {
            if (slot.Push(frame) is not { } step)
                return ValueTask.CompletedTask;
            if (slot.IsStill(step, stage.Status))
                stage.ObserveStill(step);
            else
                stage.Queue.Post(step);
            return ValueTask.CompletedTask;
        }

        public void Restart() => slot.Restart();

        public void Dispose() => slot.Dispose();
    }

    // A recording at pace: fast waits for the encoder and for the store: nothing is dropped, and a replay decides the same in the same order.
    private sealed class WaitingSlot(EncoderStage stage, string camera, EncoderSlot slot) : IViewSlot
    {
        public ValueTask PushAsync(ViewFrame frame, CancellationToken cancellation) =>
            slot.Push(frame) is { } step ? new(HandOnAsync(step, cancellation)) : ValueTask.CompletedTask;

        public void Restart() => slot.Restart();

        public void Dispose() => slot.Dispose();

        private async Task HandOnAsync(EncoderStep step, CancellationToken cancellation)
        {
            bool still;
            try
            {
                await stage.Observations.SettledAsync(camera).WaitAsync(cancellation).ConfigureAwait(false);
                // Whether a window is skipped depends on the decisions before it.
                if (slot.MayBeStill(step))
                {
                    await stage.Queue.DrainedAsync(camera, cancellation).ConfigureAwait(false);
                    await stage.Observations.SettledAsync(camera).WaitAsync(cancellation).ConfigureAwait(false);
                }
                still = slot.IsStill(step, stage.Status);
            }
            catch
            {
                step.Dispose();
                throw;
            }
            if (still)
                stage.ObserveStill(step);
            else
                await stage.Queue.PostWaitingAsync(step, cancellation).ConfigureAwait(false);
        }
    }

    private EncoderQueue Queue => queue;

    private IObservationSink Observations => observations;

    private IViewStatus Status => status;
}
