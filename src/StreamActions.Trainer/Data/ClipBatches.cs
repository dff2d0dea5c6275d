// Prepares batches ahead on worker threads, in a fixed order, so that steps rarely wait and a resumed run gets the same batches.
namespace StreamActions.Trainer.Data;

/// <summary>
/// Prepares batch n from the clips n·B … n·B + B − 1 while earlier batches are trained on. Not thread safe: one consumer at a time.
/// </summary>
internal sealed class ClipBatches : IDisposable
{
    private static readonly TimeSpan JoinTimeout = TimeSpan.FromSeconds(10);
    private readonly IClipSource _source;
    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _free;
    // Batch n is made in slot n mod the number of slots. A slot is reused only after its batch was taken.
    private readonly Slot[] _slots;
    private readonly Thread[] _threads;
    private readonly int _batch;
    private readonly Func<long, int> _earlier;
    private long _nextClip, _nextBatch;

    /// <summary>Starts the worker threads.</summary>
    /// <param name="source">The clips.</param>
    /// <param name="batch">Clips per batch.</param>
    /// <param name="first">Number of the first batch.</param>
    /// <param name="ahead">Maximum number of batches in preparation or waiting; limits memory.</param>
    /// <param name="degree">Number of clips made in parallel; null takes one per core.</param>
    /// <param name="earlier">Number of frames before the clips of a batch, by the batch's number; null for none.</param>
    public ClipBatches(IClipSource source, int batch, long first, int ahead, int? degree = null, Func<long, int>? earlier = null)
    {
        (_source, _batch, _nextBatch, _nextClip) = (source, batch, first, first * batch);
        _earlier = earlier ?? (_ => 0);
        _free = new(ahead * batch);
        _slots = [.. Enumerable.Range(0, ahead).Select(_ => new Slot(batch))];
        // Decoding blocks on work that the thread pool does. Blocking pool threads here could starve it.
        _threads = [.. Enumerable.Range(0, degree ?? Environment.ProcessorCount)
            .Select(n => new Thread(Work) { IsBackground = true, Name = $"clips {n}" })];
        foreach (var thread in _threads)
            thread.Start();
    }

    /// <summary>The next batch. A failure while preparing it is thrown here.</summary>
    public async Task<TrainingClip[]> NextAsync(CancellationToken cancellation)
    {
        var slot = (int)(_nextBatch % _slots.Length);
        var clips = await _slots[slot].Batch.Task.WaitAsync(cancellation).ConfigureAwait(false);
        _slots[slot] = new(_batch);
        _nextBatch++;
        _free.Release(_batch);
        return clips;
    }

    private void Work()
    {
        try
        {
            while (true)
            {
                _free.Wait(_stop.Token);
                var number = Interlocked.Increment(ref _nextClip) - 1;
                var batch = number / _batch;
                _slots[(int)(batch % _slots.Length)].Make((int)(number % _batch), () => _source.Training(number, _earlier(batch)));
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Disposed: no more clips are needed.
        }
    }

    /// <summary>Stops the threads. They finish the clips in progress and start no more.</summary>
    public void Dispose()
    {
        _stop.Cancel();
        // A read that hangs on a broken drive must not block the end of the run.
        if (!_threads.All(thread => thread.Join(JoinTimeout)))
            return;
        _free.Dispose();
        _stop.Dispose();
    }

    /// <summary>A batch in preparation.</summary>
    private sealed class Slot(int batch)
    {
        private readonly TrainingClip[] _clips = new TrainingClip[batch];
        private int _missing = batch;

        public TaskCompletionSource<TrainingClip[]> Batch { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Make(int place, Func<TrainingClip> make)
        {
            try
            {
                _clips[place] = make();
                if (Interlocked.Decrement(ref _missing) == 0)
                    Batch.SetResult(_clips);
            }
            catch (Exception e)
            {
                Batch.TrySetException(e);
            }
        }
    }
}
