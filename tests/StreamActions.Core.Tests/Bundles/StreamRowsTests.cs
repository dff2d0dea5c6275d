// The rows of a stream: what it reads is what the last frames wrote, and no row is read and written in one run.
using CsCheck;
using StreamActions.Core.Bundles;

namespace StreamActions.Core.Tests.Bundles;

public sealed class StreamRowsTests
{
    private static readonly StreamState[] States =
    [
        new("a.difference", [4], 1), new("a.enhancement", [4], 2), new("b.difference", [4], 1),
        new("window.embedding", [2], 7) { Window = true },
    ];

    private static readonly PoolLayout Layout = new(States);

    private sealed record Frame(int Stream, bool Starts, int Skipped, bool Fails);

    private static readonly Gen<Frame[]> Frames = Gen.Select(
        Gen.Int[0, 3], Gen.Bool, Gen.Int[0, 9], Gen.Int[0, 9], (stream, starts, skipped, fails) =>
            new Frame(stream, starts, starts || skipped > 3 ? 0 : skipped, fails == 0)).Array[1, 60];

    [Fact]
    public void Layout_StatesOfOneKind_ShareColumns()
    {
        Assert.Equal(3, Layout.Groups.Count);
        Assert.Equal(2 + 3 + 8, Layout.Columns);
        Assert.Same(Layout.GroupOf(States[0]), Layout.GroupOf(States[2]));
        Assert.Equal((5, 12), (Layout.GroupOf(States[3]).FirstColumn, Layout.GroupOf(States[3]).WriteColumn));
        Assert.Equal((2L, 5L, 17L), (Layout.Groups[1].FirstRow(0), Layout.Groups[1].FirstRow(1), Layout.Groups[1].Rows(5)));
    }

    // Plays frames on pools of numbers, and beside them keeps the last values of each stream in a list.
    [Fact]
    public void Next_AnyFrames_ReadsWhatTheLastFramesWrote() => Frames.Sample(frames =>
    {
        const int streams = 4;
        StreamRows[] rows = [.. Enumerable.Range(0, streams).Select(slot => new StreamRows(Layout, slot))];
        var pools = Layout.Groups.Select(g => new int[g.Rows(streams)]).ToArray();
        List<int>?[,] expected = new List<int>?[streams, Layout.Groups.Count];
        var lost = new bool[streams];
        var columns = new long[Layout.Columns];
        for (var n = 1; n <= frames.Length; n++)
        {
            var frame = frames[n - 1];
            var (s, starts, skipped) = (frame.Stream, frame.Starts, frame.Skipped);
            rows[s].Next(columns, starts, skipped);
            if (lost[s])
                (starts, skipped) = (true, 100);
            for (var g = 0; g < pools.Length; g++)
            {
                var group = Layout.Groups[g];
                var past = expected[s, g] = starts ? [] : expected[s, g] ?? [];
                if (group.Window && past.Count > 0)
                    past.InsertRange(0, Enumerable.Repeat(past[0], skipped));
                var read = columns.AsSpan(group.FirstColumn, group.Lags).ToArray();
                Assert.Equal(past.Concat(Enumerable.Repeat(0, group.Lags)).Take(group.Lags), read.Select(row => pools[g][row]));
                Assert.DoesNotContain(columns[group.WriteColumn], read);
                Assert.InRange(columns[group.WriteColumn], group.FirstRow(s), group.FirstRow(s + 1) - 1);
                // A run that fails may have written, too.
                pools[g][columns[group.WriteColumn]] = n;
                past.InsertRange(0, Enumerable.Repeat(n, group.Window && starts ? Math.Min(skipped, 100) + 1 : 1));
            }
            lost[s] = frame.Fails;
            if (!frame.Fails)
                rows[s].Written();
        }
    });

    [Fact]
    public void Interrupt_NextFrame_FillsTheWindow()
    {
        StreamRows rows = new(Layout, 0);
        var columns = new long[Layout.Columns];
        for (var n = 0; n < 3; n++)
        {
            rows.Next(columns, starts: n == 0, skipped: 0);
            rows.Written();
        }
        rows.Interrupt();
        rows.Next(columns, starts: false, skipped: 0);
        Assert.All(Layout.Groups, g => Assert.All(columns[g.FirstColumn..g.WriteColumn], row => Assert.Equal(PoolLayout.ZeroRow, row)));
        var written = columns[Layout.Groups[2].WriteColumn];
        rows.Written();
        rows.Next(columns, starts: false, skipped: 0);
        Assert.All(columns[Layout.Groups[2].FirstColumn..Layout.Groups[2].WriteColumn], row => Assert.Equal(written, row));
    }

    [Fact]
    public void FillUnused_Place_ReadsZerosAndWritesScratch()
    {
        long[] columns = [.. Enumerable.Repeat(9L, Layout.Columns)];
        Layout.FillUnused(columns);
        Assert.Equal([0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1], columns);
    }
}
