// The outbox keeps acknowledged events in order and deletes only delivered ones.
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using StreamActions.Worker.Sinks;
using StreamActions.Worker.Tests.Events;

namespace StreamActions.Worker.Tests.Sinks;

public sealed class EventStoreTests : IDisposable
{
    private readonly StoreFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task AppendAsync_EveryKindOfEvent_IsReadBackInOrder()
    {
        await using var store = _folder.Open();
        foreach (var streamEvent in SampleEvents.All)
            await store.AppendAsync(streamEvent, Cancel);

        var pending = await store.ReadPendingAsync(10, Cancel);

        Assert.Equal([1, 2, 3, 4, 5], pending.Select(row => row.Seq));
        foreach (var (streamEvent, row) in SampleEvents.All.Zip(pending))
            Assert.Equivalent(Worker.Events.CloudEventJson.Encode(streamEvent), row.Event, strict: true);
        Assert.Equal(5, store.PendingCount);
    }

    [Fact]
    public async Task AppendAsync_SameIdTwice_StoresBoth()
    {
        await using var store = _folder.Open();
        await store.AppendAsync(SampleEvents.Begin, Cancel);
        await store.AppendAsync(SampleEvents.Begin, Cancel);

        var pending = await store.ReadPendingAsync(10, Cancel);

        Assert.Equal(2, pending.Count);
        Assert.Equal(pending[0].Event.Id, pending[1].Event.Id);
    }

    [Fact]
    public async Task AppendAsync_ManyConcurrentCallers_StoresAll()
    {
        await using (var store = _folder.Open())
        {
            await Parallel.ForEachAsync(
                Enumerable.Range(0, 2_000), new ParallelOptions { MaxDegreeOfParallelism = 64 },
                async (number, cancel) => await store.AppendAsync(SampleEvents.Encoded(number), cancel));
            Assert.Equal(2_000, store.PendingCount);
        }

        Assert.Equal(2_000L, _folder.Query("SELECT count(DISTINCT id) FROM events"));
    }

    [Fact]
    public async Task AppendAsync_WithoutRelay_StoresAsDelivered()
    {
        await using var store = _folder.Open(relayed: false);
        await store.AppendAsync(SampleEvents.Begin, Cancel);

        Assert.Empty(await store.ReadPendingAsync(10, Cancel));
        Assert.Equal(0, store.PendingCount);
        Assert.Equal(1L, _folder.Query("SELECT count(*) FROM events WHERE delivered_at IS NOT NULL"));
    }

    [Fact]
    public async Task AppendAsync_AfterDispose_Throws()
    {
        var store = _folder.Open();
        await store.DisposeAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => store.AppendAsync(SampleEvents.Begin, Cancel));
    }

    [Fact]
    public async Task AppendAsync_SomeInvalid_OnlyThoseFail()
    {
        await using var store = _folder.Open();
        _folder.Query("CREATE TRIGGER reject BEFORE INSERT ON events WHEN NEW.key = 'bad' BEGIN SELECT RAISE(ABORT, 'bad key'); END");
        List<Task<long>> appends = [];
        for (var number = 0; number < 300; number++)
            appends.Add(store.AppendAsync(SampleEvents.Encoded(number, number % 50 == 7 ? "bad" : "good"), Cancel));

        await Assert.ThrowsAsync<SinkException>(() => Task.WhenAll(appends));

        var failed = Enumerable.Range(0, 300).Where(number => appends[number].IsFaulted);
        Assert.Equal([7, 57, 107, 157, 207, 257], failed);
        Assert.Contains("bad key", appends[7].Exception!.InnerException!.Message, StringComparison.Ordinal);
        Assert.Equal(294, store.PendingCount);
        Assert.Equal(294L, _folder.Query("SELECT count(*) FROM events"));
    }

    [Fact]
    public async Task MarkDeliveredAsync_SomeEvents_OthersStayPending()
    {
        await using var store = _folder.Open();
        for (var number = 0; number < 4; number++)
            await store.AppendAsync(SampleEvents.Encoded(number), Cancel);

        await store.MarkDeliveredAsync([1, 3], SampleEvents.Noon, Cancel);
        await store.MarkDeliveredAsync([3], SampleEvents.Noon, Cancel);

        Assert.Equal([2, 4], (await store.ReadPendingAsync(10, Cancel)).Select(row => row.Seq));
        Assert.Equal(2, store.PendingCount);
    }

    [Fact]
    public async Task MarkFailedAsync_Event_StaysPendingWithError()
    {
        await using var store = _folder.Open();
        await store.AppendAsync(SampleEvents.Begin, Cancel);

        await store.MarkFailedAsync([1], "broker away", Cancel);

        Assert.Equal(1, Assert.Single(await store.ReadPendingAsync(10, Cancel)).Attempts);
        Assert.Equal("broker away", _folder.Query("SELECT last_error FROM events"));
    }

    [Fact]
    public async Task DeadLetterAsync_Event_MovesToDeadLetters()
    {
        await using var store = _folder.Open();
        await store.AppendAsync(SampleEvents.Encoded(0), Cancel);
        await store.AppendAsync(SampleEvents.Encoded(1), Cancel);

        await store.DeadLetterAsync(1, "too large", Cancel);

        Assert.Equal(2, Assert.Single(await store.ReadPendingAsync(10, Cancel)).Seq);
        Assert.Equal(1, store.PendingCount);
        Assert.Equal("too large", _folder.Query($"SELECT reason FROM dead_letters WHERE id = '{SampleEvents.Encoded(0).Id}'"));
    }

    [Fact]
    public async Task WaitForPendingAsync_EventStored_Completes()
    {
        await using var store = _folder.Open();
        var waiting = store.WaitForPendingAsync(Cancel);
        Assert.False(waiting.IsCompleted);

        await store.AppendAsync(SampleEvents.Begin, Cancel);

        await waiting;
    }

    [Fact]
    public async Task WaitForPendingAsync_EventsPendingAtOpen_Completes()
    {
        await using (var before = _folder.Open())
            await before.AppendAsync(SampleEvents.Begin, Cancel);

        await using var store = _folder.Open();

        await store.WaitForPendingAsync(Cancel);
    }

    [Fact]
    public async Task PruneAsync_RetentionOver_DeletesOnlyThoseEvents()
    {
        await using var store = _folder.Open(keep: TimeSpan.FromDays(30));
        for (var number = 0; number < 3; number++)
            await store.AppendAsync(SampleEvents.Encoded(number), Cancel);
        await store.MarkDeliveredAsync([1], SampleEvents.Noon, Cancel);
        await store.MarkDeliveredAsync([2], SampleEvents.Noon.AddDays(1), Cancel);
        _folder.Time.SetUtcNow(SampleEvents.Noon.AddDays(30).AddTicks(1));

        await store.PruneAsync();

        Assert.Equal("2,3", _folder.Query("SELECT group_concat(seq) FROM (SELECT seq FROM events ORDER BY seq)"));
    }

    [Fact]
    public async Task PruneAsync_MoreThanOnePortion_DeletesAll()
    {
        await using var store = _folder.Open(relayed: false, keep: TimeSpan.FromHours(1));
        await Task.WhenAll(Enumerable.Range(0, 2_500).Select(number => store.AppendAsync(SampleEvents.Encoded(number), Cancel)));
        _folder.Time.SetUtcNow(SampleEvents.Noon.AddDays(1));

        await store.PruneAsync();

        Assert.Equal(0L, _folder.Query("SELECT count(*) FROM events"));
    }

    [Fact]
    public async Task Metrics_AfterAppend_CountAppendedAndPending()
    {
        Dictionary<string, long> seen = [];
        using MeterListener listener = new();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Meter.Scope == _folder.Meters)
                self.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>(
            (instrument, value, _, _) => seen[instrument.Name] = seen.GetValueOrDefault(instrument.Name) + value);
        listener.Start();

        await using var store = _folder.Open();
        await store.AppendAsync(SampleEvents.Encoded(0), Cancel);
        await store.AppendAsync(SampleEvents.Encoded(1), Cancel);
        listener.RecordObservableInstruments();

        Assert.Equal(2, seen["streamactions.outbox.appended"]);
        Assert.Equal(2, seen["streamactions.outbox.pending"]);
    }

    [Fact]
    public async Task Open_PendingEventsWithoutRelay_KeepsThemAndWarns()
    {
        await using (var before = _folder.Open())
            await before.AppendAsync(SampleEvents.Begin, Cancel);

        await using var store = _folder.Open(relayed: false);

        Assert.Contains("1 events are pending for Kafka", Assert.Single(_folder.Lines.At(LogLevel.Warning)), StringComparison.Ordinal);
        Assert.Single(await store.ReadPendingAsync(10, Cancel));
    }
}
