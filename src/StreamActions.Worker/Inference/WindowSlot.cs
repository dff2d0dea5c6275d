// The slot of the windowed encoder: slides a window over a view's frames and skips still windows.
using StreamActions.Core.Clips;
using StreamActions.Worker.Views;

namespace StreamActions.Worker.Inference;

/// <summary>The windowed encoder's state of one view.</summary>
/// <param name="clip">Frames of a window, and the time between them.</param>
/// <param name="stride">New frames from one window to the next; at least 1.</param>
internal sealed class WindowSlot(ClipSpec clip, int stride) : EncoderSlot
{
    private readonly SlidingWindow _window = new(clip.Frames, stride, FrameSequence.LongestGap(clip.FrameInterval));
    private readonly MotionGate _gate = new();

    // UTC ticks of the newest decided window; 0 before the first. The encoder's thread writes it.
    private long _decided;

    /// <inheritdoc/>
    public override EncoderStep? Push(ViewFrame frame)
    {
        _gate.Frame(frame.CapturedAt, frame.Moved);
        return _window.Push(frame) is { } window ? new WindowStep(window, this) : null;
    }

    /// <inheritdoc/>
    public override bool MayBeStill(EncoderStep step) => _gate.IsAtRest(step.From);

    /// <inheritdoc/>
    public override bool IsStill(EncoderStep step, IViewStatus status)
    {
        // Read in this order: the alerts become busy before the window counts as decided.
        DateTimeOffset? decided = Interlocked.Read(ref _decided) is > 0 and var ticks ? new(ticks, TimeSpan.Zero) : null;
        return _gate.IsStill(step.From, step.To, decided, status.IsBusy(step.View));
    }

    /// <inheritdoc/>
    public override void Skip(EncoderStep step, bool observed) => Lost += observed ? 0 : 1;

    /// <inheritdoc/>
    public override void Restart()
    {
        _window.Clear();
        _gate.Restart();
    }

    /// <inheritdoc/>
    public override void Dispose() => _window.Dispose();

    /// <summary>A window of this slot was decided. Called on the encoder's thread.</summary>
    /// <param name="to">Its last capture time.</param>
    public void Decided(DateTimeOffset to) => Interlocked.Exchange(ref _decided, to.UtcTicks);
}

/// <summary>A step of the windowed encoder: one window. A newer window replaces it while it waits.</summary>
/// <param name="window">The window; disposed with the step.</param>
/// <param name="slot">The slot, which records that the window is decided; null to record nothing.</param>
internal sealed class WindowStep(FrameWindow window, WindowSlot? slot = null) : EncoderStep
{
    /// <summary>The window.</summary>
    public FrameWindow Window => window;

    /// <inheritdoc/>
    public override View View => window.View;

    /// <inheritdoc/>
    public override DateTimeOffset From => window.From;

    /// <inheritdoc/>
    public override DateTimeOffset To => window.To;

    /// <inheritdoc/>
    public override long ArrivedAt => window.ArrivedAt;

    /// <inheritdoc/>
    public override EncoderStep Combine(EncoderStep newer, out int dropped)
    {
        Dispose();
        dropped = 1;
        return newer;
    }

    /// <inheritdoc/>
    public override void Decided() => slot?.Decided(window.To);

    /// <inheritdoc/>
    public override void Dispose() => window.Dispose();
}
