// Spreads openings when many cameras fail at once, or start together.
namespace StreamActions.Worker.Cameras;

/// <summary>
/// Lets a bounded number of cameras be opened at a time, first come first served. A place is free again as soon as its camera is live or has failed, and
/// at the latest after the hold: a black-holed camera that takes ten seconds to time out is waiting, not working, and delays nobody.
/// </summary>
/// <param name="places">Openings at a time.</param>
/// <param name="hold">Longest time that one opening counts.</param>
/// <param name="time">The clock.</param>
internal sealed class OpeningSlots(int places, TimeSpan hold, TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly Queue<TaskCompletionSource> _waiting = [];
    private int _taken;

    /// <summary>The ones of the product: eight at a time, each for two seconds.</summary>
    public static OpeningSlots ForFleet(TimeProvider time) => new(8, TimeSpan.FromSeconds(2), time);

    /// <summary>Places that are taken.</summary>
    public int Taken
    {
        get
        {
            lock (_lock)
                return _taken;
        }
    }

    /// <summary>Waits for a place.</summary>
    /// <returns>The place; disposing gives it back.</returns>
    public async Task<IDisposable> EnterAsync(CancellationToken cancellation)
    {
        if (Ask() is { } turn)
        {
            await using var registration = cancellation.Register(() => turn.TrySetCanceled(cancellation)).ConfigureAwait(false);
            await turn.Task.ConfigureAwait(false);
        }
        return new Slot(this);
    }

    // Null: there is a place, and it is taken now.
    private TaskCompletionSource? Ask()
    {
        lock (_lock)
        {
            if (_taken < places)
            {
                _taken++;
                return null;
            }
            TaskCompletionSource turn = new(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Enqueue(turn);
            return turn;
        }
    }

    private void GiveBack()
    {
        lock (_lock)
        {
            // The place goes to the next one who has not gone away meanwhile.
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
        private int _over;

        public Slot(OpeningSlots slots)
        {
            _slots = slots;
            _timer = slots.HoldTimer(this);
            // The hold may be over before its timer is known here.
            if (Volatile.Read(ref _over) != 0)
                _timer.Dispose();
        }

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _over, 1) != 0)
                return;
            _timer?.Dispose();
            _slots.GiveBack();
        }
    }

    private ITimer HoldTimer(Slot slot) => time.CreateTimer(static state => ((Slot)state!).Dispose(), slot, hold, Timeout.InfiniteTimeSpan);
}
