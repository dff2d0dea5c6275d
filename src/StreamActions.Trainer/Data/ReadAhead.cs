// Work done a little ahead by a few threads, given out in order.
namespace StreamActions.Trainer.Data;

/// <summary>Reads ahead while results are taken one by one.</summary>
internal static class ReadAhead
{
    /// <summary>The results in the order of the work; a failure is thrown in its turn.</summary>
    /// <param name="work">What to do; taken from no faster than results are.</param>
    /// <param name="degree">Most pieces under way or waiting to be taken; bounds memory.</param>
    public static IEnumerable<T> InOrder<T>(IEnumerable<Func<T>> work, int degree)
    {
        var running = new Queue<Task<T>>();
        try
        {
            foreach (var piece in work)
            {
                if (running.Count == degree)
                    yield return running.Dequeue().GetAwaiter().GetResult();
                // Decoding blocks: a thread of its own, so that the pool's stay free.
                running.Enqueue(
                    Task.Factory.StartNew(piece, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default));
            }
            while (running.TryDequeue(out var next))
                yield return next.GetAwaiter().GetResult();
        }
        finally
        {
            // Whoever stops early waits for what is under way: nothing goes on unseen.
            foreach (var left in running)
                ((IAsyncResult)left).AsyncWaitHandle.WaitOne();
        }
    }
}
