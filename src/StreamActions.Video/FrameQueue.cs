// The bounded queue between the thread that reads pictures and the task that takes them.
using System.Threading.Channels;

namespace StreamActions.Video;

/// <summary>
/// A live source never waits: when the queue is full its oldest frame is dropped and counted. A recording waits: no frame is lost.
/// </summary>
internal sealed class FrameQueue
{
    private readonly Channel<Frame> _channel;
    private long _dropped;

    public FrameQueue(int capacity, bool dropOldest) =>
        _channel = Channel.CreateBounded<Frame>(
            new BoundedChannelOptions(capacity)
            {
                FullMode = dropOldest ? BoundedChannelFullMode.DropOldest : BoundedChannelFullMode.Wait,
                SingleReader = true,
                SingleWriter = true,
            },
            Drop);

    /// <summary>Frames dropped because nobody took them in time.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>The frames; ends, or throws what the source failed with, after the last one was taken.</summary>
    public ChannelReader<Frame> Frames => _channel.Reader;

    /// <summary>Called by the reading thread: hands over a frame, waits while a recording's queue is full.</summary>
    /// <returns>False when nobody takes frames any more: the frame was disposed.</returns>
    public bool Post(Frame frame)
    {
        while (!_channel.Writer.TryWrite(frame))
        {
            if (!_channel.Writer.WaitToWriteAsync().AsTask().GetAwaiter().GetResult())
            {
                frame.Dispose();
                return false;
            }
        }
        return true;
    }

    /// <summary>No more frames: the source ended, or failed with <paramref name="failure"/>.</summary>
    public void Complete(Exception? failure = null) => _channel.Writer.TryComplete(failure);

    /// <summary>Nobody takes frames any more: those still here are given back.</summary>
    public void Abandon()
    {
        Complete();
        while (_channel.Reader.TryRead(out var frame))
            frame.Dispose();
    }

    private void Drop(Frame frame)
    {
        frame.Dispose();
        Interlocked.Increment(ref _dropped);
    }
}
