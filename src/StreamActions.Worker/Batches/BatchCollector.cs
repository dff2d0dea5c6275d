// Between cameras and inference: the newest window of every view waits here, and goes out in batches.
using StreamActions.Worker.Windows;

namespace StreamActions.Worker.Batches;

/// <summary>What became of a camera's windows.</summary>
/// <param name="Posted">Windows that came.</param>
/// <param name="Replaced">Those of them that were replaced by a newer one before anybody looked at them.</param>
/// <param name="Late">Those of them that came, or still waited, when no more were taken.</param>
internal readonly record struct WindowCounts(long Posted, long Replaced, long Late)
{
    /// <summary>Those that nobody looked at.</summary>
    public long Dropped => Replaced + Late;
}

/// <summary>
/// Holds at most one window a view. A live camera never waits: its newer window replaces the one that waits, which is counted as dropped.
/// A recording that is read fast waits instead. Cameras take turns, and the views of a camera take turns within it: a camera with many
/// zones does not slow the others, and a window keeps its place when a newer one replaces it.
/// </summary>
/// <param name="maxBatch">Most windows in a batch.</param>
/// <param name="maxDelay">Longest a window waits for others to share its batch.</param>
/// <param name="time">The clock of <paramref name="maxDelay"/>.</param>
internal sealed class BatchCollector(int maxBatch, TimeSpan maxDelay, TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly LinkedList<CameraQueue> _turns = new();
    private readonly Dictionary<string, CameraQueue> _cameras = new(StringComparer.Ordinal);
    private readonly Dictionary<View, Slot> _byView = [];
    private TaskCompletionSource _changed = NewSignal();
    private bool _completed;

    private sealed class CameraQueue
    {
        public readonly Queue<Slot> Waiting = new();
        public WindowCounts Counts;
        public int InFlight;
    }

    private sealed record Slot(View View, long Since)
    {
        public required FrameWindow Window { get; set; }
    }

    /// <summary>Posts a window of a live camera; takes it over.</summary>
    /// <returns>False when a window was dropped: an older one that waited, or this one because no more are taken.</returns>
    public bool Post(FrameWindow window)
    {
        FrameWindow? unused = null;
        lock (_lock)
        {
            if (_completed)
                unused = window;
            else if (_byView.TryGetValue(window.View, out var slot))
                (unused, slot.Window) = (slot.Window, window);
            else
                Enqueue(window);
            Count(window.View.Camera, replaced: unused is null || _completed ? 0 : 1, late: _completed ? 1 : 0);
        }
        unused?.Dispose();
        return unused is null;
    }

    /// <summary>Posts a window that must not be dropped: waits until the one before it was taken. Takes it over.</summary>
    public async Task PostWaitingAsync(FrameWindow window, CancellationToken cancellation)
    {
        try
        {
            while (true)
            {
                Task changed;
                lock (_lock)
                {
                    ObjectDisposedException.ThrowIf(_completed, this);
                    if (!_byView.ContainsKey(window.View))
                    {
                        Enqueue(window);
                        Count(window.View.Camera);
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
                Count(window.View.Camera, late: 1);
            window.Dispose();
            throw;
        }
    }

    /// <summary>
    /// The next batch: as soon as <c>maxBatch</c> windows wait, or the one that waited longest has waited <c>maxDelay</c>. The caller disposes the windows
    /// and reports them with <see cref="Done"/>.
    /// </summary>
    /// <returns>Empty when there will be no more.</returns>
    public async Task<IReadOnlyList<FrameWindow>> TakeAsync(CancellationToken cancellation)
    {
        while (true)
        {
            Task changed;
            TimeSpan left;
            lock (_lock)
            {
                if (_byView.Count == 0 && _completed)
                    return [];
                left = _byView.Count == 0 ? Timeout.InfiniteTimeSpan : maxDelay - time.GetElapsedTime(Oldest());
                if (_byView.Count >= maxBatch || (_byView.Count > 0 && (_completed || left <= TimeSpan.Zero)))
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

    /// <summary>Tells that a batch was worked off.</summary>
    public void Done(IReadOnlyList<FrameWindow> batch)
    {
        lock (_lock)
        {
            foreach (var window in batch)
                _cameras[window.View.Camera].InFlight--;
            Signal();
        }
    }

    /// <summary>No more windows come: those that wait go out at once, later ones are dropped.</summary>
    public void Complete()
    {
        lock (_lock)
        {
            _completed = true;
            Signal();
        }
    }

    /// <summary>Gives up those that still wait after <see cref="Complete"/>: nobody takes them any more.</summary>
    public void Abandon()
    {
        List<FrameWindow> left = [];
        lock (_lock)
        {
            foreach (var queue in _turns)
            {
                queue.Counts = queue.Counts with { Late = queue.Counts.Late + queue.Waiting.Count };
                left.AddRange(queue.Waiting.Select(slot => slot.Window));
                queue.Waiting.Clear();
            }
            _turns.Clear();
            _byView.Clear();
            Signal();
        }
        foreach (var window in left)
            window.Dispose();
    }

    /// <summary>Completes when no window of a camera waits or is worked on.</summary>
    public async Task DrainedAsync(string camera, CancellationToken cancellation)
    {
        while (true)
        {
            Task changed;
            lock (_lock)
            {
                if (!_cameras.TryGetValue(camera, out var queue) || (queue.InFlight == 0 && queue.Waiting.Count == 0))
                    return;
                changed = _changed.Task;
            }
            await changed.WaitAsync(cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Windows posted and dropped by camera since the start.</summary>
    public IReadOnlyDictionary<string, WindowCounts> Counts()
    {
        lock (_lock)
            return _cameras.ToDictionary(c => c.Key, c => c.Value.Counts, StringComparer.Ordinal);
    }

    private void Enqueue(FrameWindow window)
    {
        var slot = new Slot(window.View, time.GetTimestamp()) { Window = window };
        _byView.Add(window.View, slot);
        var queue = QueueOf(window.View.Camera);
        queue.Waiting.Enqueue(slot);
        if (queue.Waiting.Count == 1)
            _turns.AddLast(queue);
        Signal();
    }

    private FrameWindow[] Dequeue()
    {
        var batch = new FrameWindow[Math.Min(maxBatch, _byView.Count)];
        for (var i = 0; i < batch.Length; i++)
        {
            var queue = _turns.First!.Value;
            _turns.RemoveFirst();
            var slot = queue.Waiting.Dequeue();
            if (queue.Waiting.Count > 0)
                _turns.AddLast(queue);
            _byView.Remove(slot.View);
            batch[i] = slot.Window;
            queue.InFlight++;
        }
        Signal();
        return batch;
    }

    private long Oldest()
    {
        var oldest = long.MaxValue;
        foreach (var queue in _turns)
            oldest = Math.Min(oldest, queue.Waiting.Peek().Since);
        return oldest;
    }

    private CameraQueue QueueOf(string camera)
    {
        if (!_cameras.TryGetValue(camera, out var queue))
            _cameras.Add(camera, queue = new());
        return queue;
    }

    private void Count(string camera, int replaced = 0, int late = 0)
    {
        var queue = QueueOf(camera);
        queue.Counts = new(queue.Counts.Posted + 1, queue.Counts.Replaced + replaced, queue.Counts.Late + late);
    }

    private void Signal()
    {
        var signal = _changed;
        _changed = NewSignal();
        signal.TrySetResult();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
