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

/// <summary>The state of one stream while some tokens of a frame are encoded.</summary>
/// <typeparam name="T">The backend's tensor.</typeparam>
public interface IRowStates<T> : IStreamStates<T>
{
    /// <summary>The tokens to encode. All of them at the stream's first frame.</summary>
    TokenRows<T> Rows { get; }

    /// <summary>The values of the last <see cref="StreamState.Lags"/> frames, newest first, each [1, shape].</summary>
    IReadOnlyList<T> Past(StreamState state);

    /// <summary>Keeps this frame's value [1, shape] for the frames after it.</summary>
    void Keep(StreamState state, T now);

    /// <summary>What each token had when it was encoded last, [L, C].</summary>
    T Cached(StreamState cache);

    /// <summary>Replaces what <see cref="Cached"/> gives. Nothing else reads the old value.</summary>
    void Replace(StreamState cache, T now);
}

/// <summary>The frames that an adapter sees. Its tensors have the shape [B, F, L, C] for F frames.</summary>
internal abstract class Timeline<T>
{
    /// <summary>Frames F on the time axis.</summary>
    public abstract int Frames { get; }

    /// <summary>The tokens that are encoded; null: all.</summary>
    public virtual TokenRows<T>? Rows => null;

    /// <summary>Tokens [B·F, L, C] → [B, F, L, C].</summary>
    public abstract T Split(T x, int width);

    /// <summary>[B, F, L, C] → tokens [B·F, L, C].</summary>
    public abstract T Join(T x, int width);

    /// <summary>A value for all tokens of a frame, from that of the tokens that are encoded: [B·F, n, C] → [B·F, L, C].</summary>
    public virtual T OfAllTokens(StreamState cache, T x) => x;

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

    public override T Split(T x, int width) => ops.Reshape(x, -1, frames, tokens, width);

    public override T Join(T x, int width) => ops.Reshape(x, -1, tokens, width);

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

    public override T Split(T x, int width) => ops.Reshape(x, -1, 1, tokens, width);

    public override T Join(T x, int width) => ops.Reshape(x, -1, tokens, width);

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

/// <summary>
/// Some tokens of one frame of one stream. The other tokens keep their values of the frame before: time goes on for them with a repetition,
/// so they have no difference, and attention sees their keys and values.
/// </summary>
internal sealed class RowTimeline<T>(ITensorOps<T> ops, IRowStates<T> states, int tokens) : Timeline<T>
{
    // Of the shape [1, L, C], with the stream axis before it.
    private const int TokenAxis = 2;

    public override int Frames => 1;

    public override TokenRows<T>? Rows => states.Rows;

    public override T Split(T x, int width) => ops.Reshape(x, 1, 1, -1, width);

    public override T Join(T x, int width) => ops.Reshape(x, 1, -1, width);

    public override T OfAllTokens(StreamState cache, T x)
    {
        var all = ops.ScatterRows(states.Cached(cache), states.Rows.Tokens, ops.Reshape(x, -1, cache.Shape[1]), 0);
        states.Replace(cache, all);
        return ops.Reshape(all, [1, .. cache.Shape]);
    }

    public override T Convolve(StreamState state, T x, T weight, T bias)
    {
        if (state.Shape[1] == 1)   // of one vector a frame, which is always computed
        {
            var last = states.Shift(state, x);
            return ops.TemporalTaps(last[1], last[0], x, weight, bias);
        }
        var past = states.Past(state);
        states.Keep(state, ops.ScatterRows(past[0], states.Rows.Tokens, x, TokenAxis));
        T Before(int lag) => ops.GatherRows(past[lag - 1], states.Rows.Tokens, TokenAxis);
        return ops.TemporalTaps(Before(2), Before(1), x, weight, bias);
    }

    public override T Difference(StreamState state, T x, Linear<T> map)
    {
        var past = states.Past(state)[0];
        var now = ops.ScatterRows(past, states.Rows.Tokens, map.ForwardWithoutBias(x), TokenAxis);
        states.Keep(state, now);
        // Zero for the other tokens.
        var change = ops.ZeroWhere(ops.Subtract(now, past), states.First);
        return ops.Slice(map.AddBias(change), TokenAxis, 1, tokens - 1);
    }
}
