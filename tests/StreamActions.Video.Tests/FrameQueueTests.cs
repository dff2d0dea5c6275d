// Waiting and dropping in the queue between reading thread and consumer.
namespace StreamActions.Video.Tests;

public class FrameQueueTests
{
    [Fact]
    public void Post_FullLiveQueue_DropsAndCountsTheOldest()
    {
        var queue = new FrameQueue(2, dropOldest: true);
        var frames = Enumerable.Range(0, 5).Select(NewFrame).ToArray();

        Assert.All(frames, frame => Assert.True(queue.Post(frame)));

        Assert.Equal(3, queue.Dropped);
        Assert.True(queue.Frames.TryRead(out var first));
        Assert.Equal(3, first.Sequence);
        Assert.All(frames[..3], frame => Assert.Throws<ObjectDisposedException>(() => frame.Pixels.Length));
    }

    [Fact]
    public async Task Post_FullRecordingQueue_WaitsAndDropsNothing()
    {
        var queue = new FrameQueue(2, dropOldest: false);
        var producer = Task.Run(() =>
        {
            for (var i = 0; i < 50; i++)
                queue.Post(NewFrame(i));
            queue.Complete();
        }, TestContext.Current.CancellationToken);

        var taken = new List<long>();
        await foreach (var frame in queue.Frames.ReadAllAsync(TestContext.Current.CancellationToken))
            taken.Add(frame.Sequence);
        await producer;

        Assert.Equal(Enumerable.Range(0, 50).Select(i => (long)i), taken);
        Assert.Equal(0, queue.Dropped);
    }

    [Fact]
    public async Task Abandon_PostIsWaiting_ReleasesItAndDisposesFrames()
    {
        var queue = new FrameQueue(1, dropOldest: false);
        Frame queued = NewFrame(0), waiting = NewFrame(1);
        Assert.True(queue.Post(queued));
        var poster = Task.Run(() => queue.Post(waiting), TestContext.Current.CancellationToken);

        queue.Abandon();
        // The second call disposes a frame that was added while the first one emptied the queue, as when a source stops.
        await poster;
        queue.Abandon();

        Assert.Throws<ObjectDisposedException>(() => queued.Pixels.Length);
        Assert.Throws<ObjectDisposedException>(() => waiting.Pixels.Length);
    }

    [Fact]
    public async Task Complete_WithFailure_IsThrownAfterTheLastFrame()
    {
        var queue = new FrameQueue(2, dropOldest: true);
        queue.Post(NewFrame(0));
        queue.Complete(new SourceException(SourceFailure.Ended, "over"));

        Assert.True(queue.Frames.TryRead(out _));
        await Assert.ThrowsAsync<SourceException>(async () => await queue.Frames.WaitToReadAsync(TestContext.Current.CancellationToken));
    }

    private static Frame NewFrame(int sequence) => Frame.Rent(2, 2, DateTimeOffset.UnixEpoch, 0, sequence);
}
