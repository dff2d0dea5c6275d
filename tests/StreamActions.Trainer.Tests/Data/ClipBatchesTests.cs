// Batch preparation: order, bounded read-ahead, parallelism, errors, disposal and cancellation.
using System.Collections.Concurrent;
using StreamActions.Trainer.Data;

namespace StreamActions.Trainer.Tests.Data;

public sealed class ClipBatchesTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task NextAsync_AnyFirstBatch_GivesClipsInOrder()
    {
        using var batches = new ClipBatches(new Numbers(), batch: 3, first: 5, ahead: 2, degree: 4);
        for (var n = 5; n < 25; n++)
            Assert.Equal([n * 3, n * 3 + 1, n * 3 + 2], (await batches.NextAsync(Stop)).Select(clip => clip.Label));
    }

    [Fact]
    public async Task NextAsync_EarlierFrames_AreSameForAllClipsOfBatch()
    {
        using var batches = new ClipBatches(new Numbers(), batch: 3, first: 5, ahead: 2, degree: 4, batch => (int)(batch % 4));
        for (var n = 5; n < 25; n++)
            Assert.All(await batches.NextAsync(Stop), clip => Assert.Equal(n % 4, clip.Pixels.Length));
    }

    [Fact]
    public async Task NextAsync_SlowReader_PreparesNoMoreThanLimit()
    {
        var source = new Numbers();
        long taken = 0;
        ConcurrentBag<string> tooEarly = [];
        source.OnTraining = index =>
        {
            if (index >= (Interlocked.Read(ref taken) + 2) * 4)
                tooEarly.Add($"clip {index} before batch {taken}");
        };
        using var batches = new ClipBatches(source, batch: 4, first: 0, ahead: 2, degree: 3);
        for (var n = 0; n < 50; n++)
        {
            Interlocked.Increment(ref taken);
            await batches.NextAsync(Stop);
        }
        Assert.Empty(tooEarly);
    }

    [Fact]
    public async Task NextAsync_ClipsOfOneBatch_ArePreparedAtGivenParallelism()
    {
        using var together = new Barrier(2);
        int now = 0, most = 0;
        var source = new Numbers
        {
            OnTraining = _ =>
            {
                var running = Interlocked.Increment(ref now);
                InterlockedMax(ref most, running);
                // Blocks until two threads are here; with one thread the test would not end.
                together.SignalAndWait(Stop);
                Interlocked.Decrement(ref now);
            },
        };
        using (var batches = new ClipBatches(source, batch: 4, first: 0, ahead: 1, degree: 2))
            await batches.NextAsync(Stop);
        Assert.Equal(2, most);
    }

    [Fact]
    public async Task NextAsync_ClipFails_FailsOnlyItsBatch()
    {
        var source = new Numbers { OnTraining = index => { if (index == 5) throw new InvalidOperationException("clip 5"); } };
        using var batches = new ClipBatches(source, batch: 2, first: 0, ahead: 4, degree: 2);

        await batches.NextAsync(Stop);
        await batches.NextAsync(Stop);
        Assert.Equal("clip 5", (await Assert.ThrowsAsync<InvalidOperationException>(() => batches.NextAsync(Stop))).Message);
    }

    [Fact]
    public async Task Dispose_WhilePreparing_StopsThreads()
    {
        var disposed = false;
        ConcurrentBag<long> after = [];
        var source = new Numbers { OnTraining = index => { if (Volatile.Read(ref disposed)) after.Add(index); } };
        var batches = new ClipBatches(source, batch: 8, first: 0, ahead: 50, degree: 4);
        await batches.NextAsync(Stop);
        batches.Dispose();
        Volatile.Write(ref disposed, true);

        Assert.All(source.Threads, thread => Assert.False(thread.IsAlive));
        Assert.Empty(after);
    }

    [Fact]
    public async Task NextAsync_Cancelled_Throws()
    {
        using var never = new ManualResetEventSlim();
        using var cancel = new CancellationTokenSource();
        var source = new Numbers { OnTraining = _ => never.Wait(Stop) };
        using var batches = new ClipBatches(source, batch: 2, first: 0, ahead: 1, degree: 1);
        var next = batches.NextAsync(cancel.Token);
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next);
        never.Set();
    }

    private static void InterlockedMax(ref int most, int value)
    {
        int seen;
        while ((seen = Volatile.Read(ref most)) < value && Interlocked.CompareExchange(ref most, value, seen) != seen)
        {
            // Another thread changed the value: retry.
        }
    }

    /// <summary>Clips whose label is their index. They have a byte for each earlier frame.</summary>
    private sealed class Numbers : IClipSource
    {
        public Action<long> OnTraining { get; set; } = _ => { };

        public ConcurrentBag<Thread> Threads { get; } = [];

        public IReadOnlyList<ClipClass> Classes => [];

        public IEnumerable<string> Texts => [];

        public TrainingClip Training(long index, int earlier = 0)
        {
            Threads.Add(Thread.CurrentThread);
            OnTraining(index);
            return new(new byte[earlier], (int)index, null, "", null);
        }

        public IReadOnlyList<EvaluationSet> Evaluation(int perClass, int earlier = 0) => [];
    }
}
