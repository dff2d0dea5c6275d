// How a frame sees other frames: within a clip, or through the state of a stream (docs/model.md §7).
using StreamActions.Core.Bundles;

namespace StreamActions.Model;

/// <summary>The state of streams while one frame of each is encoded.</summary>
/// <typeparam name="T">The backend's tensor.</typeparam>
public interface IStreamStates<T>
{
    /// <summary>[B], 1 for a stream's first frame, else 0.</summary>
    T First { get; }

    /// <summary>Keeps this frame's value [B, shape] for the frames after it.</summary>
    /// <returns>
    /// The values of the last <see cref="StreamState.Lags"/> frames, newest first, each [B, shape]; zeros before the stream's first frame.
    /// </returns>
    IReadOnlyList<T> Shift(StreamState state, T now);
}

/// <summary>The frames that an adapter sees. Its tensors have the shape [B, F, L, C] for F frames.</summary>
internal abstract class Timeline<T>
{
    /// <summary>Frames F on the time axis.</summary>
    public abstract int Frames { get; }

    /// <summary>
    /// Depthwise 3-tap convolution over time: x [B, F, L, Ca] → the same shape.
    /// </summary>
    /// <param name="state">What a stream keeps of x.</param>
    /// <param name="x">The values of the frames.</param>
    /// <param name="weight">[Ca, 1, 3].</param>
    /// <param name="bias">[Ca].</param>
    public abstract T Convolve(StreamState state, T x, T weight, T bias);

    /// <summary>
    /// A linear map of each patch token minus that of the frame before: tokens x [B, F, L, C] → [B, F, L−1, Ca], the map's bias for the
    /// first frame. The class token is left out.
    /// </summary>
    public abstract T Difference(StreamState state, T x, Linear<T> map);
}

/// <summary>All frames of a clip at once.</summary>
internal sealed class ClipTimeline<T>(ITensorOps<T> ops, int frames, int tokens, bool causal) : Timeline<T>
{
    public override int Frames => frames;

    public override T Convolve(StreamState state, T x, T weight, T bias) => ops.TemporalConvolution(x, weight, bias, frames, causal);

    public override T Difference(StreamState state, T x, Linear<T> map)
    {
        var patches = ops.Slice(x, 2, 1, tokens - 1);
        // d_t = x_t − x_{t−1}, d_0 = 0.
        var now = ops.Slice(patches, 1, 1, frames - 1);
        var before = ops.Slice(patches, 1, 0, frames - 1);
        return map.Forward(ops.PadStart(ops.Subtract(now, before), 1, 1, 4));
    }
}

/// <summary>One frame of each stream. Earlier frames are seen through the streams' state, which has a time axis of one frame.</summary>
internal sealed class StreamTimeline<T>(ITensorOps<T> ops, IStreamStates<T> states, int tokens) : Timeline<T>
{
    public override int Frames => 1;

    public override T Convolve(StreamState state, T x, T weight, T bias)
    {
        var past = states.Shift(state, x);
        return ops.TemporalTaps(past[1], past[0], x, weight, bias);
    }

    public override T Difference(StreamState state, T x, Linear<T> map)
    {
        // W(x_t − x_{t−1}) = Wx_t − Wx_{t−1}, so the state is Wx and has the adapter's width.
        // All tokens are mapped, the class token too: both adapters then read the same tensor.
        var now = map.ForwardWithoutBias(x);
        var change = ops.ZeroWhere(ops.Subtract(now, states.Shift(state, now)[0]), states.First);
        return ops.Slice(map.AddBias(change), 2, 1, tokens - 1);
    }
}
