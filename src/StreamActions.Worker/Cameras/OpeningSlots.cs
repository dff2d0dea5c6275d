// Limits how many cameras are opened at a time, at the start and when many fail together.
namespace StreamActions.Worker.Cameras;

/// <summary>
/// A bounded number of slots, first come, first served. A camera frees its slot when it is live or has failed, and after
/// <paramref name="hold"/> at the latest: a camera that takes ten seconds to time out only waits for the network, and must not delay the
/// others.
/// </summary>
/// <param name="count">Number of slots.</param>
/// <param name="hold">Longest time that one camera keeps a slot.</param>
/// <param name="time">The clock.</param>
internal sealed class OpeningSlots(int count, TimeSpan hold, TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly Queue<TaskCompletionSource> _waiting = [];
    private int _taken;

    /// <summary>The worker's slots: eight, each for two seconds at most.</summary>
    public static OpeningSlots ForFleet(TimeProvider time) => new(8, TimeSpan.FromSeconds(2), time);

    /// <summary>Slots that are taken.</summary>
    public int Taken
    {
        get
        {
            lock (_lock)
                return _taken;
        }
    }

    /// <summary>Waits for a slot.</summary>
    /// <returns>The slot. Disposing it frees the slot.</returns>
    public async Task<IDisposable> EnterAsync(CancellationToken cancellation)
    {
        if (TakeOrEnqueue() is { } turn)
        {
            await using var registration = cancellation.Register(() => turn.TrySetCanceled(cancellation)).ConfigureAwait(false);
            await turn.Task.ConfigureAwait(false);
        }
        return new Slot(this);
    }

    // Null when a slot was free; it is taken then.
    private TaskCompletionSource? TakeOrEnqueue()
    {
        lock (_lock)
        {
            if (_taken < count)
            {
                _taken++;
                return null;
            }
            TaskCompletionSource turn = new(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Enqueue(turn);
            return turn;
        }
    }

    private void Free()
    {
        lock (_lock)
        {
            // The slot goes to the first waiting camera that has not cancelled.
            while (_waiting.TryDequeue(out var turn))
            {
                if (turn.TrySetResult())
                    return;
            }
            _taken--;
        }
    }

    private sealed class Slot : IDisposable
    {
        private readonly OpeningSlots _slots;
        private readonly ITimer? _timer;
        private int _freed;

        public Slot(OpeningSlots slots)
        {
            _slots = slots;
            _timer = slots.HoldTimer(this);
            // The timer may fire before the field is set; Dispose cannot see the timer then.
            if (Volatile.Read(ref _freed) != 0)
                _timer.Dispose();
        }

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _freed, 1) != 0)
                return;
            _timer?.Dispose();
            _slots.Free();
        }
    }

    private ITimer HoldTimer(Slot slot) => time.CreateTimer(static state => ((Slot)state!).Dispose(), slot, hold, Timeout.InfiniteTimeSpan);
}
