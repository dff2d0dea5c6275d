// The slot of the streaming encoder: a view's stream, and which of its frames are encoded.
using StreamActions.Core.Clips;
using StreamActions.Worker.Views;

namespace StreamActions.Worker.Inference;

/// <summary>
/// The streaming encoder's state of one view. Each frame becomes a step. A frame that is not encoded, because nothing moves or because the
/// encoder is at its limit, counts as a repetition of the last encoded one. The camera's task pushes frames; the encoder's threads run
/// steps, one at a time.
/// </summary>
/// <param name="clip">Frames of a window, and the time between them.</param>
/// <param name="stride">New frames from one window to the next; at least 1.</param>
/// <param name="mostWaiting">Most frames that wait for the encoder; at least 1.</param>
/// <param name="stream">The stream of the model. The slot owns it.</param>
internal sealed class StreamSlot(ClipSpec clip, int stride, int mostWaiting, IModelStream stream) : EncoderSlot
{
    private readonly FrameSequence _sequence = new(clip.Frames, stride, FrameSequence.LongestGap(clip.FrameInterval));
    private readonly Queue<DateTimeOffset> _times = new(clip.Frames);
    private readonly MotionGate _gate = new();

    // The slot and each of its steps hold the stream; the last one frees it.
    private int _holders = 1, _disposed;

    // Frames since the last step that was not skipped, and whether the next step starts the stream.
    private int _skipped, _refreshing;
    private bool _starts;

    // A window was due with a frame that was not encoded. The next encoded frame gives it.
    private bool _owesWindow;

    // UTC ticks of the newest decided window; 0 before the first. The encoder's threads write it.
    private long _decided;

    /// <summary>The stream. Only the lane that runs a step of this slot may use it.</summary>
    public IModelStream Stream => stream;

    /// <summary>Most frames that wait for the encoder.</summary>
    public int MostWaiting => mostWaiting;

    /// <inheritdoc/>
    public override EncoderStep Push(ViewFrame frame)
    {
        _gate.Frame(frame.CapturedAt, frame.Moved);
        var due = _sequence.Push(frame, out var starts);
        Lost += _owesWindow && (due || starts) ? 1 : 0;
        if (starts)
        {
            _times.Clear();
            (_starts, _skipped, _refreshing, _owesWindow) = (true, 0, 0, false);
        }
        if (_times.Count == clip.Frames)
            _times.Dequeue();
        _times.Enqueue(frame.CapturedAt);
        Interlocked.Increment(ref _holders);
        StreamStep step = new(this, new(frame, _times.Peek(), due || _owesWindow, _starts, _skipped));
        (_starts, _skipped, _owesWindow) = (false, 0, false);
        return step;
    }

    /// <inheritdoc/>
    public override bool MayBeStill(EncoderStep step) => _gate.IsAtRest(step.From);

    /// <inheritdoc/>
    public override bool IsStill(EncoderStep step, IViewStatus status)
    {
        // Read in this order: the alerts become busy before the window counts as decided.
        DateTimeOffset? decided = Interlocked.Read(ref _decided) is > 0 and var ticks ? new(ticks, TimeSpan.Zero) : null;
        var frame = ((StreamStep)step).Newest;
        // A refresh encodes a whole window: one frame alone would hardly change its mean.
        if (_refreshing > 0 || frame.Starts)
        {
            _refreshing = Math.Max(0, _refreshing - 1);
            _gate.Encoded(step.To);
            return false;
        }
        if (_gate.IsStill(step.From, step.To, decided, status.IsBusy(step.View)))
            return true;
        if (_gate.Refreshes)
            _refreshing = clip.Frames - 1;
        return false;
    }

    /// <inheritdoc/>
    public override void Skip(EncoderStep step, bool observed)
    {
        var frame = ((StreamStep)step).Newest;
        (_starts, _skipped, _owesWindow) = (frame.Starts, frame.Skipped + 1, frame.IsDue && !observed);
    }

    /// <inheritdoc/>
    public override void Restart()
    {
        _sequence.Restart();
        _gate.Restart();
    }

    /// <summary>Frees the stream, after the last step that still waits or runs.</summary>
    public override void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
            Release();
    }

    /// <summary>A window of this slot was decided. Called on an encoder thread.</summary>
    /// <param name="to">Its last capture time.</param>
    public void Decided(DateTimeOffset to) => Interlocked.Exchange(ref _decided, to.UtcTicks);

    /// <summary>A step, or the slot itself, no longer needs the stream.</summary>
    public void Release()
    {
        if (Interlocked.Decrement(ref _holders) == 0)
            stream.Dispose();
    }
}

/// <summary>A frame for the streaming encoder.</summary>
/// <param name="Frame">The frame.</param>
/// <param name="From">Capture time of the first frame of the window that ends with it.</param>
/// <param name="IsDue">Whether a window is due with it.</param>
/// <param name="Starts">Whether it starts the stream: the state of earlier frames is dropped.</param>
/// <param name="Skipped">Frames before it that were not encoded, since the last frame that was, or since the stream's start.</param>
internal readonly record struct StreamFrame(ViewFrame Frame, DateTimeOffset From, bool IsDue, bool Starts, int Skipped);

/// <summary>A step of the streaming encoder: one frame, or a few when the encoder is late.</summary>
internal sealed class StreamStep(StreamSlot slot, StreamFrame frame) : EncoderStep
{
    private readonly List<StreamFrame> _frames = new(1) { frame };
    private int _decided;
    private bool _disposed;

    /// <summary>The slot.</summary>
    public StreamSlot Slot => slot;

    /// <summary>The frames in capture order; at least one.</summary>
    public IReadOnlyList<StreamFrame> Frames => _frames;

    /// <summary>The last frame.</summary>
    public StreamFrame Newest => _frames[^1];

    /// <inheritdoc/>
    public override View View => Newest.Frame.View;

    /// <inheritdoc/>
    public override int Windows
    {
        get
        {
            var windows = 0;
            foreach (var held in _frames)
                windows += held.IsDue ? 1 : 0;
            return windows;
        }
    }

    /// <inheritdoc/>
    public override int Runs => _frames.Count;

    /// <inheritdoc/>
    public override DateTimeOffset From => Newest.From;

    /// <inheritdoc/>
    public override DateTimeOffset To => Newest.Frame.CapturedAt;

    /// <inheritdoc/>
    public override long ArrivedAt => Newest.Frame.ArrivedAt;

    /// <summary>
    /// Appends the newer frame, so that a short delay loses nothing. Above the slot's limit, the oldest frame is not encoded.
    /// </summary>
    public override EncoderStep Combine(EncoderStep newer, out int dropped)
    {
        dropped = 0;
        foreach (var later in ((StreamStep)newer)._frames)
        {
            later.Frame.Share();
            _frames.Add(later);
        }
        newer.Dispose();
        while (_frames.Count > slot.MostWaiting)
        {
            var (oldest, next) = (_frames[0], _frames[1]);
            _frames.RemoveAt(0);
            if (!next.Starts)
                _frames[0] = next with { Starts = oldest.Starts, Skipped = next.Skipped + oldest.Skipped + 1 };
            dropped += oldest.IsDue ? 1 : 0;
            oldest.Frame.Release();
        }
        return this;
    }

    /// <summary>The slot counts the newest window as decided only after the older ones of the step.</summary>
    public override void Decided()
    {
        if (++_decided == Windows)
            slot.Decided(To);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        foreach (var held in _frames)
            held.Frame.Release();
        slot.Release();
    }
}
