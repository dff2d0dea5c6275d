// What becomes int8 in a graph, and with which scales.
using StreamActions.Model.Quantization;

namespace StreamActions.Onnx.Quantization;

/// <summary>The plan by which <see cref="QuantizedOnnxOps"/> records a network. Its weights are those of the smoothed network.</summary>
/// <param name="Network">The weights, the ranges of the layers' inputs, and the factors on those inputs.</param>
public sealed record QuantizationPlan(SmoothedNetwork Network)
{
    /// <summary>The numbers that weights of products can have.</summary>
    public WeightRange Weights { get; init; } = WeightRange.Pairs;

    /// <summary>Factor on measured ranges, for values that the calibration clips do not have.</summary>
    public double Margin { get; init; } = 1.1;

    /// <summary>Layers that stay in fp32, by the name of their weight.</summary>
    public IReadOnlySet<string> FloatLayers { get; init; } = new HashSet<string>();

    private const string Blocks = "visual.transformer.", Patches = "visual.conv1.weight";

    /// <summary>The layers that can be int8, by the name of their weight.</summary>
    public IEnumerable<string> Layers => Network.Ranges.Keys.Where(IsInBlock).Prepend(Patches);

    /// <summary>
    /// True for weights of the vision blocks. The other layers of the vision branch work on one vector for each frame, so that int8 would
    /// save nothing.
    /// </summary>
    public static bool IsInBlock(string weight) => weight.StartsWith(Blocks, StringComparison.Ordinal);

    /// <summary>The scale of the input of a layer; null when the layer stays in fp32.</summary>
    /// <param name="weight">Name of the layer's weight.</param>
    public ActivationScale? ScaleOf(string weight) =>
        IsInBlock(weight) && !FloatLayers.Contains(weight)
            && Network.Ranges.TryGetValue(weight, out var range)
            ? ActivationScale.Of(range, Margin)
            : null;

    /// <summary>True when patches are multiplied in int8. Their pixels are bytes already.</summary>
    public bool PatchesAreInt8 => !FloatLayers.Contains(Patches);
}
