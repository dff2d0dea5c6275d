// The rows that one stream reads and writes in the pools of a pool graph. Pure.
namespace StreamActions.Core.Bundles;

/// <summary>
/// Rotates the rows of one stream. A frame that was not encoded counts as a repetition of the one before it: its row is repeated. Not
/// thread safe.
/// </summary>
/// <param name="layout">The layout of the pools.</param>
/// <param name="slot">The stream's place in the pools, from 0.</param>
public sealed class StreamRows(PoolLayout layout, int slot)
{
    // For each group the rows of the last frames, newest first; the zero row for frames before the start.
    private readonly long[][] _past = [.. layout.Groups.Select(g => new long[g.Lags])];
    private readonly long[] _written = new long[layout.Groups.Count];
    private int _repeats;
    private bool _lost;

    /// <summary>Chooses the next frame's rows. Call <see cref="Written"/> after the run. Without it, the stream starts again.</summary>
    /// <param name="columns">Receives the rows, in the layout's columns.</param>
    /// <param name="starts">True forgets all earlier frames.</param>
    /// <param name="skipped">
    /// Frames before this one that were not encoded. Each counts as a repetition of the frame before it; at the stream's start, of this
    /// one.
    /// </param>
    public void Next(Span<long> columns, bool starts, int skipped)
    {
        // After a failed run, the window is full of the next frame.
        if (_lost)
            (starts, skipped) = (true, int.MaxValue - 1);
        _lost = true;
        _repeats = starts ? skipped + 1 : 1;
        for (var g = 0; g < _past.Length; g++)
        {
            var (group, past) = (layout.Groups[g], _past[g]);
            if (starts)
                Array.Fill(past, PoolLayout.ZeroRow);
            else if (group.Window)
                Push(past, past[0], skipped);
            past.CopyTo(columns[group.FirstColumn..]);
            columns[group.WriteColumn] = _written[g] = Free(group, past);
        }
    }

    /// <summary>The run that was prepared by <see cref="Next"/> has written its rows.</summary>
    public void Written()
    {
        for (var g = 0; g < _past.Length; g++)
            Push(_past[g], _written[g], layout.Groups[g].Window ? _repeats : 1);
        _lost = false;
    }

    /// <summary>A frame was lost. The next frame starts the stream again, and its window is full of that frame.</summary>
    public void Interrupt() => _lost = true;

    // A stream owns one row more than it reads, so one is free.
    private long Free(PoolGroup group, long[] past)
    {
        var row = group.FirstRow(slot);
        while (past.Contains(row))
            row++;
        return row;
    }

    private static void Push(long[] past, long row, int times)
    {
        times = Math.Min(times, past.Length);
        Array.Copy(past, 0, past, times, past.Length - times);
        Array.Fill(past, row, 0, times);
    }
}
