// A tensor as checkpoints store it: shape and float values.
namespace StreamActions.Model.Weights;

/// <summary>A tensor's shape and its values in row-major order.</summary>
/// <param name="Shape">Sizes; empty for a scalar.</param>
/// <param name="Values">Product(Shape) floats.</param>
public sealed record TensorData(long[] Shape, float[] Values)
{
    /// <summary>The shape as text, such as <c>[128, 3, 8, 8]</c>.</summary>
    public string ShapeText => Text(Shape);

    /// <summary>A shape as text.</summary>
    public static string Text(IEnumerable<long> shape) => $"[{string.Join(", ", shape)}]";
}
