// Shared by all sources: the reading thread, the times of frames, the queue and the pace.
using System.Runtime.CompilerServices;

namespace StreamActions.Video;

/// <summary>Passes frames from a reading thread to the consumer, with the time rules of <see cref="SourceOptions"/>.</summary>
internal sealed class FrameDelivery
{
    // About a second at usual sample rates: absorbs short stalls without adding latency.
    private const int QueuedFrames = 4;
    private readonly SourceOptions _options;
    private readonly TimeProvider _time;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private DateTimeOffset _start;
    private int _started;

    public FrameDelivery(SourceOptions options, TimeProvider time)
    {
        (_options, _time) = (options, time);
        Queue = new FrameQueue(QueuedFrames, dropOldest: options.Kind != SourceKind.File);
    }

    public FrameQueue Queue { get; }

    /// <summary>Starts the reading thread, once. The consumer receives its exception after the last frame.</summary>
    public void Start(string name, Action read)
    {
        if (Interlocked.Exchange(ref _started, 1) != 0)
            throw new InvalidOperationException($"{_options.Shown}: this source was read already; create a new one");
        _start = _options.Kind == SourceKind.File ? _options.RecordingStart() : default;
        new Thread(() =>
        {
            try
            {
                read();
                Queue.Complete();
            }
            catch (Exception e)
            {
                Queue.Complete(e);
            }
            finally
            {
                _ended.SetResult();
            }
        }, 512 * 1024)
        { IsBackground = true, Name = name }.Start();
    }

    /// <summary>A buffer for frame <paramref name="index"/>, with its time.</summary>
    /// <param name="width">Width in pixels.</param>
    /// <param name="height">Height in pixels.</param>
    /// <param name="index">Number of the frame.</param>
    /// <param name="at">Time since the start of the recording; null for index / SampleFps.</param>
    public Frame Rent(int width, int height, long index, TimeSpan? at = null) => _options.Kind == SourceKind.File
        ? Frame.Rent(width, height, _start + (at ?? _options.TimeOf(index)), _time.GetTimestamp(), index)
        : RentLive(width, height, index, _time.GetTimestamp(), TimeSpan.Zero);

    /// <summary>A buffer for frame <paramref name="index"/> of a live source.</summary>
    /// <param name="width">Width in pixels.</param>
    /// <param name="height">Height in pixels.</param>
    /// <param name="index">Number of the frame.</param>
    /// <param name="arrivedAt">Its arrival.</param>
    /// <param name="delay">Time from its capture to its arrival.</param>
    public Frame RentLive(int width, int height, long index, long arrivedAt, TimeSpan delay)
    {
        var taken = arrivedAt - (long)(delay.TotalSeconds * _time.TimestampFrequency);
        return Frame.Rent(width, height, _time.GetUtcNow() - delay, taken, arrivedAt, index);
    }

    /// <summary>The frames; those of a recording at its pace.</summary>
    public async IAsyncEnumerable<Frame> DeliverAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        var paced = _options.Kind == SourceKind.File && _options.Pace == RecordingPace.Realtime;
        long began = 0;
        while (await Queue.Frames.WaitToReadAsync(cancellation).ConfigureAwait(false))
        {
            while (Queue.Frames.TryRead(out var frame))
            {
                if (paced)
                {
                    if (frame.Sequence == 0)
                        began = _time.GetTimestamp();
                    await WaitUntilDueAsync(frame, began, cancellation).ConfigureAwait(false);
                    frame.Arrive(_time.GetTimestamp());
                }
                yield return frame;
            }
        }
    }

    /// <summary>Disposes the queued frames and waits for the reading thread. The caller must stop that thread first.</summary>
    public async Task StopAsync()
    {
        Queue.Abandon();
        if (Volatile.Read(ref _started) == 0)
            return;
        await _ended.Task.ConfigureAwait(false);
        // The thread may have posted one more frame before it ended.
        Queue.Abandon();
    }

    private async ValueTask WaitUntilDueAsync(Frame frame, long began, CancellationToken cancellation)
    {
        var wait = frame.CapturedAt - _start - _time.GetElapsedTime(began);
        if (wait <= TimeSpan.Zero)
            return;
        try
        {
            await Task.Delay(wait, _time, cancellation).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            frame.Dispose();
            throw;
        }
    }
}
