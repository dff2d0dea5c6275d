// The bounded queue between the reading thread and the consumer.
using System.Threading.Channels;

namespace StreamActions.Video;

/// <summary>
/// A live source never waits: a full queue drops its oldest frame and counts it. A recording waits, so that no frame is lost.
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

    /// <summary>Frames dropped because the consumer was too slow.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>The frames. After the last one the reader ends, or throws the failure of the source.</summary>
    public ChannelReader<Frame> Frames => _channel.Reader;

    /// <summary>Adds a frame; waits while the queue of a recording is full. Only the reading thread may call it.</summary>
    /// <returns>False when the queue is closed: the frame was disposed.</returns>
    public bool Post(Frame frame)
    {
        while (!_channel.Writer.TryWrite(frame))
        {
#pragma warning disable VSTHRD002 // The reading thread has nothing else to do, and no synchronisation context.
            if (!_channel.Writer.WaitToWriteAsync().AsTask().GetAwaiter().GetResult())
#pragma warning restore VSTHRD002
            {
                frame.Dispose();
                return false;
            }
        }
        return true;
    }

    /// <summary>Marks the end: the source ended, or failed with <paramref name="failure"/>.</summary>
    public void Complete(Exception? failure = null) => _channel.Writer.TryComplete(failure);

    /// <summary>Closes the queue and disposes the frames in it.</summary>
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
