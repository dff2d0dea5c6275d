// Runs the stream graph of a bundle in ONNX Runtime.
using Microsoft.ML.OnnxRuntime;
using StreamActions.Core.Bundles;

namespace StreamActions.Worker.Inference;

/// <summary>A session of a stream graph, its lanes and its streams. Takes over the session. Thread safe.</summary>
internal sealed class OnnxStreamModel(InferenceSession session, ModelManifest manifest) : IOnnxVideo, IStreamModel
{
    private readonly List<OnnxStreamLane> _lanes = [];
    private readonly List<OnnxStream> _streams = [];
    private readonly Lock _lock = new();
    private bool _disposed;

    /// <inheritdoc/>
    public IVideoEncoder Encoder(EncoderSettings settings) => new StreamingEncoder(this, manifest, settings);

    /// <inheritdoc/>
    public IModelStream OpenStream() => Open();

    /// <inheritdoc/>
    public IStreamLane OpenLane(int maxBatch)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            OnnxStreamLane lane = new(manifest, maxBatch, Forget);
            _lanes.Add(lane);
            return lane;
        }
    }

    /// <summary>Runs each clip as a stream of its own: the outputs of its last frame are those of the clip.</summary>
    public ClipOutputs RunClips(byte[] clips)
    {
        using EndableRun run = new();
        using var stream = Open();
        List<float[]> embeddings = [], logits = [];
        foreach (var clip in clips.Chunk(manifest.Clip.ClipBytes))
        {
            var starts = true;
            foreach (var frame in clip.Chunk(manifest.Clip.FrameBytes))
            {
                stream.Step(frame, starts, 0, run);
                starts = false;
            }
            embeddings.Add(stream.Embedding.ToArray());
            logits.Add(stream.ClassLogits.ToArray());
        }
        return new(embeddings, logits);
    }

    /// <summary>Ends the runs of all lanes that are under way, waits for them, and frees everything.</summary>
    public void Dispose()
    {
        OnnxStreamLane[] lanes;
        lock (_lock)
        {
            if (_disposed)
                return;
            _disposed = true;
            lanes = [.. _lanes];
        }
        foreach (var lane in lanes)
            lane.Terminate();
        foreach (var lane in lanes)
            lane.Dispose();
        // No lane runs any more, so the streams of views that are still open can go.
        OnnxStream[] streams;
        lock (_lock)
            streams = [.. _streams];
        foreach (var stream in streams)
            stream.Dispose();
        session.Dispose();
    }

    private OnnxStream Open()
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            OnnxStream stream = new(session, manifest, Forget);
            _streams.Add(stream);
            return stream;
        }
    }

    private void Forget(OnnxStreamLane lane)
    {
        lock (_lock)
            _lanes.Remove(lane);
    }

    private void Forget(OnnxStream stream)
    {
        lock (_lock)
            _streams.Remove(stream);
    }
}
