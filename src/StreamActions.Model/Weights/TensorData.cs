// A tensor at rest: shape and float values, as checkpoints hold them.
namespace StreamActions.Model.Weights;

/// <summary>A tensor's shape and its numbers in row-major order.</summary>
/// <param name="Shape">Sizes; empty for a scalar.</param>
/// <param name="Values">Product(Shape) floats.</param>
public sealed record TensorData(long[] Shape, float[] Values)
{
    /// <summary>The shape as people write it, such as <c>[128, 3, 8, 8]</c>.</summary>
    public string ShapeText => Text(Shape);

    /// <summary>A shape as people write it.</summary>
    public static string Text(IEnumerable<long> shape) => $"[{string.Join(", ", shape)}]";
}
