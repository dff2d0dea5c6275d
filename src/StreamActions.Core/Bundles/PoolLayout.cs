// How the pool graph addresses the states of streams: rows of pools, and the columns of its input `rows` (docs/model.md §8).
namespace StreamActions.Core.Bundles;

/// <summary>States that are addressed with the same rows.</summary>
/// <param name="Lags">Earlier frames whose values are read. A stream owns one row more.</param>
/// <param name="Window">Whether they are the states of the window's mean (<see cref="StreamState.Window"/>).</param>
/// <param name="FirstColumn">Column of the row of one frame ago.
/// A column for each further lag follows, and then that of the written row.</param>
public sealed record PoolGroup(int Lags, bool Window, int FirstColumn)
{
    /// <summary>The column of the row that the graph writes.</summary>
    public int WriteColumn => FirstColumn + Lags;

    /// <summary>Rows that a stream owns.</summary>
    public int RowsPerStream => Lags + 1;

    /// <summary>Rows of a pool for this many streams.</summary>
    public long Rows(int streams) => PoolLayout.OwnedRows + (long)streams * RowsPerStream;

    /// <summary>A stream's first row.</summary>
    /// <param name="slot">The stream's place in the pools, from 0.</param>
    public long FirstRow(int slot) => PoolLayout.OwnedRows + (long)slot * RowsPerStream;
}

/// <summary>
/// The layout of the pools. Row 0 of each pool is always zero: a lag that is older than the stream's start reads it, so starting a stream
/// clears nothing. Row 1 is written for the unused places of a batch and is never read. A stream owns one row more than it reads, so a row
/// that is written is not read in the same run, and the graph may write the pool in place.
/// </summary>
public sealed class PoolLayout
{
    /// <summary>The row of zeros.</summary>
    public const long ZeroRow = 0;

    /// <summary>The row that unused places of a batch write.</summary>
    public const long ScratchRow = 1;

    /// <summary>Rows before those of the first stream.</summary>
    internal const int OwnedRows = 2;

    /// <summary>The layout for the states of a manifest.</summary>
    public PoolLayout(IEnumerable<StreamState> states)
    {
        List<PoolGroup> groups = [];
        foreach (var (lags, window) in states.Select(s => (s.Lags, s.Window)).Distinct())
        {
            groups.Add(new(lags, window, Columns));
            Columns += lags + 1;
        }
        Groups = groups;
    }

    /// <summary>The groups, in the order of their columns.</summary>
    public IReadOnlyList<PoolGroup> Groups { get; }

    /// <summary>Columns of the input <c>rows</c>.</summary>
    public int Columns { get; }

    /// <summary>The group of a state.</summary>
    public PoolGroup GroupOf(StreamState state) => Groups.First(g => g.Lags == state.Lags && g.Window == state.Window);

    /// <summary>Writes the columns of an unused place of a batch: it reads zeros and writes the scratch row.</summary>
    /// <param name="columns">The place's columns.</param>
    public void FillUnused(Span<long> columns)
    {
        columns.Clear();   // the row of zeros
        foreach (var group in Groups)
            columns[group.WriteColumn] = ScratchRow;
    }
}
