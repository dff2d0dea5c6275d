// The queue between cameras and the encoder: one waiting step per view, taken in batches; cameras take turns.
using StreamActions.Worker.Views;

namespace StreamActions.Worker.Inference;

/// <summary>
/// Holds at most one step per view. A live camera never waits: <see cref="EncoderStep.Combine"/> merges its newer step with the waiting
/// one, and the queue counts the dropped windows. A recording at <c>pace: fast</c> waits instead. Cameras take turns, and so do the
/// views of a camera: a camera with many zones does not slow the others. A view keeps its place when a newer step arrives. A step is not
/// handed out while another lane runs a step of the same view, so the steps of a view run one after the other, in order.
/// </summary>
/// <param name="maxBatch">Most steps in a batch. <see cref="BatchRule"/> chooses fewer where more gain nothing.</param>
/// <param name="maxDelay">Longest time that a step waits for others to share its batch.</param>
/// <param name="time">The clock of <paramref name="maxDelay"/>.</param>
internal sealed class EncoderQueue(int maxBatch, TimeSpan maxDelay, TimeProvider time) : IDisposable
{
    // A monitor, because the threads of the encoder wait on it.
    private readonly object _lock = new();
    private readonly Queue<CameraTurn> _turns = new();
    private readonly Dictionary<string, CameraTurn> _cameras = new(StringComparer.Ordinal);
    private readonly Dictionary<View, Place> _places = [];
    private readonly BatchRule _rule = new(maxBatch, maxDelay);
    private TaskCompletionSource? _changed;
    private ITimer? _timer;
    private int _waiting, _ready;
    private bool _completed;

    // A camera's ready views, in the order of their turns. It stays for the life of the queue, and so do its places.
    private sealed class CameraTurn
    {
        public readonly Queue<Place> Ready = new();
        public WindowCounts Counts;
        public int Waiting, InFlight;
    }

    // A view: its waiting step, if any. It is ready when a step waits and none is in flight.
    private sealed class Place(CameraTurn camera)
    {
        public readonly CameraTurn Camera = camera;
        public EncoderStep? Step;
        public long Since;
        public bool InFlight;
    }

    /// <summary>Posts a step of a live camera. Takes ownership of the step.</summary>
    /// <returns>False when the queue dropped a window.</returns>
    public bool Post(EncoderStep step)
    {
        lock (_lock)
        {
            var (place, windows) = (PlaceOf(step.View), step.Windows);
            if (_completed)
            {
                step.Dispose();
                CountPosted(place.Camera, windows, stopped: windows);
                return false;
            }
            var dropped = 0;
            if (place.Step is { } waiting)
                place.Step = waiting.Combine(step, out dropped);
            else
                Enqueue(place, step);
            CountPosted(place.Camera, windows, replaced: dropped);
            return dropped == 0;
        }
    }

    /// <summary>
    /// Posts a step that must not be dropped: waits until the view's waiting step is taken, and the steps of the camera's other views are
    /// done. The views of a recording are then decided in the same order at each replay. Takes ownership of the step.
    /// </summary>
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
                    var place = PlaceOf(step.View);
                    if (place.Step is null && !OthersAreBusy(place))
                    {
                        Enqueue(place, step);
                        CountPosted(place.Camera, step.Windows);
                        return;
                    }
                    changed = ChangedAsync();
                }
                await changed.WaitAsync(cancellation).ConfigureAwait(false);
            }
        }
        catch
        {
            lock (_lock)
                CountPosted(PlaceOf(step.View).Camera, step.Windows, stopped: step.Windows);
            step.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Takes the next batch. Blocks the calling thread until a batch is full, or the oldest step has waited as long as a fuller batch would
    /// save, <c>maxDelay</c> at most. The caller disposes the steps and reports them with <see cref="Done"/>.
    /// </summary>
    /// <param name="batch">Receives the steps; emptied first.</param>
    /// <returns>False when the queue is closed and empty.</returns>
    public bool Take(List<EncoderStep> batch)
    {
        lock (_lock)
        {
            while (!TryTake(batch, out var left))
            {
                if (left != Timeout.InfiniteTimeSpan)
                    WakeAfter(left);
                Monitor.Wait(_lock);
            }
            return batch.Count > 0;
        }
    }

    /// <summary>Takes the next batch if it is due.</summary>
    /// <param name="batch">Receives the steps; emptied first. Empty when the queue is closed and empty.</param>
    /// <param name="left">The time until the batch is due without further steps; infinite when no step is ready.</param>
    /// <returns>True when the batch is due, or the queue is closed and empty.</returns>
    public bool TryTake(List<EncoderStep> batch, out TimeSpan left)
    {
        batch.Clear();
        lock (_lock)
        {
            left = Timeout.InfiniteTimeSpan;
            if (_ready == 0)
                return _completed && _waiting == 0;
            if (!_completed && _rule.WaitFor(_ready) is var wait && wait > TimeSpan.Zero)
            {
                left = wait - time.GetElapsedTime(Oldest());
                if (left > TimeSpan.Zero)
                    return false;
            }
            var most = _rule.TakeSize();
            while (batch.Count < most && _ready > 0)
                batch.Add(Dequeue());
            Signal();
            return true;
        }
    }

    /// <summary>Reports that a batch is done.</summary>
    /// <param name="batch">The batch, as it was taken.</param>
    /// <param name="took">Duration of a run with a frame or window of each step; null if it did not run.</param>
    public void Done(IReadOnlyList<EncoderStep> batch, TimeSpan? took = null)
    {
        lock (_lock)
        {
            for (var i = 0; i < batch.Count; i++)
            {
                var place = _places[batch[i].View];
                place.InFlight = false;
                place.Camera.InFlight--;
                if (place.Step is not null)
                    MakeReady(place);
            }
            if (took is { } duration)
                _rule.Learn(batch.Count, duration);
            Signal();
        }
    }

    /// <summary>Closes the queue: waiting steps go out at once, later steps are dropped.</summary>
    public void Complete()
    {
        lock (_lock)
        {
            _completed = true;
            Monitor.PulseAll(_lock);
            Signal();
        }
    }

    /// <summary>Drops the steps that still wait after <see cref="Complete"/>.</summary>
    public void Abandon()
    {
        List<EncoderStep> left = [];
        lock (_lock)
        {
            foreach (var place in _places.Values)
            {
                if (place.Step is not { } step)
                    continue;
                left.Add(step);
                place.Step = null;
                place.Camera.Waiting--;
                place.Camera.Counts = place.Camera.Counts with { Stopped = place.Camera.Counts.Stopped + step.Windows };
                place.Camera.Ready.Clear();
            }
            _turns.Clear();
            _waiting = _ready = 0;
            Monitor.PulseAll(_lock);
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
                if (!_cameras.TryGetValue(camera, out var turn) || (turn.InFlight == 0 && turn.Waiting == 0))
                    return;
                changed = ChangedAsync();
            }
            await changed.WaitAsync(cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Counts windows that do not wait in the queue.</summary>
    public void Count(View view, WindowOutcome outcome, int windows = 1)
    {
        if (windows == 0)
            return;
        lock (_lock)
        {
            var camera = PlaceOf(view).Camera;
            camera.Counts = outcome switch
            {
                WindowOutcome.Still => camera.Counts with { Still = camera.Counts.Still + windows },
                WindowOutcome.Thinned => camera.Counts with { Thinned = camera.Counts.Thinned + windows },
                _ => camera.Counts with { Failed = camera.Counts.Failed + windows },
            };
        }
    }

    /// <summary>What became of the windows since the start, by camera.</summary>
    public IReadOnlyDictionary<string, WindowCounts> Counts()
    {
        lock (_lock)
            return _cameras.ToDictionary(c => c.Key, c => c.Value.Counts, StringComparer.Ordinal);
    }

    /// <summary>Frees the timer.</summary>
    public void Dispose() => _timer?.Dispose();

    private static bool OthersAreBusy(Place place) =>
        place.Camera.Waiting + place.Camera.InFlight > (place.Step is null ? 0 : 1) + (place.InFlight ? 1 : 0);

    private void Enqueue(Place place, EncoderStep step)
    {
        (place.Step, place.Since) = (step, time.GetTimestamp());
        place.Camera.Waiting++;
        _waiting++;
        if (!place.InFlight)
            MakeReady(place);
    }

    private void MakeReady(Place place)
    {
        place.Camera.Ready.Enqueue(place);
        if (place.Camera.Ready.Count == 1)
            _turns.Enqueue(place.Camera);
        _ready++;
        // One thread is enough: it takes the step, or waits until its batch is due.
        Monitor.Pulse(_lock);
    }

    private EncoderStep Dequeue()
    {
        var turn = _turns.Dequeue();
        var place = turn.Ready.Dequeue();
        if (turn.Ready.Count > 0)
            _turns.Enqueue(turn);
        var step = place.Step!;
        (place.Step, place.InFlight) = (null, true);
        turn.Waiting--;
        turn.InFlight++;
        _waiting--;
        _ready--;
        return step;
    }

    // A view that had to wait for its own step in flight can be older than the views before it.
    private long Oldest()
    {
        var oldest = long.MaxValue;
        foreach (var turn in _turns)
        {
            foreach (var place in turn.Ready)
                oldest = Math.Min(oldest, place.Since);
        }
        return oldest;
    }

    private void WakeAfter(TimeSpan left)
    {
        _timer ??= time.CreateTimer(
            static queue => ((EncoderQueue)queue!).Wake(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        // Timers drop fractions of a millisecond. A timer that fires early would be set again at once.
        _timer.Change(TimeSpan.FromMilliseconds(Math.Ceiling(left.TotalMilliseconds)), Timeout.InfiniteTimeSpan);
    }

    private void Wake()
    {
        lock (_lock)
            Monitor.PulseAll(_lock);
    }

    private Place PlaceOf(View view)
    {
        if (_places.TryGetValue(view, out var place))
            return place;
        if (!_cameras.TryGetValue(view.Camera, out var camera))
            _cameras.Add(view.Camera, camera = new());
        _places.Add(view, place = new(camera));
        return place;
    }

    private static void CountPosted(CameraTurn camera, int posted, int replaced = 0, int stopped = 0) => camera.Counts = camera.Counts with
    {
        Posted = camera.Counts.Posted + posted,
        Replaced = camera.Counts.Replaced + replaced,
        Stopped = camera.Counts.Stopped + stopped,
    };

    // Only recordings at pace: fast and stopping cameras wait here, so the signal exists only while one of them waits.
    private Task ChangedAsync() => (_changed ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    private void Signal()
    {
        _changed?.TrySetResult();
        _changed = null;
    }
}
