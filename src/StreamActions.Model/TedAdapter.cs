// TED-Adapter: global temporal enhancement and local temporal difference in the vision blocks (docs/model.md §1).
namespace StreamActions.Model;

/// <summary>Temporal enhancement E: Linear C→Ca, a 3-tap convolution over time, Linear Ca→C. [B, F, L, C] → the same.</summary>
internal sealed class TemporalEnhancement<T>(ITensorOps<T> ops, ParameterScope<T> at, int width, int adapterWidth)
{
    private readonly Linear<T> _down = new(ops, at.At("fc1"), width, adapterWidth);
    private readonly T _weight = at.At("conv").Zeros("weight", adapterWidth, 1, 3);
    private readonly T _bias = at.At("conv").Zeros("bias", adapterWidth);
    private readonly Linear<T> _up = new(ops, at.At("fc2").AsAdapterOutput(), adapterWidth, width);

    public T Forward(T x, Timeline<T> time, string place, int tokens) =>
        _up.Forward(time.Convolve(new($"{place}.enhancement", [tokens, adapterWidth], 2), _down.Forward(x), _weight, _bias));
}

/// <summary>
/// Temporal difference Δ of patch tokens: each frame minus the previous one, convolved over the patch grid. [B, F, L, C] → [B, F, L−1, C].
/// </summary>
internal sealed class TemporalDifference<T>(ITensorOps<T> ops, ParameterScope<T> at, int width, int adapterWidth, int grid)
{
    private readonly Linear<T> _down = new(ops, at.At("fc1"), width, adapterWidth);
    private readonly T _weight = at.At("conv").Zeros("weight", adapterWidth, 1, 1, 3, 3);
    private readonly T _bias = at.At("conv").Zeros("bias", adapterWidth);
    private readonly Linear<T> _up = new(ops, at.At("fc2").AsAdapterOutput(), adapterWidth, width);

    public T Forward(T x, Timeline<T> time, string place)
    {
        var difference = time.Difference(new($"{place}.difference", [1 + grid * grid, adapterWidth], 1), x, _down);
        return _up.Forward(ops.GridConvolution(difference, _weight, _bias, time.Frames, grid));
    }
}

/// <summary>Both parts: <c>x + E(x) + pad_class(Δ(x))</c>, from the same x. The identity while its convolutions are zero.</summary>
internal sealed class TedAdapter<T>(ITensorOps<T> ops, ParameterScope<T> at, M2ClipConfig config, string place)
{
    private readonly TemporalEnhancement<T> _enhancement =
        new(ops, at.As(ParameterRole.Enhancement), config.VisionWidth, config.VisionAdapterWidth);

    private readonly TemporalDifference<T> _difference = new(
        ops, at.At("offset_adapter").As(ParameterRole.Difference), config.VisionWidth, config.VisionAdapterWidth, config.Grid);

    /// <summary>[B·F, L, C] → [B·F, L, C].</summary>
    public T Forward(T tokens, Timeline<T> time)
    {
        var x = ops.Reshape(tokens, -1, time.Frames, config.Tokens, config.VisionWidth);
        // The class token is not on the grid, so its difference is zero. A clip of one frame has no difference.
        var difference = config.Frames > 1 ? ops.PadStart(_difference.Forward(x, time, place), 2, 1, 4) : default;
        var sum = ops.Add(x, _enhancement.Forward(x, time, place, config.Tokens));
        if (difference is not null)
            sum = ops.Add(sum, difference);
        return ops.Reshape(sum, -1, config.Tokens, config.VisionWidth);
    }

    /// <summary>For class tokens only, [B·F, 1, C] → [B·F, 1, C]: they have no difference term.</summary>
    public T ForwardClassTokens(T tokens, Timeline<T> time)
    {
        var x = ops.Reshape(tokens, -1, time.Frames, 1, config.VisionWidth);
        return ops.Reshape(ops.Add(x, _enhancement.Forward(x, time, place, 1)), -1, 1, config.VisionWidth);
    }
}
