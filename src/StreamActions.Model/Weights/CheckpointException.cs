// The error type for weights that cannot be read or do not fit a network.
namespace StreamActions.Model.Weights;

/// <summary>
/// A file of weights cannot be read, or its tensors are missing or do not have the shape that the network needs. The message names the file
/// and lists every such tensor.
/// </summary>
public sealed class CheckpointException : Exception
{
    /// <inheritdoc cref="CheckpointException"/>
    public CheckpointException(string message) : base(message) { }

    /// <inheritdoc cref="CheckpointException"/>
    public CheckpointException(string message, Exception cause) : base(message, cause) { }

    /// <summary>Checks that every parameter is present in the right shape.</summary>
    /// <param name="specs">The parameters that the network needs.</param>
    /// <param name="weights">The tensors by name; others are ignored.</param>
    /// <param name="source">Name of the source, for the message.</param>
    /// <exception cref="CheckpointException">A tensor is missing or misshapen.</exception>
    public static void ThrowUnlessComplete(IEnumerable<ParameterSpec> specs, IReadOnlyDictionary<string, TensorData> weights, string source)
    {
        List<string> problems = [];
        foreach (var spec in specs)
        {
            if (!weights.TryGetValue(spec.Name, out var tensor))
                problems.Add($"{spec.Name} {TensorData.Text(spec.Shape)} is missing");
            else if (!tensor.Shape.AsSpan().SequenceEqual(spec.Shape))
                problems.Add($"{spec.Name} is {tensor.ShapeText}, the network needs {TensorData.Text(spec.Shape)}");
        }
        if (problems.Count > 0)
        {
            throw new CheckpointException(
                $"{source}: {problems.Count} tensor(s) do not fit the network:\n  {string.Join("\n  ", problems)}");
        }
    }
}
