// The wait between two attempts to open a camera. Pure, no clock.
namespace StreamActions.Worker.Cameras;

/// <summary>
/// <para>Exponential back-off with jitter. Waits double from 0.5 s to 4 s and stay at 4 s for the first 45 failures, so that a camera which
/// returns is live within ten seconds. After that they double to 30 s.</para>
/// <para>Jitter shortens each wait by up to a quarter, so that cameras which failed together are not opened together. The waits start again
/// at 0.5 s after frames have arrived for <see cref="ResetAfter"/>. A camera that fails sooner waits longer each time.</para>
/// </summary>
internal sealed class Backoff
{
    /// <summary>The waits start again at the shortest one when frames arrived for this time before the failure.</summary>
    public static readonly TimeSpan ResetAfter = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan
        Shortest = TimeSpan.FromSeconds(0.5), LongestOfShortOutage = TimeSpan.FromSeconds(4), Longest = TimeSpan.FromSeconds(30);

    // Failures in a row of a short outage: three minutes where the camera refuses at once, ten where every opening times out.
    private const int FailuresOfShortOutage = 45;

    private int _failures;

    /// <summary>The wait after the next failure.</summary>
    /// <param name="liveFor">How long frames arrived before the failure; zero without a frame.</param>
    /// <param name="jitter">A random number in [0, 1).</param>
    public TimeSpan Next(TimeSpan liveFor, double jitter)
    {
        if (liveFor >= ResetAfter)
            _failures = 0;
        return After(_failures++, jitter);
    }

    /// <summary>The wait after a failure that follows this number of failures in a row.</summary>
    internal static TimeSpan After(int failures, double jitter)
    {
        var wait = failures < FailuresOfShortOutage
            ? Shorter(Shortest * Math.Pow(2, Math.Min(failures, 10)), LongestOfShortOutage)
            : Shorter(LongestOfShortOutage * Math.Pow(2, Math.Min(failures - FailuresOfShortOutage + 1, 10)), Longest);
        return wait * (1 - 0.25 * jitter);
    }

    private static TimeSpan Shorter(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
