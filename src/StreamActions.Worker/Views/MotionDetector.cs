// Decides whether something moved between two thumbnails. Pure.
using StreamActions.Worker.Cameras;
using StreamActions.Worker.Configuration;

namespace StreamActions.Worker.Views;

/// <summary>
/// <para>Compares each thumbnail with a reference. The reference is the thumbnail of the last motion; it then slowly follows the picture,
/// as daylight changes. Slow movement adds up against the reference. Changes of brightness and contrast of the whole picture (flicker,
/// automatic exposure, a cloud) are removed first.</para>
/// <para>One changed cell is enough, so that a small person counts. Each cell has its own threshold: a base, plus a multiple of the median
/// change from thumbnail to thumbnail in that cell. After a minute, noise, leaves and screens no longer count. A person counts as long as
/// they are in the cell less than half of the time. No threshold exceeds <see cref="HighestThreshold"/>. If most cells need more, the
/// picture is too noisy to judge, and every thumbnail counts as motion.</para>
/// </summary>
/// <param name="factor">Multiplies every threshold: above 1 is less sensitive.</param>
internal sealed class MotionDetector(double factor)
{
    /// <summary>The highest threshold of a cell in levels of luma (of 255), times the factor.</summary>
    public const float HighestThreshold = 14;

    private const float BaseLevels = 3, NoiseFactor = 6, NoiseStepPerSecond = 0.1f, FollowPerSecond = 0.5f;
    private readonly float[]
        _reference = new float[LumaThumbnail.Cells], _before = new float[LumaThumbnail.Cells], _noise = new float[LumaThumbnail.Cells];

    private DateTimeOffset? _last;

    /// <summary>The detector for a sensitivity of the operator's file.</summary>
    public static MotionDetector For(MotionSensitivity sensitivity) => new(sensitivity switch
    {
        MotionSensitivity.Low => 2,
        MotionSensitivity.High => 0.5,
        _ => 1,
    });

    /// <summary>Takes a thumbnail. True when something moved, and for the first thumbnail.</summary>
    /// <param name="time">Capture time.</param>
    /// <param name="luma">Mean luma of each cell, 0 to 255.</param>
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
        var noisy = 0;
        for (var i = 0; i < luma.Length; i++)
        {
            var wanted = BaseLevels + NoiseFactor * _noise[i];
            noisy += wanted > HighestThreshold ? 1 : 0;
            var threshold = Math.Min(wanted, HighestThreshold) * factor;
            moved |= Math.Abs(luma[i] - light.Apply(_reference[i])) > threshold;
            var change = Math.Abs(luma[i] - flicker.Apply(_before[i]));
            _noise[i] = Math.Max(0, _noise[i] + Math.Sign(change - _noise[i]) * NoiseStepPerSecond * seconds);
            _reference[i] += Math.Clamp(luma[i] - _reference[i], -FollowPerSecond * seconds, FollowPerSecond * seconds);
        }
        luma.CopyTo(_before);
        if (moved)
            luma.CopyTo(_reference);
        return moved || 2 * noisy > luma.Length;
    }

    /// <summary>The next thumbnail does not continue the last. The detector keeps the noise of each cell.</summary>
    public void Restart() => _last = null;
}
