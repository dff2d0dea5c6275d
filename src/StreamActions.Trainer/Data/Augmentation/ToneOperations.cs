// Operations that map each channel value through a table, the same table for all frames of a clip.
namespace StreamActions.Trainer.Data.Augmentation;

/// <summary>Tone operations on a clip.</summary>
internal static class ToneOperations
{
    /// <summary>Multiplies all values by a factor.</summary>
    public static void Brightness(ClipPixels clip, double factor) => Apply(clip, value => value * factor);

    /// <summary>Scales the distance of each value from the clip's mean.</summary>
    public static void Contrast(ClipPixels clip, double factor)
    {
        var sum = 0L;
        foreach (var value in clip.Pixels)
            sum += value;
        var mean = (double)sum / clip.Pixels.Length;
        Apply(clip, value => mean + (value - mean) * factor);
    }

    /// <summary>Inverts all values.</summary>
    public static void Invert(ClipPixels clip) => Apply(clip, value => 255 - value);

    /// <summary>Keeps the highest bits of each value, 1 to 8 of them.</summary>
    public static void Posterize(ClipPixels clip, int bits) => Apply(clip, value => (int)value & (0xFF << (8 - bits)));

    /// <summary>Inverts values at or above a threshold.</summary>
    public static void Solarize(ClipPixels clip, int threshold) => Apply(clip, value => value >= threshold ? 255 - value : value);

    /// <summary>Adds to values below 128.</summary>
    public static void SolarizeAdd(ClipPixels clip, int added) => Apply(clip, value => value < 128 ? value + added : value);

    /// <summary>Stretches each channel to the full range.</summary>
    public static void AutoContrast(ClipPixels clip) => ApplyByChannel(clip, histogram =>
    {
        var (low, high) = (Array.FindIndex(histogram, n => n > 0), Array.FindLastIndex(histogram, n => n > 0));
        return high > low ? Table(value => (value - low) * 255 / (high - low)) : Table(value => value);
    });

    /// <summary>Equalizes the histogram of each channel.</summary>
    public static void Equalize(ClipPixels clip) => ApplyByChannel(clip, histogram =>
    {
        var total = histogram.Sum();
        var below = new long[256];
        for (var value = 1; value < 256; value++)
            below[value] = below[value - 1] + histogram[value - 1];
        var first = histogram.First(n => n > 0);
        return total > first
            ? Table(value => Math.Max(0, below[(int)value] + histogram[(int)value] - first) * 255.0 / (total - first))
            : Table(value => value);
    });

    private static void Apply(ClipPixels clip, Func<double, double> tone)
    {
        var table = Table(tone);
        foreach (ref var value in clip.Pixels.AsSpan())
            value = table[value];
    }

    private static void ApplyByChannel(ClipPixels clip, Func<long[], byte[]> tableOf)
    {
        for (var channel = 0; channel < 3; channel++)
        {
            var histogram = new long[256];
            for (var i = channel; i < clip.Pixels.Length; i += 3)
                histogram[clip.Pixels[i]]++;
            var table = tableOf(histogram);
            for (var i = channel; i < clip.Pixels.Length; i += 3)
                clip.Pixels[i] = table[clip.Pixels[i]];
        }
    }

    private static byte[] Table(Func<double, double> tone) =>
        [.. Enumerable.Range(0, 256).Select(value => (byte)Math.Clamp(Math.Round(tone(value)), 0, 255))];
}
