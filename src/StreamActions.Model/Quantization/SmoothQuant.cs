// Moves outlier channels of activations into weights, so that one scale for a whole activation loses less (Xiao et al., SmoothQuant,
// ICML 2023).
using StreamActions.Model.Weights;

namespace StreamActions.Model.Quantization;

/// <summary>
/// A network that computes the same as the original one, with channels of activations that are closer to each other in size.
/// </summary>
/// <param name="Weights">By name.</param>
/// <param name="Ranges">
/// Of the inputs of layers, after the division by <paramref name="InputFactors"/>; by name of the layer's weight.
/// </param>
/// <param name="InputFactors">
/// The input of the layer with this weight must be divided by these factors, one for each channel. Only for layers where no earlier
/// parameter could take the factors.
/// </param>
public sealed record SmoothedNetwork(
    IReadOnlyDictionary<string, TensorData> Weights,
    IReadOnlyDictionary<string, ChannelRange> Ranges,
    IReadOnlyDictionary<string, float[]> InputFactors);

/// <summary>
/// Divides each channel of an activation by a factor and multiplies the next layer's weights by it. The division is part of the parameters
/// before the activation, wherever they are linear in it.
/// </summary>
public static class SmoothQuant
{
    /// <summary>How much of an outlier moves into the weights: 0 nothing, 1 all of it.</summary>
    public const double DefaultStrength = 0.5;

    private const float Least = 1e-5f;   // a channel that is always zero

    /// <summary>Folds the factors into the vision branch.</summary>
    /// <param name="config">Sizes of the network.</param>
    /// <param name="weights">Its weights; they stay as they are.</param>
    /// <param name="ranges">Of the inputs of its layers. A layer without a range stays as it is.</param>
    /// <param name="strength">In [0, 1].</param>
    public static SmoothedNetwork Fold(
        M2ClipConfig config,
        IReadOnlyDictionary<string, TensorData> weights,
        IReadOnlyDictionary<string, ChannelRange> ranges,
        double strength = DefaultStrength)
    {
        Folding folding = new(weights, ranges, strength);
        for (var n = 0; n < config.VisionLayers; n++)
        {
            var block = $"visual.transformer.resblocks.{n}.";
            folding.Into(block + "attn.in_proj_weight", block + "ln_1.weight", block + "ln_1.bias");
            folding.Into(block + "mlp.c_fc.weight", block + "ln_2.weight", block + "ln_2.bias");
            // Attention averages values channel by channel, so a factor on its output is a factor on the values.
            folding.IntoRows(
                2 * config.VisionWidth, block + "attn.out_proj.weight", block + "attn.in_proj_weight", block + "attn.in_proj_bias");
            foreach (var adapter in new[] { block + "adapter_pre_attn.", block + "adapter_pre_mlp." })
            {
                var difference = adapter + "offset_adapter.";
                folding.Into(adapter + "fc2.weight", adapter + "conv.weight", adapter + "conv.bias");
                folding.Into(difference + "fc2.weight", difference + "conv.weight", difference + "conv.bias");
                folding.OnInput(adapter + "fc1.weight", difference + "fc1.weight");
            }
        }
        return folding.ToNetwork();
    }

    private sealed class Folding(
        IReadOnlyDictionary<string, TensorData> weights, IReadOnlyDictionary<string, ChannelRange> ranges, double strength)
    {
        private readonly Dictionary<string, TensorData> _weights = new(weights, StringComparer.Ordinal);
        private readonly Dictionary<string, ChannelRange> _ranges = new(ranges, StringComparer.Ordinal);
        private readonly Dictionary<string, float[]> _inputFactors = new(StringComparer.Ordinal);

        public SmoothedNetwork ToNetwork() => new(_weights, _ranges, _inputFactors);

        /// <summary>Folds into parameters whose first axis has the channels of the layer's input.</summary>
        public void Into(string layer, params ReadOnlySpan<string> producers) => IntoRows(0, layer, producers);

        /// <summary>Folds into parameters whose first axis has those channels from an index on.</summary>
        public void IntoRows(int start, string layer, params ReadOnlySpan<string> producers)
        {
            if (Scale([layer]) is not { } factors)
                return;
            foreach (var producer in producers)
                _weights[producer] = WithRowsDivided(_weights[producer], factors, start);
        }

        /// <summary>The division becomes an operation of its own. Layers with the same input share it.</summary>
        public void OnInput(string first, string second)
        {
            if (!_ranges.TryGetValue(first, out var range))
                return;
            var shared = _ranges.TryGetValue(second, out var other)
                && range.Least.SequenceEqual(other.Least) && range.Greatest.SequenceEqual(other.Greatest);
            foreach (var layers in shared ? [[first, second]] : new string[][] { [first], [second] })
            {
                if (Scale(layers) is not { } factors)
                    continue;
                foreach (var layer in layers)
                    _inputFactors[layer] = factors;
            }
        }

        // Multiplies the columns of layers with one input by its factors; null when the input was not observed.
        private float[]? Scale(string[] layers)
        {
            if (!_ranges.TryGetValue(layers[0], out var range))
                return null;
            var factors = Factors(range.Magnitudes(), [.. layers.Select(l => _weights[l])], strength);
            foreach (var layer in layers)
            {
                _weights[layer] = WithColumnsMultiplied(_weights[layer], factors);
                _ranges[layer] = range.DividedBy(factors);
            }
            return factors;
        }
    }

    // magnitude^s / weight^(1−s) for each channel, with a geometric mean of 1.
    private static float[] Factors(float[] magnitudes, TensorData[] layers, double strength)
    {
        var channels = magnitudes.Length;
        var logarithms = new double[channels];
        for (var c = 0; c < channels; c++)
        {
            var weight = Least;
            foreach (var layer in layers)
                for (var at = c; at < layer.Values.Length; at += channels)
                    weight = Math.Max(weight, Math.Abs(layer.Values[at]));
            logarithms[c] = strength * Math.Log(Math.Max(magnitudes[c], Least)) - (1 - strength) * Math.Log(weight);
        }
        var mean = logarithms.Average();
        return [.. logarithms.Select(l => (float)Math.Exp(l - mean))];
    }

    private static TensorData WithRowsDivided(TensorData parameter, float[] factors, int start)
    {
        float[] values = [.. parameter.Values];
        var row = values.Length / (int)parameter.Shape[0];
        for (var c = 0; c < factors.Length; c++)
            foreach (ref var value in values.AsSpan((start + c) * row, row))
                value /= factors[c];
        return new(parameter.Shape, values);
    }

    private static TensorData WithColumnsMultiplied(TensorData matrix, float[] factors)
    {
        float[] values = [.. matrix.Values];
        for (var i = 0; i < values.Length; i++)
            values[i] *= factors[i % factors.Length];
        return new(matrix.Shape, values);
    }
}
