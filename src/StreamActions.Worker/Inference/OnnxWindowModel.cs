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
/// <param name="session">The session.</param>
/// <param name="manifest">Shapes of inputs and outputs.</param>
/// <param name="gpu">Whether the session runs on a GPU.</param>
internal sealed class OnnxWindowModel(InferenceSession session, ModelManifest manifest, bool gpu) : IOnnxVideo, IWindowModel
{
    private readonly OpenParts<OnnxWindowLane> _lanes = new();

    /// <inheritdoc/>
    public IVideoEncoder Encoder(EncoderSettings settings) => new WindowedEncoder(this, manifest.Clip, settings);

    /// <inheritdoc/>
    public IModelLane OpenLane(int maxBatch) => Open(maxBatch);

    /// <summary>Runs the clips one after another, through one binding: a binding that kept its first input would be found.</summary>
    public ClipOutputs RunClips(byte[] clips)
    {
        List<float[]> embeddings = [], logits = [];
        using var lane = Open(maxBatch: 1);
        foreach (var clip in clips.Chunk(manifest.Clip.ClipBytes))
        {
            var output = lane.Run(clip);
            embeddings.Add(output.Embedding(0).ToArray());
            logits.Add(output.ClassLogits(0).ToArray());
        }
        return new(embeddings, logits);
    }

    /// <summary>Ends the runs of all lanes that are under way, waits for them, and frees everything.</summary>
    public void Dispose()
    {
        var lanes = _lanes.Close();
        foreach (var lane in lanes)
            lane.Terminate();
        foreach (var lane in lanes)
            lane.Dispose();
        session.Dispose();
    }

    private OnnxWindowLane Open(int maxBatch) => _lanes.Open(closed => new(session, manifest, maxBatch, gpu, closed));
}
