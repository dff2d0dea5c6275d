// Runs the pool graph of a bundle in ONNX Runtime: many streams in one run, their states in the memory of the device.
using Microsoft.ML.OnnxRuntime;
using StreamActions.Core.Bundles;

namespace StreamActions.Worker.Inference;

/// <summary>How a pool graph runs.</summary>
/// <param name="Session">The session. The model takes it over.</param>
/// <param name="Manifest">States and shapes.</param>
/// <param name="Memory">The memory of the session's device.</param>
/// <param name="CudaGraphs">Whether the session was opened with CUDA graphs. Batches are then rounded up to powers of two.</param>
internal sealed record PoolSession(InferenceSession Session, ModelManifest Manifest, IDeviceMemory Memory, bool CudaGraphs);

/// <summary>A session of a pool graph, its pools, lanes and streams. Runs take turns: one fills a GPU. Thread safe.</summary>
internal sealed class OnnxPoolModel : IOnnxVideo, IStreamModel
{
    private const int ClipBatch = 4;

    private readonly PoolSession _session;
    private readonly OpenParts<OnnxPoolLane> _lanes = new();

    /// <summary>Allocates the pools.</summary>
    public OnnxPoolModel(PoolSession session)
    {
        _session = session;
        var states = session.Manifest.States;
        Pools = new(states, states.ToDictionary(
            s => s.Name, s => session.Session.OutputMetadata[s.Name].ElementDataType, StringComparer.Ordinal), session.Memory);
    }

    /// <summary>The states of all streams.</summary>
    public StreamPools Pools { get; }

    /// <inheritdoc/>
    public IVideoEncoder Encoder(EncoderSettings settings) => new StreamingEncoder(this, _session.Manifest, settings);

    /// <inheritdoc/>
    public IModelStream OpenStream() => Open();

    /// <inheritdoc/>
    public IStreamLane OpenLane(int maxBatch) => OpenPoolLane(maxBatch);

    /// <summary>Runs each clip as a stream of its own, several in one run: the outputs of its last frame are those of the clip.</summary>
    public ClipOutputs RunClips(byte[] clips)
    {
        var clip = _session.Manifest.Clip;
        List<float[]> embeddings = [], logits = [];
        using var lane = OpenPoolLane(ClipBatch);
        foreach (var batch in clips.Chunk(clip.ClipBytes).Chunk(ClipBatch))
        {
            PoolStream[] streams = [.. batch.Select(_ => Open())];
            for (var t = 0; t < clip.Frames; t++)
            {
                for (var i = 0; i < batch.Length; i++)
                    lane.Add(streams[i], batch[i].AsSpan(t * clip.FrameBytes, clip.FrameBytes), starts: t == 0, skipped: 0);
                var output = lane.RunAdded();
                for (var i = 0; i < batch.Length && t == clip.Frames - 1; i++)
                {
                    embeddings.Add(output.Embedding(i).ToArray());
                    logits.Add(output.ClassLogits(i).ToArray());
                }
            }
            foreach (var stream in streams)
                stream.Dispose();
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
        Pools.Dispose();
        _session.Session.Dispose();
    }

    private PoolStream Open() => new(Pools);

    private OnnxPoolLane OpenPoolLane(int maxBatch) => _lanes.Open(closed => new(_session, Pools, maxBatch, closed));
}

/// <summary>A stream's place in the pools.</summary>
/// <param name="pools">The pools.</param>
internal sealed class PoolStream(StreamPools pools) : IModelStream
{
    private readonly int _slot = pools.Take();
    private StreamRows? _rows;
    private int _disposed;

    /// <summary>The rows that its next frame reads and writes.</summary>
    public StreamRows Rows => _rows ??= new(pools.Layout, _slot);

    /// <inheritdoc/>
    public void Interrupt() => Rows.Interrupt();

    /// <summary>Gives the place to the next stream.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
            pools.Return(_slot);
    }
}
