// The states of streams in libtorch.
using StreamActions.Core.Bundles;
using StreamActions.Model;
using static TorchSharp.torch;

namespace StreamActions.Trainer.Network;

/// <summary>Keeps the states of B streams that start together. Call <see cref="Advance"/> after each frame.</summary>
/// <param name="streams">B.</param>
/// <param name="device">The network's device.</param>
internal sealed class TorchStreamStates(int streams, Device device) : IStreamStates<Tensor>
{
    private readonly Dictionary<string, Queue<Tensor>> _past = new(StringComparer.Ordinal);
    private bool _started;

    // Not full(): the garbage collector could free its native scalar during the call (TensorArithmetic).
    public Tensor First => _started ? zeros(streams, device: device) : ones(streams, device: device);

    public IReadOnlyList<Tensor> Shift(StreamState state, Tensor now)
    {
        if (!_past.TryGetValue(state.Name, out var past))
        {
            long[] shape = [streams, .. state.Shape];
            _past.Add(state.Name, past = new(Enumerable.Range(0, state.Lags).Select(_ => zeros(shape, device: device))));
        }
        Tensor[] newestFirst = [.. past.Reverse()];
        past.Dequeue();
        past.Enqueue(now);
        return newestFirst;
    }

    /// <summary>The next frame is not a stream's first.</summary>
    public void Advance() => _started = true;
}
