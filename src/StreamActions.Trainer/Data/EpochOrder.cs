// The order of clips in an epoch: a seeded permutation, computed per index and never stored.
using StreamActions.Scenes;

namespace StreamActions.Trainer.Data;

/// <summary>
/// A Feistel network over a power of four that is not below the number of clips, applied until the result is the number of a clip
/// (cycle walking, Black and Rogaway 2002). Each epoch contains every clip once, and each index is computed without the earlier ones.
/// </summary>
internal static class EpochOrder
{
    private const int Rounds = 4;

    /// <summary>The clip at an index.</summary>
    /// <param name="seed">Seed of the order.</param>
    /// <param name="index">Index from 0 over all epochs; the epoch is <c>index / clips</c>.</param>
    /// <param name="clips">Number of clips.</param>
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
