// In which order an epoch goes through the clips: a seeded permutation that is computed place by place and never stored.
using StreamActions.Scenes;

namespace StreamActions.Trainer.Data;

/// <summary>
/// A Feistel network over the next even power of two, walked until it falls among the clips (Black and Rogaway's cycle walking):
/// each epoch meets every clip once, and any index is known without those before it.
/// </summary>
internal static class EpochOrder
{
    private const int Rounds = 4;

    /// <summary>The clip of an index.</summary>
    /// <param name="seed">Another seed, another order.</param>
    /// <param name="index">From 0; the epoch is <c>index / clips</c>.</param>
    /// <param name="clips">How many clips there are.</param>
    /// <returns>A number in [0, clips).</returns>
    public static int At(ulong seed, long index, int clips)
    {
        var key = Seeds.Of(seed, (ulong)(index / clips));
        var half = 1;
        while (1L << (2 * half) < clips)
            half++;
        var place = (ulong)(index % clips);
        do
            place = Permute(place, key, half);
        while (place >= (ulong)clips);
        return (int)place;
    }

    private static ulong Permute(ulong place, ulong key, int half)
    {
        var mask = (1UL << half) - 1;
        var (left, right) = (place >> half, place & mask);
        for (var round = 0; round < Rounds; round++)
            (left, right) = (right, left ^ (Seeds.Of(key + (ulong)round, right) & mask));
        return (left << half) | right;
    }
}
