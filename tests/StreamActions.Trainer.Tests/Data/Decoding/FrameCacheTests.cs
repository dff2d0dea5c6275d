// The frame cache stays within its capacity and evicts the least recently used entry.
using CsCheck;
using StreamActions.Trainer.Data.Decoding;

namespace StreamActions.Trainer.Tests.Data.Decoding;

public sealed class FrameCacheTests
{
    [Fact]
    public void Keep_AnyUse_StaysWithinCapacity() =>
        Gen.Select(Gen.Long[0, 500], Gen.Select(Gen.Int[0, 9], Gen.Int[1, 200]).Array[0, 60]).Sample((capacity, uses) =>
    {
        var cache = new FrameCache(capacity);
        foreach (var (key, bytes) in uses)
        {
            cache.Keep(key, Stack(bytes));
            Assert.InRange(cache.HeldBytes, 0, capacity);
            Assert.Equal(cache.HeldBytes, Enumerable.Range(0, 10).Sum(k => (long)(cache.Find(k)?.Pixels.Length ?? 0)));
        }
    });

    [Fact]
    public void Keep_Full_EvictsLeastRecentlyUsed()
    {
        var cache = new FrameCache(100);
        cache.Keep(1, Stack(40));
        cache.Keep(2, Stack(40));
        Assert.NotNull(cache.Find(1));
        cache.Keep(3, Stack(40));

        Assert.Equal([true, false, true], Enumerable.Range(1, 3).Select(key => cache.Find(key) is not null));
    }

    private static FrameStack Stack(int bytes) => new(new byte[bytes], 1, 1, 1);
}
