// Runs work ahead on a few threads and returns the results in order.
namespace StreamActions.Trainer.Data;

/// <summary>Reads ahead while the caller takes the results one by one.</summary>
internal static class ReadAhead
{
    /// <summary>Returns the results in the order of the work. A failure is thrown when its result is due.</summary>
    /// <param name="work">The work items; at most <paramref name="degree"/> of them are started before their results are taken.</param>
    /// <param name="degree">Maximum number of items in progress or waiting; limits memory.</param>
    public static IEnumerable<T> InOrder<T>(IEnumerable<Func<T>> work, int degree)
    {
        var running = new Queue<Task<T>>();
        try
        {
            foreach (var piece in work)
            {
                if (running.Count == degree)
                    yield return running.Dequeue().GetAwaiter().GetResult();
                // Decoding blocks, so it runs on its own thread and leaves the thread pool free.
                running.Enqueue(
                    Task.Factory.StartNew(piece, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default));
            }
            while (running.TryDequeue(out var next))
                yield return next.GetAwaiter().GetResult();
        }
        finally
        {
            // A caller that stops early waits for the items in progress, so that no work continues in the background.
            foreach (var left in running)
                ((IAsyncResult)left).AsyncWaitHandle.WaitOne();
        }
    }
}
