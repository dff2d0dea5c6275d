// A reuse graph in buffers that are allocated once, so that only the graph is measured.
using Microsoft.ML.OnnxRuntime;
using StreamActions.Core.Bundles;

namespace StreamActions.Onnx;

/// <summary>
/// One stream on a reuse graph, on the CPU, for measurements. States rotate through buffers, and caches are input and output at once, as in
/// the worker. Not thread safe.
/// </summary>
public sealed class ReuseRun : IDisposable
{
    private readonly InferenceSession _session;
    private readonly RunOptions _run = new();
    private readonly IReadOnlyList<StreamState> _states;
    private readonly Dictionary<string, OrtValue[]> _rings;
    private readonly Dictionary<string, OrtValue> _fixed = new(StringComparer.Ordinal);
    private readonly byte[] _frame;
    private readonly float[] _first = [1];
    private int _step;

    /// <param name="session">The graph. Several streams can share it.</param>
    /// <param name="states">Its states.</param>
    /// <param name="caches">Its further states.</param>
    public ReuseRun(InferenceSession session, IReadOnlyList<StreamState> states, IReadOnlyList<StreamState> caches)
    {
        (_session, _states) = (session, states);
        _rings = states.ToDictionary(
            s => s.Name, s => Enumerable.Range(0, s.Lags + 1).Select(_ => Buffer([1, .. s.Shape])).ToArray(), StringComparer.Ordinal);
        foreach (var cache in caches)
            _fixed[cache.Name] = _fixed[GraphTensors.Past(cache.Name, 1)] = Buffer([.. cache.Shape]);
        long[] shape = [.. session.InputMetadata[GraphTensors.Frames].Dimensions];
        _frame = new byte[shape.Aggregate(1L, (a, b) => a * b)];
        _fixed[GraphTensors.Frames] = OrtValue.CreateTensorValueFromMemory(_frame, shape);
        _fixed[GraphTensors.First] = OrtValue.CreateTensorValueFromMemory(_first, [1]);
        foreach (var (name, node) in session.OutputMetadata.Where(o => !_rings.ContainsKey(o.Key) && !_fixed.ContainsKey(o.Key)))
            _fixed[name] = Buffer([.. node.Dimensions.Select(size => (long)Math.Max(size, 1))]);
    }

    /// <summary>Encodes some tokens of a frame.</summary>
    /// <param name="frame">uint8 RGB [S, S, 3].</param>
    /// <param name="rows">The tokens in ascending order, row 0 first. The first frame needs all.</param>
    /// <returns>The embedding of the window that ends with this frame.</returns>
    public ReadOnlySpan<float> Step(ReadOnlySpan<byte> frame, long[] rows)
    {
        frame.CopyTo(_frame);
        _first[0] = _step == 0 ? 1 : 0;
        using var tokens = OrtValue.CreateTensorValueFromMemory(rows, [rows.Length]);
        Dictionary<string, OrtValue> values = new(_fixed, StringComparer.Ordinal) { [GraphTensors.TokenRows] = tokens };
        foreach (var state in _states)
        {
            var ring = _rings[state.Name];
            values[state.Name] = ring[_step % ring.Length];
            for (var lag = 1; lag <= state.Lags; lag++)
                values[GraphTensors.Past(state.Name, lag)] = ring[(_step + ring.Length - lag) % ring.Length];
        }
        _session.Run(
            _run,
            _session.InputNames,
            [.. _session.InputNames.Select(name => values[name])],
            _session.OutputNames,
            [.. _session.OutputNames.Select(name => values[name])]);
        _step++;
        return _fixed[GraphTensors.Embedding].GetTensorDataAsSpan<float>();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var value in _rings.Values.SelectMany(r => r).Concat(_fixed.Values.Distinct()))
            value.Dispose();
        _run.Dispose();
    }

    private static OrtValue Buffer(long[] shape) =>
        OrtValue.CreateTensorValueFromMemory(new float[shape.Aggregate(1L, (a, b) => a * b)], shape);
}
