// The states of a stream that encodes some of its tokens, as inputs and outputs of a graph.
using StreamActions.Core.Bundles;
using StreamActions.Model;

namespace StreamActions.Onnx;

/// <summary>
/// Records each state as an input per lag and one output. The only reader of a cache's input is the node that writes its output. So a host
/// can give the same memory for both: the graph then writes the encoded rows and copies nothing.
/// </summary>
internal sealed class OnnxRowStates : IRowStates<OnnxValue>
{
    private readonly OnnxGraph _graph;
    private readonly Dictionary<string, OnnxValue[]> _past = new(StringComparer.Ordinal);
    private readonly List<(StreamState State, OnnxValue Now, object[] Shape)> _outputs = [];
    private OnnxValue? _first;

    /// <param name="graph">The graph.</param>
    /// <param name="rows">Its input int64 [n].</param>
    public OnnxRowStates(OnnxGraph graph, OnnxValue rows)
    {
        _graph = graph;
        var withoutClass = graph.Node("Slice", [rows, graph.Integers(1), graph.Integers(long.MaxValue), graph.Integers(0)]);
        Rows = new(rows, graph.Node("Sub", [withoutClass, graph.Integers(1)]));
    }

    /// <inheritdoc/>
    public TokenRows<OnnxValue> Rows { get; }

    /// <summary>An input of the graph from its first use on: a network without differences does not have it.</summary>
    public OnnxValue First => _first ??= _graph.Input(GraphTensors.First, OnnxType.Float, 1);

    /// <inheritdoc/>
    public IReadOnlyList<OnnxValue> Past(StreamState state)
    {
        if (!_past.TryGetValue(state.Name, out var past))
        {
            past = [.. Enumerable.Range(1, state.Lags).Select(lag => Input(state, lag, OfStream(state)))];
            _past.Add(state.Name, past);
        }
        return past;
    }

    /// <inheritdoc/>
    public void Keep(StreamState state, OnnxValue now) => _outputs.Add((state, now, OfStream(state)));

    /// <inheritdoc/>
    public OnnxValue Cached(StreamState cache) => Input(cache, 1, OfTokens(cache));

    /// <inheritdoc/>
    public void Replace(StreamState cache, OnnxValue now) => _outputs.Add((cache, now, OfTokens(cache)));

    /// <inheritdoc/>
    public IReadOnlyList<OnnxValue> Shift(StreamState state, OnnxValue now)
    {
        Keep(state, now);
        return Past(state);
    }

    /// <summary>Adds the outputs. Call it after the forward pass.</summary>
    public void WriteOutputs()
    {
        foreach (var (state, now, shape) in _outputs)
            _graph.DirectOutput(state.Name, now, OnnxType.Float, shape);
    }

    private OnnxValue Input(StreamState state, int lag, object[] shape) =>
        _graph.Input(GraphTensors.Past(state.Name, lag), OnnxType.Float, shape);

    private static object[] OfStream(StreamState state) => [1, .. state.Shape.Cast<object>()];

    private static object[] OfTokens(StreamState cache) => [.. cache.Shape.Cast<object>()];
}
