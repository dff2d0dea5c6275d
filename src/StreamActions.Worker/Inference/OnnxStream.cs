// One stream's states in the memory of the CPU: buffers that rotate between the graph's inputs and outputs, so that nothing is copied.
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using StreamActions.Core.Bundles;

namespace StreamActions.Worker.Inference;

/// <summary>
/// Buffers and bindings of one stream. A state of n lags has n + 1 buffers. Each frame writes the oldest one and reads the others. All
/// rotations are bound once. The values of the window's mean are not rotated: they are small, so the newest is copied over the oldest. A
/// cache of a reuse graph is one buffer: the graph writes the rows of the encoded tokens into it.
/// </summary>
internal sealed class OnnxStream : IModelStream
{
    // More frames than any window has.
    private const int WholeWindow = int.MaxValue - 1;

    private readonly InferenceSession _session;
    private readonly Action<OnnxStream> _closed;
    private readonly OrtValue[][] _recurrent;
    private readonly WindowRing[] _windows;
    private readonly (string Name, OrtValue Value)[] _inputs, _outputs;
    private readonly IReadOnlyList<StreamState> _states;
    private readonly ChosenRows? _chosen;
    private readonly OrtIoBinding?[] _rotations;
    private readonly bool _gpu;
    private readonly byte[] _frame;
    private readonly float[] _first = [1], _embedding, _logits;
    private int _rotation;
    private bool _interrupted, _disposed;

    // The last T − 1 frames' values in any order, and the newest one, which the graph writes.
    private sealed class WindowRing(StreamState state)
    {
        private readonly OrtValue[] _past = [.. Enumerable.Range(0, state.Lags).Select(_ => Allocate(state))];
        private int _oldest;

        public StreamState State => state;

        public OrtValue Newest { get; } = Allocate(state);

        public OrtValue[] Past => _past;

        // The newest value takes the place of the oldest, as often as asked.
        public void Keep(int times)
        {
            for (var n = 0; n < Math.Min(times, _past.Length); n++)
            {
                Newest.GetTensorDataAsSpan<float>().CopyTo(_past[_oldest].GetTensorMutableDataAsSpan<float>());
                _oldest = (_oldest + 1) % _past.Length;
            }
        }

        // From the same place each time, so that a stream that starts again equals a fresh one to the last bit.
        public void Clear()
        {
            _oldest = 0;
            foreach (var value in Values)
                value.GetTensorMutableRawData().Clear();
        }

        public IEnumerable<OrtValue> Values => _past.Append(Newest);
    }

    // The rows of the tokens that a reuse graph encodes, as tensors over one buffer, and its caches.
    private sealed class ChosenRows(ChangedPatches changed, IReadOnlyList<StreamState> caches)
    {
        private readonly long[] _rows = GC.AllocateArray<long>(changed.Tokens, pinned: true);
        private readonly OrtValue?[] _tensors = new OrtValue?[changed.Tokens + 1];
        private int _count;

        public (string Name, OrtValue Value)[] Caches { get; } =
            [.. caches.Select(c => (c.Name, Allocate([.. c.Shape])))];

        public TokenCount Counts => new(_count, changed.Tokens - _count);

        public void Choose(ReadOnlySpan<byte> pixels, bool starts) => _count = changed.Choose(pixels, starts, _rows);

        // A tensor per number of rows: its shape is fixed.
        public OrtValue Value => _tensors[_count] ??= OrtValue.CreateTensorValueFromMemory(
            OrtMemoryInfo.DefaultInstance, _rows.AsMemory(0, _count), [_count]);

        public IEnumerable<OrtValue> Values => Caches.Select(c => c.Value).Concat(_tensors.OfType<OrtValue>());
    }

    /// <summary>Allocates the buffers of a stream, about 17 MB for a causal ViT-B/16, and 15 MB more with reuse.</summary>
    /// <param name="session">A stream graph, or a reuse graph on the CPU; it must outlive the stream.</param>
    /// <param name="manifest">States and shapes.</param>
    /// <param name="gpu">Whether the session runs on a GPU. The states are then copied to it and back with each frame.</param>
    /// <param name="reuse">When a reuse graph encodes a token again; null for a stream graph.</param>
    /// <param name="closed">Called when the stream is disposed.</param>
    public OnnxStream(InferenceSession session, ModelManifest manifest, bool gpu, ReuseRule? reuse, Action<OnnxStream> closed)
    {
        (_session, _gpu, _closed) = (session, gpu, closed);
        if (reuse is not null && manifest.Caches is { Count: > 0 } caches)
            _chosen = new(new(manifest.Clip.Size, (int)caches[0].Shape[0], ReuseRule.Memory(manifest.States), reuse), caches);
        _states = [.. manifest.States.Where(s => !s.Window)];
        _recurrent = [.. _states.Select(s => Enumerable.Range(0, s.Lags + 1).Select(_ => Allocate(s)).ToArray())];
        _windows = [.. manifest.States.Where(s => s.Window).Select(s => new WindowRing(s))];
        // After this many frames every buffer is back in its place.
        _rotations = new OrtIoBinding?[_states.Select(s => s.Lags + 1).Aggregate(1, LeastCommonMultiple)];
        var size = manifest.Clip.Size;
        _frame = GC.AllocateUninitializedArray<byte>(manifest.Clip.FrameBytes, pinned: true);
        _embedding = GC.AllocateArray<float>(manifest.EmbeddingWidth, pinned: true);
        _logits = GC.AllocateArray<float>(manifest.Labels.Count, pinned: true);
        List<(string, OrtValue)> inputs = [(GraphTensors.Frames, Tensor(_frame, [1, size, size, 3]))];
        if (session.InputMetadata.ContainsKey(GraphTensors.First))
            inputs.Add((GraphTensors.First, Tensor(_first, [1])));
        _inputs = [.. inputs];
        _outputs = _logits.Length == 0
            ? [(GraphTensors.Embedding, Tensor(_embedding, [1, _embedding.Length]))]
            :
            [
                (GraphTensors.Embedding, Tensor(_embedding, [1, _embedding.Length])),
                (GraphTensors.ClassLogits, Tensor(_logits, [1, _logits.Length])),
            ];
    }

    /// <summary>Embedding of the window that ends with the last frame, [D].</summary>
    public ReadOnlySpan<float> Embedding => _embedding;

    /// <summary>Its class logits, [K]; empty when the model has no classes.</summary>
    public ReadOnlySpan<float> ClassLogits => _logits;

    /// <summary>The tokens of the last frame; zero without reuse.</summary>
    public TokenCount Tokens => _chosen?.Counts ?? default;

    /// <summary>Encodes a frame.</summary>
    /// <param name="pixels">uint8 RGB [S, S, 3].</param>
    /// <param name="starts">True drops what the stream remembers.</param>
    /// <param name="skipped">Frames before this one that were not encoded (<see cref="StreamInput"/>).</param>
    /// <param name="run">Runs the graph, and can be ended from another thread.</param>
    public void Step(ReadOnlySpan<byte> pixels, bool starts, int skipped, EndableRun run)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_interrupted)
            (starts, skipped) = (true, WholeWindow);
        _interrupted = true;
        if (starts)
            Clear();
        else
            Keep(skipped);
        pixels.CopyTo(_frame);
        _first[0] = starts ? 1 : 0;
        _chosen?.Choose(pixels, starts);
        Run(run);
        _rotation = (_rotation + 1) % _rotations.Length;
        // Frames that were skipped before the first one count as equal to it.
        Keep(starts ? skipped + 1 : 1);
        _interrupted = false;
    }

    /// <inheritdoc/>
    public void Interrupt() => _interrupted = true;

    private void Run(EndableRun run)
    {
        if (!_gpu)
        {
            var bound = _rotations[_rotation] ??= Bind(_rotation);
            if (_chosen is not null)
                bound.BindInput(GraphTensors.TokenRows, _chosen.Value);
            run.Run(_session, bound);
            return;
        }
        // A binding copies its inputs to a GPU when they are bound, not when it runs (microsoft/onnxruntime issue 5857).
        using var binding = Bind(_rotation);
        run.Run(_session, binding);
    }

    /// <summary>Frees the buffers.</summary>
    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        _closed(this);
        foreach (var binding in _rotations)
            binding?.Dispose();
        foreach (var value in _recurrent.SelectMany(v => v).Concat(_windows.SelectMany(w => w.Values))
            .Concat(_inputs.Concat(_outputs).Select(v => v.Value)).Concat(_chosen?.Values ?? []))
            value.Dispose();
    }

    private void Keep(int times)
    {
        foreach (var window in _windows)
            window.Keep(times);
    }

    private void Clear()
    {
        foreach (var buffers in _recurrent)
            foreach (var buffer in buffers)
                buffer.GetTensorMutableRawData().Clear();
        foreach (var window in _windows)
            window.Clear();
    }

    private OrtIoBinding Bind(int rotation)
    {
        var io = _session.CreateIoBinding();
        foreach (var (name, value) in _inputs)
            io.BindInput(name, value);
        foreach (var (name, value) in _outputs)
            io.BindOutput(name, value);
        for (var s = 0; s < _states.Count; s++)
        {
            var (state, ring) = (_states[s], _recurrent[s]);
            io.BindOutput(state.Name, ring[rotation % ring.Length]);
            for (var lag = 1; lag <= state.Lags; lag++)
                io.BindInput(GraphTensors.Past(state.Name, lag), ring[(rotation - lag + ring.Length) % ring.Length]);
        }
        foreach (var (name, value) in _chosen?.Caches ?? [])
        {
            io.BindInput(GraphTensors.Past(name, 1), value);
            io.BindOutput(name, value);
        }
        foreach (var window in _windows)
        {
            io.BindOutput(window.State.Name, window.Newest);
            for (var lag = 1; lag <= window.State.Lags; lag++)
                io.BindInput(GraphTensors.Past(window.State.Name, lag), window.Past[lag - 1]);
        }
        return io;
    }

    private static OrtValue Allocate(StreamState state) => Allocate([1, .. state.Shape]);

    private static OrtValue Allocate(long[] shape) =>
        OrtValue.CreateAllocatedTensorValue(OrtAllocator.DefaultInstance, TensorElementType.Float, shape);

    private static OrtValue Tensor<T>(T[] buffer, long[] shape)
        where T : unmanaged => OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, buffer.AsMemory(), shape);

    private static int LeastCommonMultiple(int a, int b) => a / (int)System.Numerics.BigInteger.GreatestCommonDivisor(a, b) * b;
}
