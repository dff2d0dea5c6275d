// The encoder for window models: at each stride, it runs the network on the last T frames of a view.
using StreamActions.Core.Clips;
using StreamActions.Worker.Views;

namespace StreamActions.Worker.Inference;

/// <summary>
/// Runs windows of T frames. A step is a window. A newer window replaces a waiting one. The motion gate skips still windows.
/// </summary>
/// <param name="model">Runs the windows.</param>
/// <param name="clip">Frames of a window, and the time between them.</param>
/// <param name="settings">Stride and batch size.</param>
internal sealed class WindowedEncoder(IWindowModel model, ClipSpec clip, EncoderSettings settings) : IVideoEncoder
{
    /// <inheritdoc/>
    public bool RunsEveryFrame => false;

    /// <inheritdoc/>
    public WindowNeeds Needs => WindowNeeds.Of(clip, settings.Stride);

    /// <inheritdoc/>
    public EncoderSlot Open(View view) => new WindowSlot(clip, settings.Stride);

    /// <inheritdoc/>
    public EncoderLane OpenLane() => new Lane(model.OpenLane(settings.MaxBatch), settings.MaxBatch);

    private sealed class Lane(IModelLane model, int maxBatch) : EncoderLane
    {
        private readonly List<FrameWindow> _windows = new(maxBatch);

        public override void Encode(IReadOnlyList<EncoderStep> batch, ICollection<(EncoderStep Step, Observation Observation)> due)
        {
            _windows.Clear();
            for (var i = 0; i < batch.Count; i++)
                _windows.Add(((WindowStep)batch[i]).Window);
            var output = model.Run(_windows);
            for (var i = 0; i < batch.Count; i++)
            {
                var step = batch[i];
                due.Add((step, new(step.View, step.From, step.To, step.ArrivedAt, output.Embedding(i), output.ClassLogits(i))));
            }
        }

        public override void Dispose() => model.Dispose();
    }
}
