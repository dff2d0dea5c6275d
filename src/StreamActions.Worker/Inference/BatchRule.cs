// How large batches are, and how long a batch waits for more steps, from the measured duration of runs. Pure.
namespace StreamActions.Worker.Inference;

/// <summary>
/// Learns the duration of a run as a fixed part and a part for each step. A fuller batch saves the fixed part of a run, so a step waits no
/// longer than that: a later decision would be later than without batches. On a CPU the fixed part is near zero, on a GPU it is most of a
/// small run. Not thread safe.
/// </summary>
/// <param name="maxBatch">Most steps in a batch; at least 1.</param>
/// <param name="maxDelay">Longest wait.</param>
internal sealed class BatchRule(int maxBatch, TimeSpan maxDelay)
{
    // The weight of a run falls to a half after 14 later ones.
    private const double Kept = 0.95;

    // Larger batches delay their steps. They must make a step cheaper by more than this.
    private const double WorthWhile = 0.05;

    // A wrong estimate would make small batches for ever, and so never be corrected.
    private const int TryLargest = 32;

    // Sums over runs, with weights: of ones, steps, squared steps, seconds, and steps times seconds.
    private double _ones, _steps, _squares, _seconds, _products, _perStep;
    private int _batches;

    /// <summary>Seconds of a run that do not depend on its batch.</summary>
    public double FixedSeconds { get; private set; } = double.PositiveInfinity;

    /// <summary>Seconds that a step adds to a run.</summary>
    public double StepSeconds => _perStep;

    /// <summary>
    /// The smallest batch whose cost for each step is near that of the largest; <c>maxBatch</c> before the first run.
    /// </summary>
    public int Size
    {
        get
        {
            if (!double.IsFinite(FixedSeconds))
                return maxBatch;
            var permitted = (1 + WorthWhile) * FixedSeconds / maxBatch + WorthWhile * _perStep;
            return permitted > 0 ? Math.Clamp((int)Math.Ceiling(FixedSeconds / permitted), 1, maxBatch) : 1;
        }
    }

    /// <summary>How long the oldest step waits for others.</summary>
    /// <param name="ready">Steps that are ready; at least 1.</param>
    public TimeSpan WaitFor(int ready)
    {
        if (ready >= Size)
            return TimeSpan.Zero;
        return FixedSeconds < maxDelay.TotalSeconds ? TimeSpan.FromSeconds(FixedSeconds) : maxDelay;
    }

    /// <summary>Most steps of the next batch. Now and then it is <c>maxBatch</c>. Call it once for each batch.</summary>
    public int TakeSize() => ++_batches % TryLargest == 0 ? maxBatch : Size;

    /// <summary>Takes a run.</summary>
    /// <param name="steps">Its batch size; at least 1.</param>
    /// <param name="took">Its duration.</param>
    public void Learn(int steps, TimeSpan took)
    {
        var seconds = took.TotalSeconds;
        _ones = _ones * Kept + 1;
        _steps = _steps * Kept + steps;
        _squares = _squares * Kept + (double)steps * steps;
        _seconds = _seconds * Kept + seconds;
        _products = _products * Kept + steps * seconds;
        var (meanSteps, meanSeconds) = (_steps / _ones, _seconds / _ones);
        var variance = _squares / _ones - meanSteps * meanSteps;
        // While all runs have one size, the part of a step is as learnt before.
        if (variance > 1e-6 * meanSteps * meanSteps)
            _perStep = (_products / _ones - meanSteps * meanSeconds) / variance;
        _perStep = Math.Clamp(_perStep, 0, meanSeconds / meanSteps);
        FixedSeconds = Math.Max(0, meanSeconds - _perStep * meanSteps);
    }
}
