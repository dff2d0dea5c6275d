// One lane of the stream graph on the CPU: runs the frames of its batch one after another.
using StreamActions.Core.Bundles;

namespace StreamActions.Worker.Inference;

/// <summary>Runs frames of streams. A batch gains nothing on a CPU, so each frame is a run of its own, on its stream's buffers.</summary>
/// <param name="manifest">Widths of the outputs.</param>
/// <param name="maxBatch">Most streams in one call.</param>
/// <param name="count">Counts the tokens of a frame.</param>
/// <param name="closed">Called when the lane is disposed.</param>
internal sealed class OnnxStreamLane(ModelManifest manifest, int maxBatch, Action<TokenCount> count, Action<OnnxStreamLane> closed)
    : IStreamLane
{
    private readonly EndableRun _run = new();
    private readonly float[] _embeddings = new float[maxBatch * manifest.EmbeddingWidth];
    private readonly float[] _logits = new float[maxBatch * manifest.Labels.Count];

    // Held while a call touches streams: their buffers are freed only after the lane has ended.
    private readonly Lock _calling = new();
    private bool _disposed;

    /// <inheritdoc/>
    public BatchOutput Run(IReadOnlyList<StreamInput> inputs)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(inputs.Count, maxBatch);
        using var calling = _calling.EnterScope();
        ObjectDisposedException.ThrowIf(_disposed, this);
        var (width, classes) = (manifest.EmbeddingWidth, manifest.Labels.Count);
        for (var i = 0; i < inputs.Count; i++)
        {
            var input = inputs[i];
            var stream = (OnnxStream)input.Stream;
            stream.Step(input.Frame.Pixels, input.Starts, input.Skipped, _run);
            count(stream.Tokens);
            stream.Embedding.CopyTo(_embeddings.AsSpan(i * width));
            stream.ClassLogits.CopyTo(_logits.AsSpan(i * classes));
        }
        return new(_embeddings, _logits, width, classes);
    }

    /// <summary>Ends a run that is under way, without waiting for it. No further run starts.</summary>
    public void Terminate() => _run.Terminate();

    /// <summary>Ends a run that is under way and waits for it.</summary>
    public void Dispose()
    {
        _run.Terminate();
        using (_calling.EnterScope())
        {
            if (_disposed)
                return;
            _disposed = true;
            _run.Dispose();
        }
        closed(this);
    }
}
