// The change of brightness and contrast between two thumbnails. Pure.
namespace StreamActions.Worker.Views;

/// <summary>
/// The line <c>luma after = gain · luma before + offset</c> that fits best. Gain and offset are bounded, so that lights switched off count
/// as motion.
/// </summary>
internal readonly record struct LightChange(float Gain, float Offset)
{
    private const float MostGain = 2, MostOffset = 24;

    /// <summary>Predicts the luma of a cell in the second thumbnail from its luma in the first.</summary>
    public float Apply(float luma) => Gain * luma + Offset;

    /// <summary>Fits by least squares: a person who covers few cells hardly changes the line.</summary>
    public static LightChange Between(ReadOnlySpan<float> before, ReadOnlySpan<float> after)
    {
        double x = 0, y = 0, xx = 0, xy = 0;
        for (var i = 0; i < before.Length; i++)
        {
            x += before[i];
            y += after[i];
            xx += before[i] * before[i];
            xy += before[i] * after[i];
        }
        var (n, variance) = (before.Length, xx - x * x / before.Length);
        // A picture of uniform brightness has no contrast: only the offset is fitted.
        var gain = variance > n ? Math.Clamp((xy - x * y / n) / variance, 1 / MostGain, MostGain) : 1;
        return new((float)gain, (float)Math.Clamp((y - gain * x) / n, -MostOffset, MostOffset));
    }
}
