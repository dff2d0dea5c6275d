// Colour jitter: random brightness, contrast and saturation.
namespace StreamActions.Trainer.Data.Augmentation;

/// <summary>Changes the colours of a clip.</summary>
internal static class ColourJitter
{
    /// <summary>Multiplies each of the three by its own random factor in 1 ± <paramref name="strength"/>.</summary>
    public static void Apply(ClipPixels clip, double strength, Random random)
    {
        double Factor() => 1 + strength * (2 * random.NextDouble() - 1);
        ToneOperations.Brightness(clip, Factor());
        ToneOperations.Contrast(clip, Factor());
        PictureOperations.Saturation(clip, Factor());
    }
}
