// Random numbers match the published algorithm and are uniform.
namespace StreamActions.Scenes.Tests;

public sealed class SeededRandomTests
{
    [Fact]
    public void NextDouble_SeedZero_MatchesPublishedAlgorithm()
    {
        // The first outputs of xoshiro256** seeded by splitmix64(0), from an independent implementation.
        ulong[] expected = [0x99EC5F36CB75F2B4, 0xBF6E1F784956452A, 0x1A5F849D4933E6E0];
        var random = new SeededRandom(0);
        Assert.All(expected, bits => Assert.Equal((bits >> 11) * Math.Pow(2, -53), random.NextDouble()));
    }

    [Fact]
    public void Next_ConsecutiveSeeds_AreUniform()
    {
        var counts = new int[17];
        for (var seed = 0UL; seed < 17_000; seed++)
            counts[new SeededRandom(seed).Next(17)]++;
        Assert.All(counts, c => Assert.InRange(c, 850, 1150));
    }

    [Fact]
    public void Next_WithBounds_StaysWithinBounds()
    {
        var random = new SeededRandom(3);
        var values = Enumerable.Range(0, 1000).Select(_ => random.Next(-2, 3)).ToHashSet();
        Assert.Equal([-2, -1, 0, 1, 2], values.Order());
        Assert.Throws<ArgumentOutOfRangeException>(() => random.Next(3, 2));
    }
}
