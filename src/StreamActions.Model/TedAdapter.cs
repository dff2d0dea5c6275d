// TED-Adapter: global temporal enhancement and local temporal difference in the vision blocks (docs/model.md §1).
namespace StreamActions.Model;

/// <summary>Temporal enhancement E: Linear C→Ca, a 3-tap convolution over time, Linear Ca→C. [B, T, L, C] → the same.</summary>
internal sealed class TemporalEnhancement<T>(ITensorOps<T> ops, ParameterScope<T> at, int width, int adapterWidth, int frames)
{
    private readonly Linear<T> _down = new(ops, at.At("fc1"), width, adapterWidth);
    private readonly T _weight = at.At("conv").Zeros("weight", adapterWidth, 1, 3);
    private readonly T _bias = at.At("conv").Zeros("bias", adapterWidth);
    private readonly Linear<T> _up = new(ops, at.At("fc2").AsAdapterOutput(), adapterWidth, width);

    public T Forward(T x) => _up.Forward(ops.TemporalConvolution(_down.Forward(x), _weight, _bias, frames, causal: false));
}

/// <summary>
/// Temporal difference Δ of patch tokens: each frame minus the previous one, convolved over the patch grid. [B, T, L−1, C] → the same.
/// </summary>
internal sealed class TemporalDifference<T>(ITensorOps<T> ops, ParameterScope<T> at, int width, int adapterWidth, int frames, int grid)
{
    private readonly Linear<T> _down = new(ops, at.At("fc1"), width, adapterWidth);
    private readonly T _weight = at.At("conv").Zeros("weight", adapterWidth, 1, 1, 3, 3);
    private readonly T _bias = at.At("conv").Zeros("bias", adapterWidth);
    private readonly Linear<T> _up = new(ops, at.At("fc2").AsAdapterOutput(), adapterWidth, width);

    public T Forward(T patches)
    {
        // d_t = x_t − x_{t−1}, d_0 = 0.
        var now = ops.Slice(patches, 1, 1, frames - 1);
        var before = ops.Slice(patches, 1, 0, frames - 1);
        var difference = ops.PadStart(ops.Subtract(now, before), 1, 1, 4);
        return _up.Forward(ops.GridConvolution(_down.Forward(difference), _weight, _bias, frames, grid));
    }
}

/// <summary>Both parts: <c>x + E(x) + pad_class(Δ(x))</c>, from the same x. The identity while its convolutions are zero.</summary>
internal sealed class TedAdapter<T>(ITensorOps<T> ops, ParameterScope<T> at, M2ClipConfig config)
{
    private readonly TemporalEnhancement<T> _enhancement =
        new(ops, at.As(ParameterRole.Enhancement), config.VisionWidth, config.VisionAdapterWidth, config.Frames);

    private readonly TemporalDifference<T> _difference = new(
        ops, at.At("offset_adapter").As(ParameterRole.Difference), config.VisionWidth, config.VisionAdapterWidth, config.Frames,
        config.Grid);

    /// <summary>[B·T, L, C] → [B·T, L, C].</summary>
    public T Forward(T tokens)
    {
        var x = ops.Reshape(tokens, -1, config.Frames, config.Tokens, config.VisionWidth);
        var patches = ops.Slice(x, 2, 1, config.Tokens - 1);
        // The class token is not on the grid, so its difference is zero.
        var difference = config.Frames > 1 ? ops.PadStart(_difference.Forward(patches), 2, 1, 4) : default;
        var sum = ops.Add(x, _enhancement.Forward(x));
        if (difference is not null)
            sum = ops.Add(sum, difference);
        return ops.Reshape(sum, -1, config.Tokens, config.VisionWidth);
    }

    /// <summary>For class tokens only, [B·T, 1, C] → [B·T, 1, C]: they have no difference term.</summary>
    public T ForwardClassTokens(T tokens)
    {
        var x = ops.Reshape(tokens, -1, config.Frames, 1, config.VisionWidth);
        return ops.Reshape(ops.Add(x, _enhancement.Forward(x)), -1, 1, config.VisionWidth);
    }
}
