// One stream on a stream graph in buffers that are allocated once, so that only the graph is measured.
using Microsoft.ML.OnnxRuntime;
using StreamActions.Core.Bundles;

namespace StreamActions.Benchmarks;

/// <summary>One stream on the CPU. Its states rotate through buffers; nothing is copied. Not thread-safe.</summary>
internal sealed class RotatingStream : IDisposable
{
    private readonly InferenceSession _session;
    private readonly RunOptions _run = new();
    private readonly List<StreamState> _states;
    private readonly Dictionary<string, OrtValue[]> _rings;   // lags + 1 buffers for each state
    private readonly string[] _inputNames, _outputNames;
    private readonly byte[] _frame;
    private readonly float[] _first = [1];
    private readonly OrtValue _frameValue, _firstValue;
    private readonly Dictionary<string, OrtValue> _results;   // the outputs that are not states
    private int _step;

    /// <summary>Takes a session of a stream graph and disposes it.</summary>
    /// <param name="session">The session.</param>
    /// <param name="states">The graph's states (<see cref="M2ClipGraphs.States"/>).</param>
    public RotatingStream(InferenceSession session, IEnumerable<StreamState> states)
    {
        _session = session;
        _states = [.. states];
        _inputNames = [.. session.InputNames];
        _outputNames = [.. session.OutputNames];
        _rings = _states.ToDictionary(s => s.Name, s => Enumerable.Range(0, s.Lags + 1).Select(_ => Buffer([1, .. s.Shape])).ToArray(),
            StringComparer.Ordinal);
        long[] shape = [1, .. session.InputMetadata[GraphTensors.Frames].Dimensions.Skip(1).Select(size => (long)size)];
        _frame = new byte[shape.Aggregate(1L, (a, b) => a * b)];
        _frameValue = OrtValue.CreateTensorValueFromMemory(_frame, shape);
        _firstValue = OrtValue.CreateTensorValueFromMemory(_first, [1]);
        _results = session.OutputMetadata.Where(o => !_rings.ContainsKey(o.Key)).ToDictionary(
            o => o.Key, o => Buffer([.. o.Value.Dimensions.Select(size => (long)Math.Max(size, 1))]), StringComparer.Ordinal);
    }

    /// <summary>The next frame starts a new stream.</summary>
    public void Reset()
    {
        _step = 0;
        foreach (var buffer in _rings.Values.SelectMany(r => r))
            buffer.GetTensorMutableDataAsSpan<float>().Clear();
    }

    /// <summary>Encodes a frame, uint8 RGB [S, S, 3]. Returns the outputs that are not states, by name.</summary>
    public IReadOnlyDictionary<string, float[]> Step(ReadOnlySpan<byte> frame)
    {
        frame.CopyTo(_frame);
        _first[0] = _step == 0 ? 1 : 0;
        Dictionary<string, OrtValue> values = new(StringComparer.Ordinal)
        {
            [GraphTensors.Frames] = _frameValue,
            [GraphTensors.First] = _firstValue,
        };
        foreach (var state in _states)
        {
            values[state.Name] = At(state, 0);
            for (var lag = 1; lag <= state.Lags; lag++)
                values[GraphTensors.Past(state.Name, lag)] = At(state, lag);
        }
        OrtValue[] outputs = [.. _outputNames.Select(name => _results.GetValueOrDefault(name) ?? values[name])];
        _session.Run(_run, _inputNames, [.. _inputNames.Select(name => values[name])], _outputNames, outputs);
        _step++;
        return _results.ToDictionary(r => r.Key, r => r.Value.GetTensorDataAsSpan<float>().ToArray(), StringComparer.Ordinal);
    }

    /// <summary>Starts a new stream and encodes a clip, uint8 RGB [frames, S, S, 3]. Returns the outputs of each frame.</summary>
    public IEnumerable<IReadOnlyDictionary<string, float[]>> Play(byte[] clip)
    {
        Reset();
        for (var at = 0; at < clip.Length; at += _frame.Length)
            yield return Step(clip.AsSpan(at, _frame.Length));
    }

    private OrtValue At(StreamState state, int lag)
    {
        var ring = _rings[state.Name];
        return ring[((_step - lag) % ring.Length + ring.Length) % ring.Length];
    }

    private static OrtValue Buffer(long[] shape) =>
        OrtValue.CreateTensorValueFromMemory(new float[shape.Aggregate(1L, (a, b) => a * b)], shape);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var buffer in _rings.Values.SelectMany(r => r).Concat(_results.Values))
            buffer.Dispose();
        _frameValue.Dispose();
        _firstValue.Dispose();
        _run.Dispose();
        _session.Dispose();
    }
}
