// RandAugment (Cubuk et al. 2020) with the operations and ranges of its "increasing" form, as video recipes use it.
namespace StreamActions.Trainer.Data.Augmentation;

/// <summary>Some operations, drawn at random, one after the other.</summary>
internal static class RandAugment
{
    private const double MagnitudeSpread = 0.5, Chance = 0.5;

    /// <summary>An operation.</summary>
    /// <param name="Name">Its name.</param>
    /// <param name="Geometric">Whether it moves pixels: then it may fake a direction.</param>
    /// <param name="Apply">Does it, with a strength in [0, 1] and a sign.</param>
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
        new("shear-x", true, (clip, level, sign) => PictureOperations.Slant(clip, sign * 0.3 * level, 0, 0, 0)),
        new("shear-y", true, (clip, level, sign) => PictureOperations.Slant(clip, 0, sign * 0.3 * level, 0, 0)),
        new("translate-x", true, (clip, level, sign) => PictureOperations.Slant(clip, 0, 0, sign * 0.45 * level * clip.Size, 0)),
        new("translate-y", true, (clip, level, sign) => PictureOperations.Slant(clip, 0, 0, 0, sign * 0.45 * level * clip.Size)),
    ];

    private static readonly Operation[] Tones = [.. All.Where(operation => !operation.Geometric)];

    /// <summary>Applies operations, each drawn with the same chance and then done or left with even odds.</summary>
    /// <param name="clip">The clip.</param>
    /// <param name="operations">How many are drawn.</param>
    /// <param name="magnitude">Their strength in [0, 10], a little different each time.</param>
    /// <param name="geometric">Whether operations that move pixels are among them.</param>
    /// <param name="random">Draws.</param>
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

    /// <summary>Box and Muller's normal number.</summary>
    private static double Normal(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
