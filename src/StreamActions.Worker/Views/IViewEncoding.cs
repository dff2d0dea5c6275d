// The interface from views to the encoder.
namespace StreamActions.Worker.Views;

/// <summary>Encodes the frames of views. The encoding stage implements it.</summary>
internal interface IViewEncoding
{
    /// <summary>Opens a slot for a view's frames.</summary>
    /// <param name="view">The view.</param>
    /// <param name="waits">True for a recording at <c>pace: fast</c>: the slot then waits for the encoder instead of dropping.</param>
    IViewSlot Open(View view, bool waits);

    /// <summary>A camera showed nothing that can be analysed up to this capture time.</summary>
    /// <param name="camera">The camera.</param>
    /// <param name="at">Capture time.</param>
    /// <param name="waits">True for a recording at <c>pace: fast</c>: waits until its earlier windows are decided.</param>
    /// <param name="cancellation">Ends the wait.</param>
    ValueTask UnseenAsync(string camera, DateTimeOffset at, bool waits, CancellationToken cancellation);

    /// <summary>A camera's recording is over. Completes when its last window is decided and its events are stored.</summary>
    Task EndAsync(string camera, CancellationToken cancellation);
}

/// <summary>Takes the frames of one view, in capture order.</summary>
internal interface IViewSlot : IDisposable
{
    /// <summary>Takes over a frame; completes when the slot is ready for the next.</summary>
    ValueTask PushAsync(ViewFrame frame, CancellationToken cancellation);

    /// <summary>The next frame does not continue the last.</summary>
    void Restart();
}
