// Runs a video graph in buffers that are allocated once, so that only the graph is measured.
using Microsoft.ML.OnnxRuntime;
using StreamActions.Core.Bundles;

namespace StreamActions.Benchmarks;

/// <summary>
/// One stream on the CPU, or windows. The states of a stream rotate through buffers; nothing is copied. A cache of a reuse graph is input
/// and output at once, as in the worker. Not thread-safe.
/// </summary>
internal sealed class RotatingStream : IDisposable
{
    private readonly InferenceSession _session;
    private readonly RunOptions _run = new();
    private readonly IReadOnlyList<StreamState> _states;
    private readonly Dictionary<string, OrtValue[]> _rings;      // lags + 1 buffers for each state
    private readonly Dictionary<string, OrtValue> _results;      // the outputs that are neither states nor caches
    private readonly (string Name, OrtValue Value)[] _caches;
    private readonly byte[] _frames;
    private readonly float[] _first = [1];
    private readonly OrtValue _framesValue, _firstValue;
    private int _step;

    /// <param name="session">The graph. Several streams can share it.</param>
    /// <param name="states">Its states; empty for a window graph.</param>
    /// <param name="caches">The further states of a reuse graph; null for other graphs.</param>
    public RotatingStream(InferenceSession session, IReadOnlyList<StreamState> states, IReadOnlyList<StreamState>? caches = null)
    {
        (_session, _states) = (session, states);
        _caches = [.. (caches ?? []).Select(c => (c.Name, Buffer([.. c.Shape])))];
        _rings = states.ToDictionary(
            s => s.Name, s => Enumerable.Range(0, s.Lags + 1).Select(_ => Buffer([1, .. s.Shape])).ToArray(), StringComparer.Ordinal);
        _results = session.OutputMetadata.Where(o => !_rings.ContainsKey(o.Key) && _caches.All(c => c.Name != o.Key))
            .ToDictionary(o => o.Key, o => Buffer(Shape(o.Value)), StringComparer.Ordinal);
        var shape = Shape(session.InputMetadata[GraphTensors.Frames]);
        _frames = new byte[shape.Aggregate(1L, (a, b) => a * b)];
        _framesValue = OrtValue.CreateTensorValueFromMemory(_frames, shape);
        _firstValue = OrtValue.CreateTensorValueFromMemory(_first, [1]);
    }

    /// <summary>Encodes a frame, uint8 RGB [S, S, 3], or a window of frames.</summary>
    /// <param name="frames">The frame or frames.</param>
    /// <param name="rows">For a reuse graph, the tokens to encode in ascending order, row 0 first. The first frame needs all.</param>
    /// <returns>The outputs that are neither states nor caches, by name.</returns>
    public IReadOnlyDictionary<string, OrtValue> Step(ReadOnlySpan<byte> frames, long[]? rows = null)
    {
        frames.CopyTo(_frames);
        _first[0] = _step == 0 ? 1 : 0;
        Dictionary<string, OrtValue> values = new(_results, StringComparer.Ordinal)
        {
            [GraphTensors.Frames] = _framesValue,
            [GraphTensors.First] = _firstValue,
        };
        using var tokens = rows is null ? null : OrtValue.CreateTensorValueFromMemory(rows, [rows.Length]);
        if (tokens is not null)
            values[GraphTensors.TokenRows] = tokens;
        foreach (var (name, cache) in _caches)
            values[name] = values[GraphTensors.Past(name, 1)] = cache;
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
        return _results;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var buffer in _rings.Values.SelectMany(r => r).Concat(_results.Values).Concat(_caches.Select(c => c.Value))
            .Append(_framesValue).Append(_firstValue))
            buffer.Dispose();
        _run.Dispose();
    }

    // Symbolic sizes, which are those of the batch, are 1.
    private static long[] Shape(NodeMetadata node) => [.. node.Dimensions.Select(size => (long)Math.Max(size, 1))];

    private static OrtValue Buffer(long[] shape) =>
        OrtValue.CreateTensorValueFromMemory(new float[shape.Aggregate(1L, (a, b) => a * b)], shape);
}
