// Model-based test: after random operations the store equals a list in memory.
using CsCheck;
using StreamActions.Worker.Sinks;
using StreamActions.Worker.Tests.Events;

namespace StreamActions.Worker.Tests.Sinks;

public sealed class EventStoreModelTests
{
    private static readonly TimeSpan Keep = TimeSpan.FromHours(10);

    private static readonly Gen<Step[]> Steps = Gen.OneOf<Step>(
        Gen.Int[1, 5].Select(count => (Step)new Append(count)),
        Gen.Int[0, 12].Select(index => (Step)new Deliver(index)),
        Gen.Int[0, 12].Select(index => (Step)new Reject(index)),
        Gen.Int[0, 12].Select(index => (Step)new Fail(index)),
        Gen.Int[1, 8].Select(hours => (Step)new Wait(hours)),
        Gen.Const((Step)new Reopen())).Array[1, 25];

    [Fact]
    public void Store_RandomSteps_EqualsModel() => Steps.Sample(steps => RunAsync(steps).GetAwaiter().GetResult(), iter: 60);

    private static async Task RunAsync(Step[] steps)
    {
        using StoreFolder folder = new();
        Model model = new();
        var store = folder.Open(keep: Keep);
        try
        {
            foreach (var step in steps)
            {
                if (step is Reopen)
                {
                    await store.DisposeAsync();
                    store = folder.Open(keep: Keep);
                }
                else
                {
                    await ApplyAsync(step, store, model, folder);
                }

                // The timer prunes too when time passes. Pruning here makes the result independent of it.
                await store.PruneAsync();
                model.Rows.RemoveAll(row => row.DeliveredAt < folder.Time.GetUtcNow() - Keep);
                var pending = await store.ReadPendingAsync(int.MaxValue, CancellationToken.None);
                Assert.Equal(
                    model.Pending.Select(row => (row.Seq, row.Id, row.Attempts)),
                    pending.Select(row => (row.Seq, row.Event.Id, row.Attempts)));
                Assert.Equal(model.Pending.Count(), store.PendingCount);
                Assert.Equal((long)model.Rows.Count, folder.Query("SELECT count(*) FROM events"));
                Assert.Equal((long)model.Dead, folder.Query("SELECT count(*) FROM dead_letters"));
            }
        }
        finally
        {
            await store.DisposeAsync();
        }
    }

    private static async Task ApplyAsync(Step step, EventStore store, Model model, StoreFolder folder)
    {
        switch (step)
        {
            case Append(var count):
                for (var i = 0; i < count; i++)
                {
                    var encoded = SampleEvents.Encoded(i); // ids repeat, as in a replay
                    model.Rows.Add(new Row(await store.AppendAsync(encoded, CancellationToken.None), encoded.Id));
                    Assert.Equal(++model.LastSeq, model.Rows[^1].Seq);
                }

                break;
            case Deliver(var index) when model.At(index) is { } row:
                await store.MarkDeliveredAsync([row.Seq], folder.Time.GetUtcNow(), CancellationToken.None);
                row.DeliveredAt ??= folder.Time.GetUtcNow();
                break;
            case Reject(var index) when model.At(index) is { } row:
                await store.DeadLetterAsync(row.Seq, "rejected", CancellationToken.None);
                if (row.DeliveredAt is null)
                {
                    model.Rows.Remove(row);
                    model.Dead++;
                }

                break;
            case Fail(var index) when model.At(index) is { } row:
                await store.MarkFailedAsync([row.Seq], "failed", CancellationToken.None);
                row.Attempts += row.DeliveredAt is null ? 1 : 0;
                break;
            case Wait(var hours):
                folder.Time.Advance(TimeSpan.FromHours(hours));
                break;
        }
    }

    private abstract record Step;

    private sealed record Append(int Count) : Step;

    private sealed record Deliver(int Index) : Step;

    private sealed record Reject(int Index) : Step;

    private sealed record Fail(int Index) : Step;

    private sealed record Wait(int Hours) : Step;

    private sealed record Reopen : Step;

    private sealed class Row(long seq, string id)
    {
        public long Seq { get; } = seq;

        public string Id { get; } = id;

        public int Attempts { get; set; }

        public DateTimeOffset? DeliveredAt { get; set; }
    }

    private sealed class Model
    {
        public List<Row> Rows { get; } = [];

        public int Dead { get; set; }

        public long LastSeq { get; set; }

        public IEnumerable<Row> Pending => Rows.Where(row => row.DeliveredAt is null);

        public Row? At(int index) => index < Rows.Count ? Rows[index] : null;
    }
}
