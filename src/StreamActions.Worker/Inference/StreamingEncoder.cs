// The encoder for causal and per-frame models: encodes each frame once and keeps a state for each view.
using StreamActions.Core.Bundles;
using StreamActions.Worker.Views;

namespace StreamActions.Worker.Inference;

/// <summary>Runs frames as they come. A step is a frame. Frames that wait are encoded together, in order.</summary>
/// <param name="model">Runs the frames.</param>
/// <param name="manifest">Shapes of frames and outputs.</param>
/// <param name="settings">Stride, batch size, and how many frames wait.</param>
internal sealed class StreamingEncoder(IStreamModel model, ModelManifest manifest, EncoderSettings settings) : IVideoEncoder
{
    /// <inheritdoc/>
    public bool RunsEveryFrame => true;

    /// <inheritdoc/>
    public WindowNeeds Needs => WindowNeeds.Of(manifest.Clip, settings.Stride);

    /// <inheritdoc/>
    public TokenCount Tokens => model.Tokens;

    /// <inheritdoc/>
    public EncoderSlot Open(View view) => new StreamSlot(manifest.Clip, settings.Stride, settings.MostWaiting, model.OpenStream());

    /// <inheritdoc/>
    public EncoderLane OpenLane() => new Lane(
        model.OpenLane(settings.MaxBatch), settings.MaxBatch * settings.MostWaiting, manifest.EmbeddingWidth, manifest.Labels.Count);

    // The outputs of a batch are copied: a step of several frames runs its stream several times.
    private sealed class Lane(IStreamLane model, int mostWindows, int width, int classes) : EncoderLane
    {
        private readonly List<StreamInput> _inputs = [];
        private readonly List<StreamStep> _steps = [];
        private readonly float[] _embeddings = new float[mostWindows * width], _logits = new float[mostWindows * classes];
        private int _windows;

        public override void Encode(IReadOnlyList<EncoderStep> batch, ICollection<(EncoderStep Step, Observation Observation)> due)
        {
            _windows = 0;
            // The n-th frames of all steps make one run: a run has one frame of each stream.
            for (var n = 0; ; n++)
            {
                _inputs.Clear();
                _steps.Clear();
                for (var i = 0; i < batch.Count; i++)
                {
                    var step = (StreamStep)batch[i];
                    if (n >= step.Frames.Count)
                        continue;
                    var frame = step.Frames[n];
                    _inputs.Add(new(step.Slot.Stream, frame.Frame, frame.Starts, frame.Skipped));
                    _steps.Add(step);
                }
                if (_inputs.Count == 0)
                    return;
                var output = Run(batch);
                for (var i = 0; i < _steps.Count; i++)
                {
                    if (_steps[i].Frames[n].IsDue)
                        due.Add((_steps[i], Observe(_steps[i].Frames[n], output, i)));
                }
            }
        }

        public override void Dispose() => model.Dispose();

        // After a failure, the frames of the batch that were not encoded are lost.
        private BatchOutput Run(IReadOnlyList<EncoderStep> batch)
        {
            try
            {
                return model.Run(_inputs);
            }
            catch
            {
                foreach (var step in batch)
                    ((StreamStep)step).Slot.Stream.Interrupt();
                throw;
            }
        }

        private Observation Observe(StreamFrame frame, BatchOutput output, int row)
        {
            var (embedding, logits) = (_embeddings.AsMemory(_windows * width, width), _logits.AsMemory(_windows * classes, classes));
            _windows++;
            output.Embedding(row).CopyTo(embedding);
            output.ClassLogits(row).CopyTo(logits);
            return new(frame.Frame.View, frame.From, frame.Frame.CapturedAt, frame.Frame.ArrivedAt, embedding, logits);
        }
    }
}
