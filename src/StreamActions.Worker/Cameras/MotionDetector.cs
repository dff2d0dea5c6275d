// Whether something moved from one thumbnail to the next. Pure.
namespace StreamActions.Worker.Cameras;

/// <summary>
/// <para>Compares each thumbnail with a reference: the picture at the last motion, which then slowly follows what it sees (slow light, sunshine that
/// wanders). Movement slower than a frame apart adds up against it. The picture's overall brightness is divided out first (flicker, automatic
/// exposure, a lamp).</para>
/// <para>A single cell is enough, so that a small person counts. How much a cell must differ is learnt for each by itself: a base, and a multiple of
/// the median change from picture to picture there, so that noise, leaves and screens stop counting after a minute, and somebody who is there
/// less than half of the time never does. No cell can become deafer than <see cref="DeafestLevels"/>.</para>
/// </summary>
/// <param name="factor">Makes every threshold larger (less sensitive) or smaller.</param>
internal sealed class MotionDetector(double factor)
{
    /// <summary>Levels of luma (of 255) that always count as motion, times the factor.</summary>
    public const float DeafestLevels = 14;

    private const float BaseLevels = 3, NoiseFactor = 6, NoiseStepPerSecond = 0.1f, FollowPerSecond = 0.5f;
    private readonly float[] _reference = new float[LumaThumbnail.Cells], _before = new float[LumaThumbnail.Cells], _noise = new float[LumaThumbnail.Cells];
    private DateTimeOffset? _last;

    /// <summary>Takes a thumbnail; true when something moved, and for the first one.</summary>
    public bool Moved(DateTimeOffset time, ReadOnlySpan<float> luma)
    {
        if (_last is not { } last)
        {
            _last = time;
            luma.CopyTo(_reference);
            luma.CopyTo(_before);
            return true;
        }
        _last = time;
        var seconds = (float)Math.Clamp((time - last).TotalSeconds, 0, 1);
        float sum = Sum(luma), light = Gain(sum, Sum(_reference)), flicker = Gain(sum, Sum(_before));
        var moved = false;
        for (var i = 0; i < luma.Length; i++)
        {
            var threshold = Math.Min(BaseLevels + NoiseFactor * _noise[i], DeafestLevels) * factor;
            moved |= Math.Abs(luma[i] - light * _reference[i]) > threshold;
            var change = Math.Abs(luma[i] - flicker * _before[i]);
            _noise[i] = Math.Max(0, _noise[i] + Math.Sign(change - _noise[i]) * NoiseStepPerSecond * seconds);
            _reference[i] += Math.Clamp(luma[i] - _reference[i], -FollowPerSecond * seconds, FollowPerSecond * seconds);
        }
        luma.CopyTo(_before);
        if (moved)
            luma.CopyTo(_reference);
        return moved;
    }

    /// <summary>Another picture altogether comes next; what was learnt about noise is kept.</summary>
    public void Restart() => _last = null;

    private static float Gain(float now, float then) => then < 1 ? 1 : Math.Clamp(now / then, 0.5f, 2);

    private static float Sum(ReadOnlySpan<float> luma) => System.Numerics.Tensors.TensorPrimitives.Sum(luma);
}
