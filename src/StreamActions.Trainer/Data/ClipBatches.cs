// Batches prepared ahead by worker threads, in order, so that the step never waits and a resumed run sees the same ones.
using System.Threading.Channels;

namespace StreamActions.Trainer.Data;

/// <summary>Prepares batch n from the clips n·B … n·B + B − 1 while earlier batches are trained on.</summary>
internal sealed class ClipBatches : IDisposable
{
    private readonly Channel<Task<TrainingClip[]>> _ready;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _producer;

    /// <summary>Starts preparing.</summary>
    /// <param name="source">The clips.</param>
    /// <param name="batch">Clips in a batch.</param>
    /// <param name="first">The first batch's number.</param>
    /// <param name="ahead">Most batches in preparation or waiting; bounds memory.</param>
    public ClipBatches(IClipSource source, int batch, long first, int ahead)
    {
        _ready = Channel.CreateBounded<Task<TrainingClip[]>>(ahead);
        _producer = Task.Run(async () =>
        {
            for (var n = first; !_stop.IsCancellationRequested; n++)
            {
                var number = n;
                var task = Task.Run(() => Make(source, number, batch), _stop.Token);
                await _ready.Writer.WriteAsync(task, _stop.Token);
            }
        }, _stop.Token);
    }

    /// <summary>The next batch. A failure while preparing it is thrown here.</summary>
    public async Task<TrainingClip[]> NextAsync(CancellationToken cancellation)
    {
        var task = await _ready.Reader.ReadAsync(cancellation);
        return await task.WaitAsync(cancellation);
    }

    private static TrainingClip[] Make(IClipSource source, long number, int batch)
    {
        var clips = new TrainingClip[batch];
        for (var i = 0; i < batch; i++)
            clips[i] = source.Training(number * batch + i);
        return clips;
    }

    public void Dispose()
    {
        _stop.Cancel();
        // The producer ends by cancellation; that is no failure to report.
        _producer.ContinueWith(static t => _ = t.Exception, TaskScheduler.Default);
        _stop.Dispose();
    }
}
