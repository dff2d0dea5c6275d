// A value in a graph that is being recorded.
using StreamActions.Model.Weights;

namespace StreamActions.Onnx;

/// <summary>An edge of the graph, or a constant that becomes an initialiser when a node first uses it.</summary>
/// <param name="Name">The edge's name.</param>
/// <param name="Constant">The values, when they are known while recording.</param>
public sealed record OnnxValue(string Name, TensorData? Constant = null);
