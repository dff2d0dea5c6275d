// Derives independent seeds from one seed.
namespace StreamActions.Scenes;

/// <summary>Derives seeds with the finalizer of splitmix64; pure.</summary>
internal static class Seeds
{
    /// <summary>The seed number <paramref name="index"/> of a sequence.</summary>
    public static ulong Of(ulong seed, ulong index)
    {
        var z = seed + (index + 1) * 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
