// Between cameras and inference: the newest window of every view waits here, and goes out in batches.
using StreamActions.Worker.Windows;

namespace StreamActions.Worker.Batches;

/// <summary>What became of a camera's windows.</summary>
internal readonly record struct WindowCounts(long Posted, long Dropped);

/// <summary>
/// Holds at most one window a view. A live camera never waits: its newer window replaces the one that waits, which is counted as dropped.
/// A recording that is read fast waits instead. A view keeps its place when its window is replaced and goes to the end when it is
/// served, so that no view is served twice while another waits.
/// </summary>
internal sealed class BatchCollector(int maxBatch, TimeSpan maxDelay, TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly LinkedList<Slot> _waiting = new();
    private readonly Dictionary<View, Slot> _byView = [];
    private readonly Dictionary<string, WindowCounts> _counts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _inFlight = new(StringComparer.Ordinal);
    private TaskCompletionSource _changed = NewSignal();

    private sealed record Slot(View View, long Since)
    {
        public required FrameWindow Window { get; set; }
    }

    /// <summary>Posts a window of a live camera; takes it over.</summary>
    public void Post(FrameWindow window)
    {
        FrameWindow? replaced = null;
        lock (_lock)
        {
            if (_byView.TryGetValue(window.View, out var slot))
                (replaced, slot.Window) = (slot.Window, window);
            else
                Enqueue(window);
            Count(window.View.Camera, dropped: replaced is null ? 0 : 1);
        }
        replaced?.Dispose();
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
                    if (!_byView.ContainsKey(window.View))
                    {
                        Enqueue(window);
                        Count(window.View.Camera, dropped: 0);
                        return;
                    }
                    changed = _changed.Task;
                }
                await changed.WaitAsync(cancellation).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            window.Dispose();
            throw;
        }
    }

    /// <summary>
    /// The next batch: as soon as <c>maxBatch</c> windows wait, or the one that waited longest has waited <c>maxDelay</c>. The caller disposes the windows
    /// and reports them with <see cref="Done"/>.
    /// </summary>
    public async Task<IReadOnlyList<FrameWindow>> TakeAsync(CancellationToken cancellation)
    {
        while (true)
        {
            Task changed;
            TimeSpan left;
            lock (_lock)
            {
                left = _waiting.First is { } oldest ? maxDelay - time.GetElapsedTime(oldest.Value.Since) : Timeout.InfiniteTimeSpan;
                if (_waiting.Count >= maxBatch || (_waiting.Count > 0 && left <= TimeSpan.Zero))
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
                _inFlight[window.View.Camera]--;
            Signal();
        }
    }

    /// <summary>Completes when no window of a camera waits or is worked on.</summary>
    public async Task DrainedAsync(string camera, CancellationToken cancellation)
    {
        while (true)
        {
            Task changed;
            lock (_lock)
            {
                if (_inFlight.GetValueOrDefault(camera) == 0 && !_byView.Keys.Any(v => v.Camera == camera))
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
            return new Dictionary<string, WindowCounts>(_counts);
    }

    private void Enqueue(FrameWindow window)
    {
        var slot = new Slot(window.View, time.GetTimestamp()) { Window = window };
        _byView.Add(window.View, slot);
        _waiting.AddLast(slot);
        Signal();
    }

    private FrameWindow[] Dequeue()
    {
        var batch = new FrameWindow[Math.Min(maxBatch, _waiting.Count)];
        for (var i = 0; i < batch.Length; i++)
        {
            var slot = _waiting.First!.Value;
            _waiting.RemoveFirst();
            _byView.Remove(slot.View);
            batch[i] = slot.Window;
            _inFlight[slot.View.Camera] = _inFlight.GetValueOrDefault(slot.View.Camera) + 1;
        }
        Signal();
        return batch;
    }

    private void Count(string camera, int dropped)
    {
        var counts = _counts.GetValueOrDefault(camera);
        _counts[camera] = new(counts.Posted + 1, counts.Dropped + dropped);
    }

    private void Signal()
    {
        var signal = _changed;
        _changed = NewSignal();
        signal.TrySetResult();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
