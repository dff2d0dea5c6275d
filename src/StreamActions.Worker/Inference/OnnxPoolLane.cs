// One lane of a pool graph: buffers on the host and on the device, bound once for each batch size.
using System.Numerics;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using StreamActions.Core.Bundles;

namespace StreamActions.Worker.Inference;

/// <summary>
/// Runs one frame of each of several streams at a time. Frames and rows are copied to the device before each run, and outputs to the host
/// after it, so what is bound never changes its place. With CUDA graphs, ONNX Runtime runs the first batch of a size twice. That changes
/// nothing: a run writes other rows than it reads.
/// </summary>
internal sealed class OnnxPoolLane : IStreamLane
{
    private readonly PoolSession _session;
    private readonly StreamPools _pools;
    private readonly Action<OnnxPoolLane> _closed;
    private readonly int _maxBatch, _frameBytes, _width, _classes;
    private readonly EndableRun _run = new();
    private readonly StagingBuffer<byte> _frames;
    private readonly StagingBuffer<long> _rows;
    private readonly StagingBuffer<float> _hostEmbeddings, _hostLogits;
    private readonly DeviceBuffer _deviceFrames, _deviceRows, _deviceEmbeddings, _deviceLogits;
    private readonly float[] _embeddings, _logits;
    private readonly PoolStream[] _added;
    private readonly Binding?[] _bindings;

    // Held while a call touches buffers: they are freed only after the lane has ended.
    private readonly Lock _calling = new();
    private int _count;
    private bool _disposed;

    // The buffers of one batch size.
    private sealed record Binding(OrtIoBinding Io, IReadOnlyList<OrtValue> Values, int Generation, int Number) : IDisposable
    {
        public void Dispose()
        {
            Io.Dispose();
            foreach (var value in Values)
                value.Dispose();
        }
    }

    /// <summary>Allocates the buffers.</summary>
    /// <param name="session">The session, which must outlive the lane.</param>
    /// <param name="pools">The states of the streams.</param>
    /// <param name="maxBatch">Most streams in one run.</param>
    /// <param name="closed">Called when the lane is disposed.</param>
    public OnnxPoolLane(PoolSession session, StreamPools pools, int maxBatch, Action<OnnxPoolLane> closed)
    {
        (_session, _pools, _maxBatch, _closed) = (session, pools, maxBatch, closed);
        var (manifest, memory, places) = (session.Manifest, session.Memory, PlacesFor(maxBatch));
        (_frameBytes, _width, _classes) = (manifest.Clip.FrameBytes, manifest.EmbeddingWidth, manifest.Labels.Count);
        _frames = new(memory, places * _frameBytes);
        _rows = new(memory, places * pools.Layout.Columns);
        _hostEmbeddings = new(memory, places * _width);
        _hostLogits = new(memory, places * _classes);
        _deviceFrames = new(memory, TensorElementType.UInt8, (long)places * _frameBytes);
        _deviceRows = new(memory, TensorElementType.Int64, (long)places * pools.Layout.Columns);
        _deviceEmbeddings = new(memory, TensorElementType.Float, (long)places * _width);
        _deviceLogits = new(memory, TensorElementType.Float, (long)places * _classes);
        _embeddings = new float[maxBatch * _width];
        _logits = new float[maxBatch * _classes];
        _added = new PoolStream[maxBatch];
        _bindings = new Binding?[places + 1];
    }

    /// <inheritdoc/>
    public BatchOutput Run(IReadOnlyList<StreamInput> inputs)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(inputs.Count, _maxBatch);
        for (var i = 0; i < inputs.Count; i++)
            Add((PoolStream)inputs[i].Stream, inputs[i].Frame.Pixels, inputs[i].Starts, inputs[i].Skipped);
        return RunAdded();
    }

    /// <summary>Adds a frame to the next run. A stream may have one.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="pixels">uint8 RGB [S, S, 3].</param>
    /// <param name="starts">True drops what the stream remembers.</param>
    /// <param name="skipped">Frames before this one that were not encoded (<see cref="StreamInput"/>).</param>
    public void Add(PoolStream stream, ReadOnlySpan<byte> pixels, bool starts, int skipped)
    {
        using var calling = _calling.EnterScope();
        ObjectDisposedException.ThrowIf(_disposed, this);
        pixels.CopyTo(_frames.Values[(_count * _frameBytes)..]);
        stream.Rows.Next(RowsOf(_count), starts, skipped);
        _added[_count++] = stream;
    }

    /// <summary>Runs the frames that were added. A row of the outputs for each, in the same order.</summary>
    public BatchOutput RunAdded()
    {
        using var calling = _calling.EnterScope();
        ObjectDisposedException.ThrowIf(_disposed, this);
        var count = _count;
        _count = 0;
        var places = PlacesFor(count);
        for (var place = count; place < places; place++)
            _pools.Layout.FillUnused(RowsOf(place));
        using (_pools.Running.EnterScope())
        {
            _session.Memory.Upload(_deviceFrames.Pointer, _frames.Pointer, (long)places * _frameBytes);
            _session.Memory.Upload(_deviceRows.Pointer, _rows.Pointer, (long)places * _pools.Layout.Columns * sizeof(long));
            if (_bindings[places] is not { } binding || binding.Generation != _pools.Generation)
            {
                _bindings[places]?.Dispose();
                _bindings[places] = binding = Bind(places);
            }
            _run.Run(_session.Session, binding.Io, _session.CudaGraphs ? binding.Number : null);
            _session.Memory.Download(_hostEmbeddings.Pointer, _deviceEmbeddings.Pointer, (long)count * _width * sizeof(float));
            _session.Memory.Download(_hostLogits.Pointer, _deviceLogits.Pointer, (long)count * _classes * sizeof(float));
        }
        for (var i = 0; i < count; i++)
            _added[i].Rows.Written();
        _hostEmbeddings.Values[..(count * _width)].CopyTo(_embeddings);
        _hostLogits.Values[..(count * _classes)].CopyTo(_logits);
        return new(_embeddings, _logits, _width, _classes);
    }

    /// <summary>Ends a run that is under way, without waiting for it. No further run starts.</summary>
    public void Terminate() => _run.Terminate();

    /// <summary>Ends a run that is under way, waits for it, and frees the buffers.</summary>
    public void Dispose()
    {
        _run.Terminate();
        using (_calling.EnterScope())
        {
            if (_disposed)
                return;
            _disposed = true;
            _run.Dispose();
            foreach (var binding in _bindings)
                binding?.Dispose();
            foreach (IDisposable buffer in new IDisposable[]
            {
                _frames, _rows, _hostEmbeddings, _hostLogits, _deviceFrames, _deviceRows, _deviceEmbeddings, _deviceLogits,
            })
                buffer.Dispose();
        }
        _closed(this);
    }

    private Span<long> RowsOf(int place) => _rows.Values.Slice(place * _pools.Layout.Columns, _pools.Layout.Columns);

    // CUDA graphs are recorded for each batch size, so there are few sizes. Unused places have a row of their own.
    private int PlacesFor(int count) => _session.CudaGraphs ? (int)BitOperations.RoundUpToPowerOf2((uint)count) : count;

    private Binding Bind(int places)
    {
        var size = _session.Manifest.Clip.Size;
        var io = _session.Session.CreateIoBinding();
        List<OrtValue> values = [];
        OrtValue Keep(OrtValue value)
        {
            values.Add(value);
            return value;
        }
        io.BindInput(GraphTensors.Frames, Keep(_deviceFrames.View(places, size, size, 3)));
        if (_pools.Layout.Columns > 0)
            io.BindInput(GraphTensors.Rows, Keep(_deviceRows.View(places, _pools.Layout.Columns)));
        io.BindOutput(GraphTensors.Embedding, Keep(_deviceEmbeddings.View(places, _width)));
        if (_classes > 0)
            io.BindOutput(GraphTensors.ClassLogits, Keep(_deviceLogits.View(places, _classes)));
        var number = _pools.Bind(io, values);
        return new(io, values, _pools.Generation, number);
    }
}
