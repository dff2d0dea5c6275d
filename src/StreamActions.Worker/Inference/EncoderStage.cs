// Turns the frames of views into steps. Steps go to the encoder queue; still windows go straight to the alerts.
using StreamActions.Worker.Telemetry;
using StreamActions.Worker.Views;

namespace StreamActions.Worker.Inference;

/// <summary>The part of the encoder that runs on the cameras' tasks.</summary>
/// <param name="encoder">Makes the slots.</param>
/// <param name="queue">Takes the steps that need the network.</param>
/// <param name="observations">Takes the observations of still windows.</param>
/// <param name="status">Knows whether a view's alerts are busy.</param>
/// <param name="sampling">Skips steps of live cameras when inference is at its limit.</param>
/// <param name="metrics">Counts still windows.</param>
internal sealed class EncoderStage(
    IVideoEncoder encoder, EncoderQueue queue, IObservationSink observations, IViewStatus status, SamplingControl sampling,
    WorkerMetrics metrics) : IViewEncoding
{
    /// <inheritdoc/>
    public IViewSlot Open(View view, bool waits)
    {
        var slot = encoder.Open(view);
        return waits ? new WaitingSlot(this, view.Camera, slot) : new LiveSlot(this, view, slot);
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

    private void SkipStill(EncoderSlot slot, EncoderStep step)
    {
        slot.Skip(step, observed: true);
        if (step.IsDue)
        {
            observations.Observe(Observation.Still(step.View, step.From, step.To, step.ArrivedAt));
            metrics.Still(step.View.Camera);
            queue.Count(step.View, WindowOutcome.Still);
        }
        step.Dispose();
    }

    private void PostLive(EncoderSlot slot, EncoderStep step)
    {
        if (sampling.Takes(step.View))
        {
            queue.Post(step);
            return;
        }
        slot.Skip(step, observed: false);
        step.Dispose();
    }

    // A live camera never waits: its windows are thinned when inference is at its limit. A still window costs nothing and is not thinned.
    private sealed class LiveSlot(EncoderStage stage, View view, EncoderSlot slot) : IViewSlot
    {
        public ValueTask PushAsync(ViewFrame frame, CancellationToken cancellation)
        {
            if (slot.Push(frame) is not { } step)
                return ValueTask.CompletedTask;
            if (slot.IsStill(step, stage.Status))
                stage.SkipStill(slot, step);
            else
                stage.PostLive(slot, step);
            stage.Queue.Count(view, WindowOutcome.Thinned, slot.TakeLost());
            return ValueTask.CompletedTask;
        }

        public void Restart() => slot.Restart();

        public void Dispose() => slot.Dispose();
    }

    // A recording at pace: fast waits for the encoder and for the store: no window is dropped, and each replay makes the same decisions.
    private sealed class WaitingSlot(EncoderStage stage, string camera, EncoderSlot slot) : IViewSlot
    {
        public ValueTask PushAsync(ViewFrame frame, CancellationToken cancellation) =>
            slot.Push(frame) is { } step ? new(EncodeAsync(step, cancellation)) : ValueTask.CompletedTask;

        public void Restart() => slot.Restart();

        public void Dispose() => slot.Dispose();

        private async Task EncodeAsync(EncoderStep step, CancellationToken cancellation)
        {
            bool still;
            try
            {
                await stage.Observations.SettledAsync(camera).WaitAsync(cancellation).ConfigureAwait(false);
                // Whether a window can be skipped depends on the decisions before it.
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
                stage.SkipStill(slot, step);
            else
                await stage.Queue.PostWaitingAsync(step, cancellation).ConfigureAwait(false);
        }
    }

    private EncoderQueue Queue => queue;

    private IObservationSink Observations => observations;

    private IViewStatus Status => status;
}
