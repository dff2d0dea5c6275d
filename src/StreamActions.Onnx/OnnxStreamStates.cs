// The states of streams as inputs and outputs of a graph.
using StreamActions.Core.Bundles;
using StreamActions.Model;

namespace StreamActions.Onnx;

/// <summary>
/// Records each state as an input per lag and one output. The host rotates buffers between them, so that nothing is copied.
/// </summary>
internal sealed class OnnxStreamStates(OnnxGraph graph) : IStreamStates<OnnxValue>
{
    private readonly List<(StreamState State, OnnxValue Now)> _states = [];
    private OnnxValue? _first;

    /// <summary>An input of the graph from its first use on: a network without differences does not have it.</summary>
    public OnnxValue First => _first ??= graph.Input(GraphTensors.First, graph.Numbers, "B");

    /// <inheritdoc/>
    public IReadOnlyList<OnnxValue> Shift(StreamState state, OnnxValue now)
    {
        _states.Add((state, now));
        return
        [
            .. Enumerable.Range(1, state.Lags).Select(lag =>
                graph.Input(GraphTensors.Past(state.Name, lag), graph.Numbers, ["B", .. state.Shape.Cast<object>()])),
        ];
    }

    /// <summary>Adds the outputs. Call it after the forward pass.</summary>
    public void WriteOutputs()
    {
        foreach (var (state, now) in _states)
            graph.Output(state.Name, now, graph.Numbers, ["B", .. state.Shape.Cast<object>()]);
    }
}
