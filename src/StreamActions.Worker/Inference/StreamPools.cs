// The states of all streams of a pool graph, in the memory of its device.
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using StreamActions.Core.Bundles;

namespace StreamActions.Worker.Inference;

/// <summary>
/// A pool for each state, and the places of streams in them. The pools grow by doubling when streams are opened. Thread safe.
/// </summary>
internal sealed class StreamPools : IDisposable
{
    private const int FirstCapacity = 4;

    private readonly IReadOnlyList<StreamState> _states;
    private readonly IReadOnlyDictionary<string, TensorElementType> _types;
    private readonly IDeviceMemory _memory;
    private readonly Stack<int> _free = new();
    private readonly DeviceBuffer[] _buffers;
    private int _capacity, _taken, _bindings;
    private bool _disposed;

    /// <summary>Allocates pools for a few streams.</summary>
    /// <param name="states">The states of the graph.</param>
    /// <param name="types">The number type of each state by its name.</param>
    /// <param name="memory">The memory of the graph's device.</param>
    public StreamPools(IReadOnlyList<StreamState> states, IReadOnlyDictionary<string, TensorElementType> types, IDeviceMemory memory)
    {
        (_states, _types, _memory, Layout) = (states, types, memory, new(states));
        _buffers = new DeviceBuffer[states.Count];
        Grow(FirstCapacity);
    }

    /// <summary>The layout of the pools.</summary>
    public PoolLayout Layout { get; }

    /// <summary>Held while the graph runs: the pools keep their place.</summary>
    public Lock Running { get; } = new();

    /// <summary>Number of the pools' current place in memory. Read it, and use the pools, while holding <see cref="Running"/>.</summary>
    public int Generation { get; private set; }

    /// <summary>Streams for which the pools have rows.</summary>
    public int Capacity => _capacity;

    /// <summary>Bytes of all pools.</summary>
    public long Bytes => _buffers.Sum(b => b.Bytes);

    /// <summary>Takes a place. Doubles the pools when all places are taken, which copies them on the device.</summary>
    /// <exception cref="InvalidOperationException">The device has too little memory. The pools stay as they are.</exception>
    public int Take()
    {
        lock (Running)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_free.TryPop(out var slot))
                return slot;
            if (_taken == _capacity)
                Grow(2 * _capacity);
            return _taken++;
        }
    }

    /// <summary>Gives a place back. Its rows keep their numbers; the next stream at this place never reads them.</summary>
    public void Return(int slot)
    {
        lock (Running)
            _free.Push(slot);
    }

    /// <summary>Binds each pool as input and output.</summary>
    /// <param name="binding">The binding.</param>
    /// <param name="values">Receives the tensors, which must live as long as the binding.</param>
    /// <returns>The binding's number. No other binding of the pools has it: a recorded CUDA graph contains the bound addresses.</returns>
    public int Bind(OrtIoBinding binding, ICollection<OrtValue> values)
    {
        foreach (var (state, buffer) in _states.Zip(_buffers))
        {
            var pool = buffer.View([Layout.GroupOf(state).Rows(_capacity), .. state.Shape]);
            values.Add(pool);
            binding.BindInput(GraphTensors.Pool(state.Name), pool);
            binding.BindOutput(state.Name, pool);
        }
        return ++_bindings;
    }

    /// <summary>Frees the pools. No run may be under way.</summary>
    public void Dispose()
    {
        lock (Running)
        {
            if (_disposed)
                return;
            _disposed = true;
            foreach (var buffer in _buffers)
                buffer.Dispose();
        }
    }

    // New pools first, so that a failure changes nothing.
    private void Grow(int capacity)
    {
        List<DeviceBuffer> grown = [];
        try
        {
            foreach (var state in _states)
                grown.Add(new(_memory, _types[state.Name], Layout.GroupOf(state).Rows(capacity) * state.Length));
        }
        catch
        {
            foreach (var buffer in grown)
                buffer.Dispose();
            throw;
        }
        for (var i = 0; i < grown.Count; i++)
        {
            if (_buffers[i] is { } before)
            {
                _memory.Copy(grown[i].Pointer, before.Pointer, before.Bytes);
                before.Dispose();
            }
            _buffers[i] = grown[i];
        }
        _capacity = capacity;
        Generation++;
    }
}
