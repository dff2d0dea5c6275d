// Batches prepared ahead by worker threads, in order, so that the step never waits and a resumed run sees the same ones.
namespace StreamActions.Trainer.Data;

/// <summary>
/// Prepares batch n from the clips n·B … n·B + B − 1 while earlier batches are trained on. Taken from by one thread at a time.
/// </summary>
internal sealed class ClipBatches : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private readonly IClipSource _source;
    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _room;
    // Batch n is made in slot n mod their number; a slot is used again only after its batch was taken.
    private readonly Slot[] _slots;
    private readonly Thread[] _threads;
    private readonly int _batch;
    private long _nextClip, _nextBatch;

    /// <summary>Starts preparing.</summary>
    /// <param name="source">The clips.</param>
    /// <param name="batch">Clips in a batch.</param>
    /// <param name="first">The first batch's number.</param>
    /// <param name="ahead">Most batches in preparation or waiting; bounds memory.</param>
    /// <param name="degree">Clips made at once; null takes one a core.</param>
    public ClipBatches(IClipSource source, int batch, long first, int ahead, int? degree = null)
    {
        (_source, _batch, _nextBatch, _nextClip) = (source, batch, first, first * batch);
        _room = new(ahead * batch);
        _slots = [.. Enumerable.Range(0, ahead).Select(_ => new Slot(batch))];
        // Threads of their own: decoding blocks, and the pool's threads carry what it waits for.
        _threads = [.. Enumerable.Range(0, degree ?? Environment.ProcessorCount)
            .Select(n => new Thread(Work) { IsBackground = true, Name = $"clips {n}" })];
        foreach (var thread in _threads)
            thread.Start();
    }

    /// <summary>The next batch. A failure while preparing it is thrown here.</summary>
    public async Task<TrainingClip[]> NextAsync(CancellationToken cancellation)
    {
        var slot = (int)(_nextBatch % _slots.Length);
        var clips = await _slots[slot].Whole.Task.WaitAsync(cancellation).ConfigureAwait(false);
        _slots[slot] = new(_batch);
        _nextBatch++;
        _room.Release(_batch);
        return clips;
    }

    private void Work()
    {
        try
        {
            while (true)
            {
                _room.Wait(_stop.Token);
                var number = Interlocked.Increment(ref _nextClip) - 1;
                _slots[(int)(number / _batch % _slots.Length)].Make(_source, number, (int)(number % _batch));
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Nobody wants more.
        }
    }

    /// <summary>Stops: clips under way are finished, none is begun.</summary>
    public void Dispose()
    {
        _stop.Cancel();
        // A recording on a drive that hangs must not keep the run from ending.
        if (!_threads.All(thread => thread.Join(Patience)))
            return;
        _room.Dispose();
        _stop.Dispose();
    }

    /// <summary>A batch in preparation.</summary>
    private sealed class Slot(int batch)
    {
        private readonly TrainingClip[] _clips = new TrainingClip[batch];
        private int _missing = batch;

        public TaskCompletionSource<TrainingClip[]> Whole { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Make(IClipSource source, long number, int place)
        {
            try
            {
                _clips[place] = source.Training(number);
                if (Interlocked.Decrement(ref _missing) == 0)
                    Whole.SetResult(_clips);
            }
            catch (Exception e)
            {
                Whole.TrySetException(e);
            }
        }
    }
}
