// Runs the window graph of a bundle in ONNX Runtime.
using Microsoft.ML.OnnxRuntime;
using StreamActions.Core.Bundles;

namespace StreamActions.Worker.Inference;

/// <summary>The video part of an opened bundle.</summary>
internal interface IOnnxVideo : IDisposable
{
    /// <summary>The encoder that runs it.</summary>
    IVideoEncoder Encoder(EncoderSettings settings);

    /// <summary>Runs packed clips, uint8 RGB [clips, T, S, S, 3].</summary>
    ClipOutputs RunClips(byte[] clips);
}

/// <summary>A session of a window graph and its lanes. Takes over the session. Thread safe.</summary>
internal sealed class OnnxWindowModel(InferenceSession session, ModelManifest manifest, int maxBatch) : IOnnxVideo, IWindowModel
{
    private readonly List<OnnxWindowLane> _lanes = [];
    private bool _disposed;

    /// <inheritdoc/>
    public IVideoEncoder Encoder(EncoderSettings settings) => new WindowedEncoder(this, manifest.Clip, settings);

    /// <inheritdoc/>
    public IModelLane OpenLane(int maxBatch) => Open(maxBatch);

    /// <inheritdoc/>
    public ClipOutputs RunClips(byte[] clips)
    {
        var clipBytes = manifest.Clip.ClipBytes;
        List<float[]> embeddings = [], logits = [];
        using var lane = Open(maxBatch);
        foreach (var batch in clips.Chunk(lane.MaxBatch * clipBytes))
        {
            var output = lane.Run(batch);
            for (var i = 0; i < batch.Length / clipBytes; i++)
            {
                embeddings.Add(output.Embedding(i).ToArray());
                logits.Add(output.ClassLogits(i).ToArray());
            }
        }
        return new(embeddings, logits);
    }

    /// <summary>Ends the runs of all lanes that are under way, waits for them, and frees everything.</summary>
    public void Dispose()
    {
        OnnxWindowLane[] lanes;
        lock (_lanes)
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
        session.Dispose();
    }

    private OnnxWindowLane Open(int most)
    {
        lock (_lanes)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            OnnxWindowLane lane = new(session, manifest, most, Forget);
            _lanes.Add(lane);
            return lane;
        }
    }

    private void Forget(OnnxWindowLane lane)
    {
        lock (_lanes)
            _lanes.Remove(lane);
    }
}
