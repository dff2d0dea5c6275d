// One lane of a window graph: input and output buffers that are allocated and bound once, and one run at a time.
using Microsoft.ML.OnnxRuntime;
using StreamActions.Core.Bundles;

namespace StreamActions.Worker.Inference;

/// <summary>Runs windows in pinned buffers. A session of ONNX Runtime may run several lanes at the same time.</summary>
internal sealed class OnnxWindowLane : IModelLane
{
    private readonly InferenceSession _session;
    private readonly ModelManifest _manifest;
    private readonly Action<OnnxWindowLane> _closed;
    private readonly EndableRun _run = new();
    private readonly byte[] _frames;
    private readonly float[] _embeddings, _logits;
    private readonly Binding?[] _bindings;
    private readonly bool _gpu;

    // The buffers of one batch size, bound once.
    private sealed record Binding(OrtIoBinding Io, OrtValue[] Values) : IDisposable
    {
        public void Dispose()
        {
            Io.Dispose();
            foreach (var value in Values)
                value.Dispose();
        }
    }

    /// <summary>Allocates the buffers.</summary>
    /// <param name="session">The window graph; it must outlive the lane.</param>
    /// <param name="manifest">Shapes of inputs and outputs.</param>
    /// <param name="maxBatch">Most windows in one run.</param>
    /// <param name="gpu">Whether the session runs on a GPU.</param>
    /// <param name="closed">Called when the lane is disposed.</param>
    public OnnxWindowLane(InferenceSession session, ModelManifest manifest, int maxBatch, bool gpu, Action<OnnxWindowLane> closed)
    {
        (_session, _manifest, _gpu, _closed) = (session, manifest, gpu, closed);
        _frames = GC.AllocateUninitializedArray<byte>(maxBatch * manifest.Clip.ClipBytes, pinned: true);
        _embeddings = GC.AllocateUninitializedArray<float>(maxBatch * manifest.EmbeddingWidth, pinned: true);
        _logits = GC.AllocateUninitializedArray<float>(maxBatch * manifest.Labels.Count, pinned: true);
        _bindings = new Binding?[maxBatch];
    }

    /// <summary>Most windows in one run.</summary>
    public int MaxBatch => _bindings.Length;

    /// <inheritdoc/>
    public BatchOutput Run(IReadOnlyList<FrameWindow> windows)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(windows.Count, MaxBatch);
        var frameBytes = _manifest.Clip.FrameBytes;
        var place = _frames.AsSpan();
        for (var w = 0; w < windows.Count; w++)
        {
            var frames = windows[w].Frames;
            for (var t = 0; t < frames.Count; t++)
            {
                frames[t].Pixels.CopyTo(place);
                place = place[frameBytes..];
            }
        }
        return Run(windows.Count);
    }

    /// <summary>Runs clips that are already decoded.</summary>
    /// <param name="clips">uint8 RGB [N, T, Size, Size, 3]; N is at most <see cref="MaxBatch"/>.</param>
    public BatchOutput Run(ReadOnlySpan<byte> clips)
    {
        clips.CopyTo(_frames);
        return Run(clips.Length / _manifest.Clip.ClipBytes);
    }

    private BatchOutput Run(int count)
    {
        var binding = _bindings[count - 1] ??= Bind(count);
        // A binding copies its input to a GPU when it is bound, not when it runs (microsoft/onnxruntime issue 5857).
        if (_gpu)
            binding.Io.BindInput(GraphTensors.Frames, binding.Values[0]);
        _run.Run(_session, binding.Io);
        return new(_embeddings, _logits, _manifest.EmbeddingWidth, _manifest.Labels.Count);
    }

    private Binding Bind(int count)
    {
        var (clip, width, classes) = (_manifest.Clip, _manifest.EmbeddingWidth, _manifest.Labels.Count);
        var io = _session.CreateIoBinding();
        List<OrtValue> values = [Tensor(_frames, count * clip.ClipBytes, [count, clip.Frames, clip.Size, clip.Size, 3])];
        io.BindInput(GraphTensors.Frames, values[0]);
        values.Add(Tensor(_embeddings, count * width, [count, width]));
        io.BindOutput(GraphTensors.Embedding, values[1]);
        if (classes > 0)
        {
            values.Add(Tensor(_logits, count * classes, [count, classes]));
            io.BindOutput(GraphTensors.ClassLogits, values[2]);
        }
        return new(io, [.. values]);
    }

    private static OrtValue Tensor<T>(T[] buffer, int length, long[] shape)
        where T : unmanaged => OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, buffer.AsMemory(0, length), shape);

    /// <summary>Ends a run that is under way, without waiting for it. No further run starts.</summary>
    public void Terminate() => _run.Terminate();

    /// <summary>Ends a run that is under way, waits for it, and frees the buffers.</summary>
    public void Dispose()
    {
        if (!_run.End())
            return;
        foreach (var binding in _bindings)
            binding?.Dispose();
        _closed(this);
    }
}
