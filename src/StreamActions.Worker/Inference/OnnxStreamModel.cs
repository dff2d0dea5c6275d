// Runs the stream graph of a bundle in ONNX Runtime.
using Microsoft.ML.OnnxRuntime;
using StreamActions.Core.Bundles;

namespace StreamActions.Worker.Inference;

/// <summary>A session of a stream graph, its lanes and its streams. Takes over the session. Thread safe.</summary>
/// <param name="session">The session.</param>
/// <param name="manifest">States and shapes.</param>
/// <param name="gpu">Whether the session runs on a GPU.</param>
/// <param name="reuse">When a token is encoded again, for a reuse graph; null for a stream graph.</param>
internal sealed class OnnxStreamModel(InferenceSession session, ModelManifest manifest, bool gpu, ReuseRule? reuse = null)
    : IOnnxVideo, IStreamModel
{
    private long _encoded, _reused;

    private readonly OpenParts<OnnxStreamLane> _lanes = new();
    private readonly OpenParts<OnnxStream> _streams = new();

    /// <inheritdoc/>
    public IVideoEncoder Encoder(EncoderSettings settings) => new StreamingEncoder(this, manifest, settings);

    /// <inheritdoc/>
    public IModelStream OpenStream() => Open(reuse);

    /// <inheritdoc/>
    public IStreamLane OpenLane(int maxBatch) => _lanes.Open(closed => new(manifest, maxBatch, Count, closed));

    /// <inheritdoc/>
    public TokenCount Tokens => new(Interlocked.Read(ref _encoded), Interlocked.Read(ref _reused));

    /// <summary>
    /// Runs each clip as a stream of its own: the outputs of its last frame are those of the clip. Each frame is encoded in full.
    /// </summary>
    public ClipOutputs RunClips(byte[] clips)
    {
        using EndableRun run = new();
        using var stream = Open(reuse is null ? null : ReuseRule.Full);
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
        var lanes = _lanes.Close();
        foreach (var lane in lanes)
            lane.Terminate();
        foreach (var lane in lanes)
            lane.Dispose();
        // No lane runs any more, so the streams of views that are still open can go.
        foreach (var stream in _streams.Close())
            stream.Dispose();
        session.Dispose();
    }

    private OnnxStream Open(ReuseRule? rule) => _streams.Open(closed => new(session, manifest, gpu, rule, closed));

    private void Count(TokenCount tokens)
    {
        Interlocked.Add(ref _encoded, tokens.Encoded);
        Interlocked.Add(ref _reused, tokens.Reused);
    }
}
