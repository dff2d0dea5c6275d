// Read-ahead: results in order, bounded work, and errors at their position.
using StreamActions.Trainer.Data;

namespace StreamActions.Trainer.Tests.Data;

public sealed class ReadAheadTests
{
    [Fact]
    public void InOrder_ManyItems_KeepsOrder() => Assert.Equal(
        Enumerable.Range(0, 40), ReadAhead.InOrder(Enumerable.Range(0, 40).Select(n => (Func<int>)(() => n)), degree: 3));

    [Fact]
    public void InOrder_ReaderStops_StartsAtMostDegreeAhead()
    {
        var started = 0;
        IEnumerable<Func<int>> Work()
        {
            for (var n = 0; ; n++)
            {
                started++;
                var result = n;
                yield return () => result;
            }
        }

        Assert.Equal([0, 1, 2], ReadAhead.InOrder(Work(), degree: 4).Take(3));
        Assert.InRange(started, 3, 3 + 4);
    }

    [Fact]
    public void InOrder_ItemFails_ThrowsAtItsPosition()
    {
        List<int> seen = [];

        Assert.Throws<InvalidOperationException>(() =>
        {
            var work = Enumerable.Range(0, 9).Select(n => (Func<int>)(() => n == 4 ? throw new InvalidOperationException() : n));
            foreach (var n in ReadAhead.InOrder(work, degree: 3))
                seen.Add(n);
        });
        Assert.Equal([0, 1, 2, 3], seen);
    }
}
