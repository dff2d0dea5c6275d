// The seeded held-out split: stable under added clips, close to its share, and different for each seed.
using CsCheck;
using StreamActions.Trainer.Data.Layouts;

namespace StreamActions.Trainer.Tests.Data.Layouts;

public sealed class HeldOutSplitTests
{
    [Fact]
    public void Open_ClipsAdded_KeepsPartOfExistingClips() =>
        Gen.Select(Gen.ULong, Gen.Int[3, 12], Gen.Int[1, 12], Gen.Double[0.1, 0.5]).Sample((seed, before, added, share) =>
    {
        using var folder = new DataFolder();
        string[] names = [.. Enumerable.Range(0, before + added).Select(n => $"a/{n * 7919 % 1009}.mp4")];
        folder.Touch(names[..before]);
        var options = new DataSetOptions { Path = folder.Path, Seed = seed, HeldOutShare = share };
        if (Open(options) is not { } one)
            return;
        folder.Touch(names[before..]);
        if (Open(options) is not { } two)
            return;
        Assert.Superset(one.HeldOut.Select(c => c.Name).ToHashSet(), two.HeldOut.Select(c => c.Name).ToHashSet());
        Assert.Superset(one.Training.Select(c => c.Name).ToHashSet(), two.Training.Select(c => c.Name).ToHashSet());
    }, iter: 60);

    [Fact]
    public void IsHeldOut_ManyNames_HoldsOutShare() => Gen.Select(Gen.ULong, Gen.Double[0.05, 0.95]).Sample((seed, share) =>
        // Bound: five standard errors of 2,000 draws.
        Math.Abs(Enumerable.Range(0, 2000).Count(n => HeldOutSplit.IsHeldOut(seed, $"{n}.mp4", share)) / 2000.0 - share)
            < 5 * Math.Sqrt(share * (1 - share) / 2000), iter: 50);

    [Fact]
    public void IsHeldOut_OtherSeed_HoldsOutOtherClips() => Assert.NotEqual(
        Enumerable.Range(0, 50).Where(n => HeldOutSplit.IsHeldOut(1, $"{n}", 0.3)),
        Enumerable.Range(0, 50).Where(n => HeldOutSplit.IsHeldOut(2, $"{n}", 0.3)));

    // With few clips, one part may be empty. The reader refuses that; another test covers it.
    private static DataSet? Open(DataSetOptions options)
    {
        try
        {
            return DataSetReader.Open(options);
        }
        catch (DataSetException)
        {
            return null;
        }
    }
}
