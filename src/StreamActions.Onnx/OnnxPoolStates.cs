// The states of all streams as pools that a graph reads and writes.
using StreamActions.Core.Bundles;
using StreamActions.Model;

namespace StreamActions.Onnx;

/// <summary>
/// Records a gather for each lag of a state and a scatter into its pool. ONNX Runtime scatters in place when input and output are one
/// buffer. The order of gather and scatter does not matter, because no row is read and written in the same run.
/// </summary>
internal sealed class OnnxPoolStates(OnnxGraph graph, PoolLayout layout) : IStreamStates<OnnxValue>
{
    private readonly Dictionary<int, OnnxValue> _columns = [];
    private readonly List<(StreamState State, OnnxValue Pool, OnnxValue Now)> _states = [];
    private OnnxValue? _rows, _first;

    // An input of the graph from its first use on: a network of one frame keeps nothing.
    private OnnxValue Rows => _rows ??= graph.Input(GraphTensors.Rows, OnnxType.Int64, "B", layout.Columns);

    /// <summary>A stream has no earlier frame when its row of one frame ago is the row of zeros.</summary>
    public OnnxValue First => _first ??= graph.Node(
        "Cast",
        [graph.Node("Equal", [Column(layout.Groups.First(g => !g.Window).FirstColumn), graph.Integers(PoolLayout.ZeroRow)])],
        ("to", (int)graph.Numbers));

    /// <inheritdoc/>
    public IReadOnlyList<OnnxValue> Shift(StreamState state, OnnxValue now)
    {
        var group = layout.GroupOf(state);
        var pool = graph.Input(GraphTensors.Pool(state.Name), graph.Numbers, Shape(group, state));
        _states.Add((state, pool, now));
        return
        [
            .. Enumerable.Range(group.FirstColumn, group.Lags).Select(column =>
                graph.Node("Gather", [pool, Column(column)], ("axis", 0))),
        ];
    }

    /// <summary>Adds the outputs. Call it after the forward pass.</summary>
    public void WriteOutputs()
    {
        Dictionary<PoolGroup, OnnxValue> written = [];
        foreach (var (state, pool, now) in _states)
        {
            var group = layout.GroupOf(state);
            // [B, 1]: a list, so that the gather keeps the axis.
            if (!written.TryGetValue(group, out var rows))
                written[group] = rows = graph.Node("Gather", [Rows, graph.Integers(group.WriteColumn)], ("axis", 1));
            graph.Output(state.Name, "ScatterND", [pool, rows, now], graph.Numbers, Shape(group, state));
        }
    }

    // One column of the rows, [B].
    private OnnxValue Column(int column)
    {
        if (!_columns.TryGetValue(column, out var rows))
            _columns[column] = rows = graph.Node("Gather", [Rows, graph.Constant<long>(OnnxType.Int64, [column])], ("axis", 1));
        return rows;
    }

    private static object[] Shape(PoolGroup group, StreamState state) =>
        [$"R{group.FirstColumn}", .. state.Shape.Cast<object>()];
}
