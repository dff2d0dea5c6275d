// One opening of a source, with time-outs: a source that blocks never blocks its camera.
using StreamActions.Video;

namespace StreamActions.Worker.Cameras;

/// <summary>
/// Reads frames from one source and limits the wait for each. Only the time inside <see cref="NextAsync"/> counts. A source that hangs in
/// native code is abandoned: the worker discards the frames that it may still return.
/// </summary>
/// <param name="source">The source; closed with this.</param>
/// <param name="shown">Its address without secrets.</param>
/// <param name="deadlines">The longest waits for a frame.</param>
/// <param name="stalled">Called when a frame that was due has not arrived.</param>
/// <param name="time">The clock.</param>
/// <param name="cancellation">Stops reading.</param>
internal sealed class WatchedReader(
    IFrameSource source, string shown, ReaderDeadlines deadlines, Action stalled, TimeProvider time, CancellationToken cancellation)
{
    private readonly CancellationTokenSource _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
    private IAsyncEnumerator<Frame>? _frames;
    private Task<bool> _next = Task.FromResult(false);
    private readonly FrameRhythm _rhythm = new(deadlines);
    private readonly long _began = time.GetTimestamp();
    private bool _started;

    /// <summary>The next frame; null at the end.</summary>
    /// <exception cref="SourceException">The source failed, or no frame arrived in time.</exception>
    public async Task<Frame?> NextAsync()
    {
        // On another thread: a source may block the thread that calls it.
        _next = Task.Run(MoveNextAsync, CancellationToken.None);
        var next = _rhythm.Next;
        if (!await ArrivesAsync(_started ? next.Due : next.Patience).ConfigureAwait(false))
        {
            if (!_started)
                throw TimedOut($"no first frame within {next.Patience.TotalSeconds:0.#} s");
            stalled();
            if (!await ArrivesAsync(next.Steady - next.Due).ConfigureAwait(false))
                throw TimedOut($"no frame for {next.Steady.TotalSeconds:0.#} s");
        }
        _started = true;
        _rhythm.Frame(time.GetElapsedTime(_began));
        return await _next.ConfigureAwait(false) ? _frames!.Current : null;
    }

    /// <summary>Stops the source and disposes its last frame.</summary>
    /// <returns>A task that completes when the source is closed. It may never complete for a source that hangs.</returns>
    public Task CloseAsync() => Task.Run(async () =>
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await source.DisposeAsync().ConfigureAwait(false);
        try
        {
            if (await _next.ConfigureAwait(false))
                _frames!.Current.Dispose();
        }
        catch (Exception e) when (e is SourceException or OperationCanceledException)
        {
            // The failure was thrown by NextAsync already, or the source was stopped.
        }
        if (_frames is not null)
            await _frames.DisposeAsync().ConfigureAwait(false);
        _stop.Dispose();
        NativeHeap.ReleaseFreePages();
    }, CancellationToken.None);

    private async Task<bool> MoveNextAsync()
    {
        _frames ??= source.ReadAsync(_stop.Token).GetAsyncEnumerator(_stop.Token);
        return await _frames.MoveNextAsync().ConfigureAwait(false);
    }

    private async Task<bool> ArrivesAsync(TimeSpan within)
    {
        try
        {
            await _next.WaitAsync(within, time, cancellation).ConfigureAwait(false);
            return true;
        }
        catch (TimeoutException) when (!_next.IsFaulted)
        {
            return false;
        }
    }

    private SourceException TimedOut(FormattableString what) =>
        new(SourceFailure.TimedOut, $"{shown}: {FormattableString.Invariant(what)}");
}
