// The states of streams in libtorch.
using StreamActions.Core.Bundles;
using StreamActions.Model;
using static TorchSharp.torch;

namespace StreamActions.Trainer.Network;

/// <summary>Keeps the states of B streams that start together. Call <see cref="Advance"/> after each frame.</summary>
/// <param name="streams">B.</param>
/// <param name="device">The network's device.</param>
internal sealed class TorchStreamStates(int streams, Device device) : IRowStates<Tensor>
{
    private readonly Dictionary<string, Queue<Tensor>> _past = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Tensor> _caches = new(StringComparer.Ordinal);
    private bool _started;

    // Not full(): the garbage collector could free its native scalar during the call (TensorArithmetic).
    public Tensor First => _started ? zeros(streams, device: device) : ones(streams, device: device);

    /// <summary>Set it before each frame of which only some tokens are encoded.</summary>
    public TokenRows<Tensor> Rows { get; set; }

    public IReadOnlyList<Tensor> Shift(StreamState state, Tensor now)
    {
        var past = Past(state);
        Keep(state, now);
        return past;
    }

    public IReadOnlyList<Tensor> Past(StreamState state)
    {
        if (!_past.TryGetValue(state.Name, out var past))
        {
            long[] shape = [streams, .. state.Shape];
            _past.Add(state.Name, past = new(Enumerable.Range(0, state.Lags).Select(_ => zeros(shape, device: device))));
        }
        return [.. past.Reverse()];
    }

    public void Keep(StreamState state, Tensor now)
    {
        var past = _past[state.Name];
        past.Dequeue();
        past.Enqueue(now);
    }

    public Tensor Cached(StreamState cache) =>
        _caches.TryGetValue(cache.Name, out var cached) ? cached : zeros([.. cache.Shape], device: device);

    public void Replace(StreamState cache, Tensor now) => _caches[cache.Name] = now;

    /// <summary>The next frame is not a stream's first.</summary>
    public void Advance() => _started = true;
}
