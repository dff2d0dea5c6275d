// Counts latencies in fixed memory and gives their percentiles. Pure.
namespace StreamActions.Worker.Inference;

/// <summary>Buckets from 1 ms to 4 minutes, each 9 % wider than the one before. Not thread safe.</summary>
internal sealed class LatencyHistogram
{
    private const int PerOctave = 8;
    private readonly int[] _counts = new int[18 * PerOctave];

    /// <summary>Number of latencies.</summary>
    public int Count { get; private set; }

    /// <summary>Adds a latency. One outside the buckets counts in the nearest.</summary>
    public void Add(TimeSpan latency)
    {
        var bucket = (int)Math.Ceiling(PerOctave * Math.Log2(Math.Max(1, latency.TotalMilliseconds)));
        _counts[Math.Clamp(bucket, 0, _counts.Length - 1)]++;
        Count++;
    }

    /// <summary>The latency that this share of all latencies does not exceed, rounded up by less than 10 %.</summary>
    /// <param name="share">In (0, 1].</param>
    /// <returns>Zero when there are none.</returns>
    public TimeSpan Percentile(double share)
    {
        var left = (int)Math.Ceiling(share * Count);
        for (var bucket = 0; bucket < _counts.Length && left > 0; bucket++)
        {
            left -= _counts[bucket];
            if (left <= 0)
                return TimeSpan.FromMilliseconds(Math.Pow(2, bucket / (double)PerOctave));
        }
        return TimeSpan.Zero;
    }

    /// <summary>Forgets all latencies.</summary>
    public void Clear()
    {
        Array.Clear(_counts);
        Count = 0;
    }
}
