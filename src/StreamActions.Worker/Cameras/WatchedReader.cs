// One opening of a source, under watch: whatever it does, the camera is not kept waiting.
using StreamActions.Video;

namespace StreamActions.Worker.Cameras;

/// <summary>
/// Takes frames from one source and watches the time between them; time in which nobody asks for a frame does not count. A source that hangs in
/// foreign code is left to itself: what it may give later goes to nobody.
/// </summary>
/// <param name="source">The source; closed with this.</param>
/// <param name="shown">Its address without secrets.</param>
/// <param name="deadlines">How long frames may stay away.</param>
/// <param name="stalled">Called when a frame that was due has not come.</param>
/// <param name="time">The clock.</param>
/// <param name="cancellation">Stops.</param>
internal sealed class WatchedReader(IFrameSource source, string shown, ReaderDeadlines deadlines, Action stalled, TimeProvider time, CancellationToken cancellation)
{
    private readonly CancellationTokenSource _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
    private IAsyncEnumerator<Frame>? _frames;
    private Task<bool> _next = Task.FromResult(false);
    private bool _begun;

    /// <summary>The next frame; null at the end.</summary>
    /// <exception cref="SourceException">The source failed, or sends nothing for too long.</exception>
    public async Task<Frame?> NextAsync()
    {
        // On another thread: a source may block where it should not.
        _next = Task.Run(async () => await (_frames ??= source.ReadAsync(_stop.Token).GetAsyncEnumerator(_stop.Token)).MoveNextAsync().ConfigureAwait(false), CancellationToken.None);
        if (!await CameAsync(_begun ? deadlines.Due : deadlines.Start).ConfigureAwait(false))
        {
            if (!_begun)
                throw TimedOut($"no first frame within {deadlines.Start.TotalSeconds:0.#} s");
            stalled();
            if (!await CameAsync(deadlines.Steady - deadlines.Due).ConfigureAwait(false))
                throw TimedOut($"no frame for {deadlines.Steady.TotalSeconds:0.#} s");
        }
        _begun = true;
        return await _next.ConfigureAwait(false) ? _frames!.Current : null;
    }

    /// <summary>Stops the source and gives back what it still holds.</summary>
    /// <returns>A task that ends when it has; for a source that hangs, perhaps never.</returns>
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
            // Why it ended was told, or it was told to end.
        }
        if (_frames is not null)
            await _frames.DisposeAsync().ConfigureAwait(false);
        _stop.Dispose();
        NativeHeap.ReleaseFreePages();
    }, CancellationToken.None);

    private async Task<bool> CameAsync(TimeSpan within)
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

    private SourceException TimedOut(FormattableString what) => new(SourceFailure.TimedOut, $"{shown}: {FormattableString.Invariant(what)}");
}
