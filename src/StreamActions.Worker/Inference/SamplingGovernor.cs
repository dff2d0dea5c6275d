// Decides at which rate each camera is watched when inference is at its limit. Pure: measurements in, a rate out.
namespace StreamActions.Worker.Inference;

/// <summary>
/// Above capacity, all cameras get the same number of steps per second; a camera that wants fewer keeps them all. The governor lowers the
/// rate at once and raises it after <see cref="CalmTicks"/> ticks with room to spare, so that it does not flap. It plans for
/// <see cref="TargetUtilisation"/> of the capacity, because queues grow quickly above it, and for less while latency is too high.
/// </summary>
/// <param name="maxLatency">The time within which 95 % of the steps must be decided after their last frame arrived.</param>
internal sealed class SamplingGovernor(TimeSpan maxLatency)
{
    /// <summary>The share of the capacity that is planned for.</summary>
    public const double TargetUtilisation = 0.85;

    /// <summary>Ticks with room to spare before the rate rises.</summary>
    public const int CalmTicks = 5;

    // The rate falls when it exceeds the fair one by more than this band, and rises to a rate that leaves more room than the band.
    private const double Band = 0.05, Room = 0.9;

    // The margin falls while latency is above the limit, and rises slowly while it is far below.
    private const double LatencyLimit = 0.8, LatencyComfort = 0.5, MarginDown = 0.8, MarginUp = 1.1, LeastMargin = 0.25;

    private readonly List<double> _sorted = [];
    private double _margin = 1;
    private int _calm;

    /// <summary>Steps per second that each camera gets at most; infinite while every step is taken.</summary>
    public double Rate { get; private set; } = double.PositiveInfinity;

    /// <summary>The share of its steps that a camera gets.</summary>
    /// <param name="wanted">Steps per second that it wants.</param>
    /// <returns>In (0, 1]; 1 when every step is taken.</returns>
    public double ShareOf(double wanted) => wanted <= Rate ? 1 : Rate / wanted;

    /// <summary>Takes the measurements of a tick.</summary>
    /// <param name="capacity">Steps per second that the device can run; infinite when unknown.</param>
    /// <param name="wanted">Steps per second that each camera wants.</param>
    /// <param name="latency">95th percentile of the latency since the last tick that had one; null when too few steps were decided.</param>
    /// <param name="run">Duration of a run.</param>
    public void Tick(double capacity, IReadOnlyList<double> wanted, TimeSpan? latency, TimeSpan run)
    {
        if (latency is { } measured)
            Watch(measured, run);
        var allowed = TargetUtilisation * _margin * capacity;
        var fair = FairRate(wanted, allowed);
        if (double.IsPositiveInfinity(Rate) ? !double.IsPositiveInfinity(fair) : fair < (1 - Band) * Rate)
        {
            (Rate, _calm) = (fair, 0);
            return;
        }
        var roomy = FairRate(wanted, Room * allowed);
        _calm = roomy > Rate ? _calm + 1 : 0;
        if (_calm >= CalmTicks)
            (Rate, _calm) = (roomy, 0);
    }

    /// <summary>
    /// The rate at which cameras that get at most this rate use no more than what is allowed. Infinite when all get what they want.
    /// </summary>
    /// <param name="wanted">Steps per second that each camera wants.</param>
    /// <param name="allowed">Steps per second for all together.</param>
    public double FairRate(IReadOnlyList<double> wanted, double allowed)
    {
        _sorted.Clear();
        for (var i = 0; i < wanted.Count; i++)
            _sorted.Add(wanted[i]);
        _sorted.Sort();
        var left = allowed;
        for (var i = 0; i < _sorted.Count; i++)
        {
            // Cameras below the equal part leave the rest to the others.
            var part = left / (_sorted.Count - i);
            if (_sorted[i] > part)
                return part;
            left -= _sorted[i];
        }
        return double.PositiveInfinity;
    }

    // A run that takes longer than the limit cannot be helped by running less.
    private void Watch(TimeSpan latency, TimeSpan run)
    {
        var limit = Math.Max(LatencyLimit * maxLatency.TotalSeconds, 1.5 * run.TotalSeconds);
        if (latency.TotalSeconds > limit)
            _margin = Math.Max(LeastMargin, MarginDown * _margin);
        else if (latency.TotalSeconds < LatencyComfort * limit)
            _margin = Math.Min(1, MarginUp * _margin);
    }
}
