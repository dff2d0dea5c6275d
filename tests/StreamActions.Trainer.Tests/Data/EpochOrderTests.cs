// Each epoch contains every clip once, in a random order of its own.
using CsCheck;
using StreamActions.Trainer.Data;

namespace StreamActions.Trainer.Tests.Data;

public sealed class EpochOrderTests
{
    [Fact]
    public void At_AnyEpoch_ContainsEveryClipOnce() =>
        Gen.Select(Gen.ULong, Gen.Long[0, 1_000_000], Gen.Int[1, 700]).Sample((seed, epoch, clips) =>
        Assert.Equal(Enumerable.Range(0, clips), Epoch(seed, epoch, clips).Order()));

    [Fact]
    public void At_OtherEpochOrSeed_GivesOtherOrder() =>
        Gen.Select(Gen.ULong, Gen.Long[0, 1000], Gen.Int[20, 200]).Sample((seed, epoch, clips) =>
    {
        Assert.NotEqual(Epoch(seed, epoch, clips), Epoch(seed, epoch + 1, clips));
        Assert.NotEqual(Epoch(seed, epoch, clips), Epoch(seed + 1, epoch, clips));
    });

    [Fact]
    public void At_ManyEpochs_FirstClipIsUniform()
    {
        var first = Enumerable.Range(0, 5000).GroupBy(epoch => EpochOrder.At(3, epoch * 10L, 10)).Select(group => group.Count()).ToList();

        Assert.Equal(10, first.Count);
        Assert.All(first, count => Assert.InRange(count, 400, 600));
    }

    private static IEnumerable<int> Epoch(ulong seed, long epoch, int clips) =>
        Enumerable.Range(0, clips).Select(place => EpochOrder.At(seed, epoch * clips + place, clips));
}
