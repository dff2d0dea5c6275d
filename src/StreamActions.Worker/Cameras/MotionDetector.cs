// Whether something moved from one thumbnail to the next. Pure.
namespace StreamActions.Worker.Cameras;

/// <summary>
/// <para>Compares each thumbnail with a reference: the picture at the last motion, which then slowly follows what it sees (slow light, sunshine that
/// wanders). Movement too slow to be seen from one picture to the next adds up against it. What changes brightness and contrast of the picture as a
/// whole is taken out first (flicker, automatic exposure, a cloud).</para>
/// <para>A single cell is enough, so that a small person counts. How much a cell must differ is learnt for each by itself: a base, and a multiple of
/// the median change from picture to picture there, so that noise, leaves and screens stop counting after a minute, and somebody who is there
/// less than half of the time never does. No cell can become deafer than <see cref="DeafestLevels"/>; a picture in which most cells would have to be
/// is too noisy to be judged, and counts as motion.</para>
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
        var (light, flicker) = (LightChange.Between(_reference, luma), LightChange.Between(_before, luma));
        var moved = false;
        var deaf = 0;
        for (var i = 0; i < luma.Length; i++)
        {
            var wanted = BaseLevels + NoiseFactor * _noise[i];
            deaf += wanted > DeafestLevels ? 1 : 0;
            var threshold = Math.Min(wanted, DeafestLevels) * factor;
            moved |= Math.Abs(luma[i] - light.Apply(_reference[i])) > threshold;
            var change = Math.Abs(luma[i] - flicker.Apply(_before[i]));
            _noise[i] = Math.Max(0, _noise[i] + Math.Sign(change - _noise[i]) * NoiseStepPerSecond * seconds);
            _reference[i] += Math.Clamp(luma[i] - _reference[i], -FollowPerSecond * seconds, FollowPerSecond * seconds);
        }
        luma.CopyTo(_before);
        if (moved)
            luma.CopyTo(_reference);
        return moved || 2 * deaf > luma.Length;
    }

    /// <summary>Another picture altogether comes next; what was learnt about noise is kept.</summary>
    public void Restart() => _last = null;
}
