// Takes from an encoder queue on the test's thread.
using StreamActions.Worker.Inference;

namespace StreamActions.Worker.Tests.Inference;

internal static class Queues
{
    /// <summary>The next batch if it is due, which stays in flight; else null. Empty when the queue is closed and empty.</summary>
    public static IReadOnlyList<EncoderStep>? TryTake(this EncoderQueue queue)
    {
        List<EncoderStep> batch = [];
        return queue.TryTake(batch, out _) ? batch : null;
    }

    /// <summary>The next batch, which is due. It is reported as done; the caller disposes the steps.</summary>
    public static IReadOnlyList<EncoderStep> TakeNow(this EncoderQueue queue)
    {
        var batch = queue.TryTake();
        Assert.NotNull(batch);
        queue.Done(batch);
        return batch;
    }
}
