// Random numbers that depend only on a 64-bit seed, not on the .NET version.
using System.Numerics;

namespace StreamActions.Scenes;

/// <summary>
/// xoshiro256** seeded by splitmix64 (Blackman and Vigna). <see cref="Random(int)"/> has only 2³¹ seeds, so some training clips would
/// collide with held-out clips.
/// </summary>
internal sealed class SeededRandom : Random
{
    private ulong _a, _b, _c, _d;

    public SeededRandom(ulong seed) => (_a, _b, _c, _d) = (Seeds.Of(seed, 0), Seeds.Of(seed, 1), Seeds.Of(seed, 2), Seeds.Of(seed, 3));

    private ulong NextBits()
    {
        var result = BitOperations.RotateLeft(_b * 5, 7) * 9;
        var t = _b << 17;
        _c ^= _a;
        _d ^= _b;
        _b ^= _c;
        _a ^= _d;
        _c ^= t;
        _d = BitOperations.RotateLeft(_d, 45);
        return result;
    }

    public override double NextDouble() => (NextBits() >> 11) * (1.0 / (1UL << 53));

    public override int Next() => Next(int.MaxValue);

    public override int Next(int maxValue)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(maxValue);
        // Multiply and shift: the bias is below one part in 2³² per value.
        return (int)(((NextBits() >> 32) * (ulong)maxValue) >> 32);
    }

    public override int Next(int minValue, int maxValue)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(minValue, maxValue);
        return (int)(minValue + (long)(((NextBits() >> 32) * (ulong)((long)maxValue - minValue)) >> 32));
    }

    protected override double Sample() => NextDouble();
}
