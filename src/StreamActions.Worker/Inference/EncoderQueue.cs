// The queue between cameras and the encoder: one waiting step per view, taken in batches; cameras take turns.
using StreamActions.Worker.Views;

namespace StreamActions.Worker.Inference;

/// <summary>A camera's windows since the start.</summary>
/// <param name="Posted">Windows posted.</param>
/// <param name="Replaced">Posted windows dropped for a newer one while they waited.</param>
/// <param name="Stopped">Posted windows dropped because the queue was closed or the wait was cancelled.</param>
internal readonly record struct WindowCounts(long Posted, long Replaced, long Stopped)
{
    /// <summary>Windows that were never encoded.</summary>
    public long Dropped => Replaced + Stopped;
}

/// <summary>
/// Holds at most one step per view. A live camera never waits: <see cref="EncoderStep.Combine"/> merges its newer step with the waiting
/// one, and the queue counts the dropped windows. A recording at <c>pace: fast</c> waits instead. Cameras take turns, and so do the
/// views of a camera: a camera with many zones does not slow the others. A view keeps its place when a newer step arrives.
/// </summary>
/// <param name="maxBatch">Most steps in a batch.</param>
/// <param name="maxDelay">Longest time that a step waits for others to share its batch.</param>
/// <param name="time">The clock of <paramref name="maxDelay"/>.</param>
internal sealed class EncoderQueue(int maxBatch, TimeSpan maxDelay, TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly LinkedList<CameraTurn> _turns = new();
    private readonly Dictionary<string, CameraTurn> _cameras = new(StringComparer.Ordinal);
    private readonly Dictionary<View, Entry> _waiting = [];
    private TaskCompletionSource _changed = NewSignal();
    private bool _completed;

    private sealed class CameraTurn
    {
        public readonly Queue<Entry> Waiting = new();
        public WindowCounts Counts;
        public int InFlight;
    }

    private sealed record Entry(View View, long Since)
    {
        public required EncoderStep Step { get; set; }
    }

    /// <summary>Posts a step of a live camera. Takes ownership of the step.</summary>
    /// <returns>False when the queue dropped a window.</returns>
    public bool Post(EncoderStep step)
    {
        lock (_lock)
        {
            var camera = step.View.Camera;
            if (_completed)
            {
                step.Dispose();
                Count(camera, stopped: 1);
                return false;
            }
            var dropped = 0;
            if (_waiting.TryGetValue(step.View, out var entry))
                entry.Step = entry.Step.Combine(step, out dropped);
            else
                Enqueue(step);
            Count(camera, replaced: dropped);
            return dropped == 0;
        }
    }

    /// <summary>Posts a step that must not be dropped: waits until the view's waiting step is taken. Takes ownership of the step.</summary>
    /// <exception cref="ObjectDisposedException">The queue is closed; the step is dropped.</exception>
    /// <exception cref="OperationCanceledException">The wait was cancelled; the step is dropped.</exception>
    public async Task PostWaitingAsync(EncoderStep step, CancellationToken cancellation)
    {
        try
        {
            while (true)
            {
                Task changed;
                lock (_lock)
                {
                    ObjectDisposedException.ThrowIf(_completed, this);
                    if (!_waiting.ContainsKey(step.View))
                    {
                        Enqueue(step);
                        Count(step.View.Camera);
                        return;
                    }
                    changed = _changed.Task;
                }
                await changed.WaitAsync(cancellation).ConfigureAwait(false);
            }
        }
        catch
        {
            lock (_lock)
                Count(step.View.Camera, stopped: 1);
            step.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Takes the next batch: as soon as <c>maxBatch</c> steps wait, or the oldest has waited <c>maxDelay</c>. The caller disposes the steps
    /// and reports them with <see cref="Done"/>.
    /// </summary>
    /// <returns>Empty when the queue is closed and empty.</returns>
    public async Task<IReadOnlyList<EncoderStep>> TakeAsync(CancellationToken cancellation)
    {
        while (true)
        {
            Task changed;
            TimeSpan left;
            lock (_lock)
            {
                if (_waiting.Count == 0 && _completed)
                    return [];
                left = _waiting.Count == 0 ? Timeout.InfiniteTimeSpan : maxDelay - time.GetElapsedTime(Oldest());
                if (_waiting.Count >= maxBatch || (_waiting.Count > 0 && (_completed || left <= TimeSpan.Zero)))
                    return Dequeue();
                changed = _changed.Task;
            }
            if (left == Timeout.InfiniteTimeSpan)
                await changed.WaitAsync(cancellation).ConfigureAwait(false);
            else
                await Task.WhenAny(changed, Task.Delay(left, time, cancellation)).ConfigureAwait(false);
            cancellation.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Reports that a batch is done.</summary>
    public void Done(IReadOnlyList<EncoderStep> batch)
    {
        lock (_lock)
        {
            foreach (var step in batch)
                _cameras[step.View.Camera].InFlight--;
            Signal();
        }
    }

    /// <summary>Closes the queue: waiting steps go out at once, later steps are dropped.</summary>
    public void Complete()
    {
        lock (_lock)
        {
            _completed = true;
            Signal();
        }
    }

    /// <summary>Drops the steps that still wait after <see cref="Complete"/>.</summary>
    public void Abandon()
    {
        List<EncoderStep> left = [];
        lock (_lock)
        {
            foreach (var turn in _turns)
            {
                turn.Counts = turn.Counts with { Stopped = turn.Counts.Stopped + turn.Waiting.Count };
                left.AddRange(turn.Waiting.Select(entry => entry.Step));
                turn.Waiting.Clear();
            }
            _turns.Clear();
            _waiting.Clear();
            Signal();
        }
        foreach (var step in left)
            step.Dispose();
    }

    /// <summary>Completes when no step of a camera waits or is in a batch.</summary>
    public async Task DrainedAsync(string camera, CancellationToken cancellation)
    {
        while (true)
        {
            Task changed;
            lock (_lock)
            {
                if (!_cameras.TryGetValue(camera, out var turn) || (turn.InFlight == 0 && turn.Waiting.Count == 0))
                    return;
                changed = _changed.Task;
            }
            await changed.WaitAsync(cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Windows posted and dropped since the start, by camera.</summary>
    public IReadOnlyDictionary<string, WindowCounts> Counts()
    {
        lock (_lock)
            return _cameras.ToDictionary(c => c.Key, c => c.Value.Counts, StringComparer.Ordinal);
    }

    private void Enqueue(EncoderStep step)
    {
        var entry = new Entry(step.View, time.GetTimestamp()) { Step = step };
        _waiting.Add(step.View, entry);
        var turn = TurnOf(step.View.Camera);
        turn.Waiting.Enqueue(entry);
        if (turn.Waiting.Count == 1)
            _turns.AddLast(turn);
        Signal();
    }

    private EncoderStep[] Dequeue()
    {
        var batch = new EncoderStep[Math.Min(maxBatch, _waiting.Count)];
        for (var i = 0; i < batch.Length; i++)
        {
            var turn = _turns.First!.Value;
            _turns.RemoveFirst();
            var entry = turn.Waiting.Dequeue();
            if (turn.Waiting.Count > 0)
                _turns.AddLast(turn);
            _waiting.Remove(entry.View);
            batch[i] = entry.Step;
            turn.InFlight++;
        }
        Signal();
        return batch;
    }

    private long Oldest()
    {
        var oldest = long.MaxValue;
        foreach (var turn in _turns)
            oldest = Math.Min(oldest, turn.Waiting.Peek().Since);
        return oldest;
    }

    private CameraTurn TurnOf(string camera)
    {
        if (!_cameras.TryGetValue(camera, out var turn))
            _cameras.Add(camera, turn = new());
        return turn;
    }

    private void Count(string camera, int replaced = 0, int stopped = 0)
    {
        var turn = TurnOf(camera);
        turn.Counts = new(turn.Counts.Posted + 1, turn.Counts.Replaced + replaced, turn.Counts.Stopped + stopped);
    }

    private void Signal()
    {
        var signal = _changed;
        _changed = NewSignal();
        signal.TrySetResult();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
