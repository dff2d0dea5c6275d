// The number of warm-up frames of each batch of a causal network (docs/model.md §7).
using StreamActions.Core.Bundles;
using StreamActions.Model;
using StreamActions.Scenes;

namespace StreamActions.Trainer.Training;

/// <summary>
/// Frames that a causal network sees before the T frames that are scored. In training they range from none to T at random, so that the
/// network knows the start of a stream and a stream that has run for some time. A network that is not causal gets none.
/// </summary>
internal static class WarmUpFrames
{
    private const ulong Stream = 9;

    /// <summary>Largest number of warm-up frames of a network. Evaluation uses it.</summary>
    public static int Most(M2ClipConfig config) => config.Temporal == TemporalMode.Causal ? config.Frames : 0;

    /// <summary>Warm-up frames of a batch, from 0 to <see cref="Most"/>. All clips of a batch have the same number.</summary>
    /// <param name="config">The network.</param>
    /// <param name="seed">Seed of the run.</param>
    /// <param name="batch">Number of the batch. A resumed run has the same numbers.</param>
    public static int Of(M2ClipConfig config, ulong seed, long batch) =>
        (int)(Seeds.Of(Seeds.Of(seed, Stream), (ulong)batch) % (ulong)(Most(config) + 1));
}
