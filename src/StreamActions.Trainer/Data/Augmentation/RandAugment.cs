// RandAugment (Cubuk et al. 2020) with the operations and ranges of its "increasing" variant, which video recipes use.
namespace StreamActions.Trainer.Data.Augmentation;

/// <summary>Applies randomly drawn operations, one after the other.</summary>
internal static class RandAugment
{
    private const double MagnitudeSpread = 0.5, Chance = 0.5;

    /// <summary>An operation.</summary>
    /// <param name="Name">Its name.</param>
    /// <param name="Geometric">True when it moves pixels, which could imitate motion in a direction.</param>
    /// <param name="Apply">Applies it with a strength in [0, 1] and a sign.</param>
    internal sealed record Operation(string Name, bool Geometric, Action<ClipPixels, double, int> Apply);

    /// <summary>All operations.</summary>
    public static IReadOnlyList<Operation> All { get; } =
    [
        new("auto-contrast", false, (clip, _, _) => ToneOperations.AutoContrast(clip)),
        new("equalize", false, (clip, _, _) => ToneOperations.Equalize(clip)),
        new("invert", false, (clip, _, _) => ToneOperations.Invert(clip)),
        new("posterize", false, (clip, level, _) => ToneOperations.Posterize(clip, Math.Max(1, 4 - (int)(level * 4)))),
        new("solarize", false, (clip, level, _) => ToneOperations.Solarize(clip, 256 - (int)(level * 256))),
        new("solarize-add", false, (clip, level, _) => ToneOperations.SolarizeAdd(clip, (int)(level * 110))),
        new("brightness", false, (clip, level, sign) => ToneOperations.Brightness(clip, 1 + sign * 0.9 * level)),
        new("contrast", false, (clip, level, sign) => ToneOperations.Contrast(clip, 1 + sign * 0.9 * level)),
        new("saturation", false, (clip, level, sign) => PictureOperations.Saturation(clip, 1 + sign * 0.9 * level)),
        new("sharpness", false, (clip, level, sign) => PictureOperations.Sharpness(clip, 1 + sign * 0.9 * level)),
        new("rotate", true, (clip, level, sign) => PictureOperations.Rotate(clip, sign * 30 * level)),
        new("shear-x", true, (clip, level, sign) => PictureOperations.Shear(clip, sign * 0.3 * level, 0, 0, 0)),
        new("shear-y", true, (clip, level, sign) => PictureOperations.Shear(clip, 0, sign * 0.3 * level, 0, 0)),
        new("translate-x", true, (clip, level, sign) => PictureOperations.Shear(clip, 0, 0, sign * 0.45 * level * clip.Size, 0)),
        new("translate-y", true, (clip, level, sign) => PictureOperations.Shear(clip, 0, 0, 0, sign * 0.45 * level * clip.Size)),
    ];

    private static readonly Operation[] Tones = [.. All.Where(operation => !operation.Geometric)];

    /// <summary>Draws operations uniformly and applies each with probability 0.5.</summary>
    /// <param name="clip">The clip.</param>
    /// <param name="operations">Number of operations to draw.</param>
    /// <param name="magnitude">Mean of their strength, in [0, 10].</param>
    /// <param name="geometric">True includes operations that move pixels.</param>
    /// <param name="random">Source of random numbers.</param>
    public static void Apply(ClipPixels clip, int operations, double magnitude, bool geometric, Random random)
    {
        var choice = geometric ? All : Tones;
        for (var n = 0; n < operations; n++)
        {
            var operation = choice[random.Next(choice.Count)];
            var level = Math.Clamp(magnitude + MagnitudeSpread * Normal(random), 0, 10) / 10;
            var sign = random.NextDouble() < 0.5 ? -1 : 1;
            if (random.NextDouble() < Chance)
                operation.Apply(clip, level, sign);
        }
    }

    /// <summary>A standard normal number (Box–Muller transform).</summary>
    private static double Normal(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
