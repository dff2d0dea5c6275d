// How long a camera that failed is left alone: pure, no clock.
namespace StreamActions.Worker.Cameras;

/// <summary>
/// Waits that double from half a second to four, stay there while the outage is fresh, so that a camera which returns is live within ten seconds,
/// and then double to half a minute. Each is less up to a quarter by chance: cameras which failed together are not tried together. A camera that had been well for 30 s is tried again at once; one that flaps waits longer each time.
/// </summary>
internal sealed class Backoff
{
    /// <summary>How long frames must have come for the waits to start small again.</summary>
    public static readonly TimeSpan Healthy = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(0.5), LongestWhileFresh = TimeSpan.FromSeconds(4), Longest = TimeSpan.FromSeconds(30);

    /// <summary>Failures in a row up to which an outage is fresh: three minutes where the camera refuses at once, ten where every opening times out.</summary>
    private const int Fresh = 45;

    private int _failures;

    /// <summary>The wait after one more failure.</summary>
    /// <param name="liveFor">How long frames had come before it; zero when none came.</param>
    /// <param name="chance">In [0, 1).</param>
    public TimeSpan Next(TimeSpan liveFor, double chance)
    {
        if (liveFor >= Healthy)
            _failures = 0;
        return After(_failures++, chance);
    }

    /// <summary>The wait after so many failures in a row before this one.</summary>
    internal static TimeSpan After(int failures, double chance)
    {
        var wait = failures < Fresh
            ? Least(Shortest * Math.Pow(2, Math.Min(failures, 10)), LongestWhileFresh)
            : Least(LongestWhileFresh * Math.Pow(2, Math.Min(failures - Fresh + 1, 10)), Longest);
        return wait * (1 - 0.25 * chance);
    }

    private static TimeSpan Least(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
