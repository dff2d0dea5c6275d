// The ranges of a network's activations, measured on calibration clips.
namespace StreamActions.Model.Quantization;

/// <summary>Least and greatest value of each channel of an activation.</summary>
/// <param name="Least">One value for each channel.</param>
/// <param name="Greatest">One value for each channel.</param>
public sealed record ChannelRange(float[] Least, float[] Greatest)
{
    /// <summary>The greatest absolute value of each channel.</summary>
    public float[] Magnitudes() => [.. Least.Zip(Greatest, (least, greatest) => Math.Max(-least, greatest))];

    /// <summary>The range of both.</summary>
    public ChannelRange Union(ChannelRange other) => new(
        [.. Least.Zip(other.Least, Math.Min)],
        [.. Greatest.Zip(other.Greatest, Math.Max)]);

    /// <summary>The range of the activation divided by one positive factor for each channel.</summary>
    public ChannelRange DividedBy(float[] factors) => new(
        [.. Least.Zip(factors, (value, factor) => value / factor)],
        [.. Greatest.Zip(factors, (value, factor) => value / factor)]);
}

/// <summary>The range of the input of each observed layer, by the name of the layer's weight (<see cref="ObservedOps{T}"/>).</summary>
public sealed class ChannelRanges
{
    private readonly Dictionary<string, ChannelRange> _ranges = new(StringComparer.Ordinal);

    /// <summary>The ranges by name of the weight.</summary>
    public IReadOnlyDictionary<string, ChannelRange> ByWeight => _ranges;

    /// <summary>Extends the range of a layer's input.</summary>
    public void Observe(string weight, ChannelRange range) =>
        _ranges[weight] = _ranges.TryGetValue(weight, out var known) ? known.Union(range) : range;
}
