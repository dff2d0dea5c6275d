// Smooths scores over time, because a single window can be wrong.
namespace StreamActions.Worker.Alerts;

/// <summary>
/// Exponential smoothing over capture time: the weight of a score falls to 37 % after the time constant, for any number of windows. After a
/// gap of more than five seconds, old scores do not count.
/// </summary>
internal sealed class ScoreSmoother
{
    /// <summary>The time constant: about two windows at the demo model's stride.</summary>
    public static readonly TimeSpan TimeConstant = TimeSpan.FromSeconds(0.5);

    private static readonly TimeSpan Forget = TimeSpan.FromSeconds(5);
    private DateTimeOffset? _last;
    private double _value;

    /// <summary>Adds a window and returns the smoothed score.</summary>
    /// <param name="time">Capture time of the window's last frame.</param>
    /// <param name="score">Its score.</param>
    public double Add(DateTimeOffset time, double score)
    {
        var passed = time - _last;
        _value = passed is not { } gap || gap <= TimeSpan.Zero || gap > Forget
            ? score
            : score + (_value - score) * Math.Exp(-gap / TimeConstant);
        _last = time;
        return _value;
    }
}
