// The measured duration of runs, by batch size, and the capacity that follows from it. Pure.
namespace StreamActions.Worker.Inference;

/// <summary>Learns how long a run of each batch size takes. Not thread safe.</summary>
/// <param name="plan">Runs at a time and the largest batch.</param>
internal sealed class RunCosts(RunPlan plan)
{
    private const double Weight = 0.2;
    private readonly TimeSpan?[] _took = new TimeSpan?[plan.MaxBatch + 1];

    /// <summary>Duration of the latest runs, smoothed.</summary>
    public TimeSpan Run { get; private set; }

    /// <summary>
    /// Steps per second that the device can run, with the batch size that runs most; infinite before the first run. A batch size that was
    /// never run does not count.
    /// </summary>
    public double StepsPerSecond
    {
        get
        {
            double? best = null;
            for (var steps = 1; steps < _took.Length; steps++)
            {
                if (_took[steps] is { } took)
                    best = Math.Max(best ?? 0, plan.Parallel * steps / took.TotalSeconds);
            }
            return best ?? double.PositiveInfinity;
        }
    }

    /// <summary>Takes a run.</summary>
    /// <param name="steps">Its batch size; at least 1.</param>
    /// <param name="took">Its duration while the other lanes ran as they do.</param>
    public void Learn(int steps, TimeSpan took)
    {
        Run = _took[steps] is { } before ? before + Weight * (took - before) : took;
        _took[steps] = Run;
    }
}
