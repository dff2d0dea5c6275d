// TED-Adapter: global temporal enhancement and local temporal difference in the vision blocks (docs/model.md §1).
using StreamActions.Core.Bundles;

namespace StreamActions.Model;

/// <summary>Temporal enhancement E: Linear C→Ca, a 3-tap convolution over time, Linear Ca→C (<see cref="Up"/>).</summary>
internal sealed class TemporalEnhancement<T>(ITensorOps<T> ops, ParameterScope<T> at, int width, int adapterWidth)
{
    private readonly Linear<T> _down = new(ops, at.At("fc1"), width, adapterWidth);
    private readonly T _weight = at.At("conv").Zeros("weight", adapterWidth, 1, 3);
    private readonly T _bias = at.At("conv").Zeros("bias", adapterWidth);

    /// <summary>The last map, Ca → C.</summary>
    public Linear<T> Up { get; } = new(ops, at.At("fc2").AsAdapterOutput(), adapterWidth, width);

    /// <summary>[B, F, L, C] → [B, F, L, C].</summary>
    public T Forward(T x, Timeline<T> time, string place, int tokens) => Up.Forward(Hidden(x, time, place, tokens));

    /// <summary>The input of the last map: [B, F, L, C] → [B, F, L, Ca].</summary>
    public T Hidden(T x, Timeline<T> time, string place, int tokens) =>
        time.Convolve(State(place, tokens), _down.Forward(x), _weight, _bias);

    /// <summary>What a stream keeps of a place with this number of tokens.</summary>
    public StreamState State(string place, int tokens) => new($"{place}.enhancement", [1, tokens, adapterWidth], 2);
}

/// <summary>
/// Temporal difference Δ of patch tokens: each frame minus the previous one, Linear C→Ca, convolved over the patch grid, Linear Ca→C.
/// </summary>
internal sealed class TemporalDifference<T>(ITensorOps<T> ops, ParameterScope<T> at, int width, int adapterWidth, int tokens)
{
    private readonly Linear<T> _down = new(ops, at.At("fc1"), width, adapterWidth);
    private readonly T _weight = at.At("conv").Zeros("weight", adapterWidth, 1, 1, 3, 3);
    private readonly T _bias = at.At("conv").Zeros("bias", adapterWidth);
    private readonly Linear<T> _up = new(ops, at.At("fc2").AsAdapterOutput(), adapterWidth, width);

    /// <summary>The convolution and the last map.</summary>
    public GridMap<T> Up => new(_weight, _bias, _up.Parameters);

    /// <summary>The input of the convolution: [B, F, L, C] → [B, F, L−1, Ca].</summary>
    public T Hidden(T x, Timeline<T> time, string place) =>
        time.Difference(State(place), x, _down);

    /// <summary>What a stream keeps.</summary>
    public StreamState State(string place) => new($"{place}.difference", [1, tokens, adapterWidth], 1);
}

/// <summary>Both parts: <c>x + E(x) + pad_class(Δ(x))</c>, from the same x. The identity while its convolutions are zero.</summary>
internal sealed class TedAdapter<T>(ITensorOps<T> ops, ParameterScope<T> at, M2ClipConfig config, string place)
{
    private readonly TemporalEnhancement<T> _enhancement =
        new(ops, at.As(ParameterRole.Enhancement), config.VisionWidth, config.VisionAdapterWidth);

    private readonly TemporalDifference<T> _difference = new(
        ops, at.At("offset_adapter").As(ParameterRole.Difference), config.VisionWidth, config.VisionAdapterWidth, config.Tokens);

    /// <summary>What a stream keeps for <see cref="Forward"/>, in the order of its use.</summary>
    public IEnumerable<StreamState> States => config.Frames == 1
        ? [_enhancement.State(place, config.Tokens)]
        : [_difference.State(place), _enhancement.State(place, config.Tokens)];

    /// <summary>What a stream keeps for <see cref="ForwardClassTokens"/>.</summary>
    public IEnumerable<StreamState> ClassTokenStates => [_enhancement.State(place, 1)];

    /// <summary>[B·F, L, C] → [B·F, L, C].</summary>
    public T Forward(T tokens, Timeline<T> time) =>
        time.Join(Sum(time.Split(tokens, config.VisionWidth), time), config.VisionWidth);

    // The class token is not on the grid, so it has no difference. A clip of one frame has none either.
    private T Sum(T x, Timeline<T> time)
    {
        if (config.Frames == 1)
            return ops.Add(x, _enhancement.Forward(x, time, place, config.Tokens));
        var difference = _difference.Hidden(x, time, place);
        var enhancement = _enhancement.Hidden(x, time, place, config.Tokens);
        return ops.AddAdapter(
            x, enhancement, _enhancement.Up.Parameters, difference, _difference.Up, new(time.Frames, config.Grid), time.Rows);
    }

    /// <summary>For class tokens only, [B·F, 1, C] → [B·F, 1, C]: they have no difference term.</summary>
    public T ForwardClassTokens(T tokens, Timeline<T> time)
    {
        var x = ops.Reshape(tokens, -1, time.Frames, 1, config.VisionWidth);
        return ops.Reshape(ops.Add(x, _enhancement.Forward(x, time, place, 1)), -1, 1, config.VisionWidth);
    }
}
