// How the light changed from one thumbnail to another, over the picture as a whole. Pure.
namespace StreamActions.Worker.Cameras;

/// <summary>The line that fits best: luma after = gain · luma before + offset. Bounded, so that the lights going off are more than a change of light.</summary>
internal readonly record struct LightChange(float Gain, float Offset)
{
    private const float MostGain = 2, MostOffset = 24;

    /// <summary>What a luma would be in the other light.</summary>
    public float Apply(float luma) => Gain * luma + Offset;

    /// <summary>By least squares: somebody who covers few cells hardly bends it.</summary>
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
        // A picture of one brightness says nothing about contrast.
        var gain = variance > n ? Math.Clamp((xy - x * y / n) / variance, 1 / MostGain, MostGain) : 1;
        return new((float)gain, (float)Math.Clamp((y - gain * x) / n, -MostOffset, MostOffset));
    }
}
