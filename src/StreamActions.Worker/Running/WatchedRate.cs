// The windows of a camera in the last seconds: how many were decided, and whether that is enough for its alerts. Pure.
using StreamActions.Worker.Inference;

namespace StreamActions.Worker.Running;

/// <summary>
/// A thinned camera is still watched. It is blind only when its alerts can no longer begin: an alert forgets a pending begin after a longer
/// gap than <c>AlertGate.LongestGap</c> between two windows.
/// </summary>
/// <param name="Windows">The windows of the period.</param>
/// <param name="Views">Views of the camera that alerts watch.</param>
/// <param name="Seconds">Length of the period.</param>
internal readonly record struct WatchedRate(WindowCounts Windows, int Views, double Seconds)
{
    // An overload ends at a rate clearly above the one at which it began.
    private const double LeastCoverage = 0.5, Recovered = 1.25, Difference = 1.5;

    /// <summary>Windows that were decided, or still wait.</summary>
    public long Decided => Windows.Wanted - Windows.Lost;

    /// <summary>Decided windows per second, of all views.</summary>
    public double PerSecond => Decided / Seconds;

    /// <summary>Due windows per second, of all views.</summary>
    public double WantedPerSecond => Windows.Wanted / Seconds;

    /// <summary>Whether windows were skipped because inference is at its limit.</summary>
    public bool IsThinned => Windows.Thinned > 0;

    /// <summary>Whether the rate is more than half above or below the rate that the log named. True when it named none.</summary>
    public bool DiffersFrom(double? named) => named is not { } other || PerSecond > Difference * other || other > Difference * PerSecond;

    /// <summary>Whether most windows were lost, and the rest of a view is further apart than its alerts allow.</summary>
    public bool IsTooLow(TimeSpan longestGap) =>
        Windows.Lost > LeastCoverage * Windows.Wanted && Decided * longestGap.TotalSeconds < Math.Max(1, Views) * Seconds;

    /// <summary>Whether a camera that was too rarely watched is watched often enough again.</summary>
    public bool IsEnough(TimeSpan longestGap) => Windows.Wanted > 0
        && (Windows.Lost == 0 || Decided * longestGap.TotalSeconds >= Recovered * Math.Max(1, Views) * Seconds);
}
