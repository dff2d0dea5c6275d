// The interface from a camera to its views.
using StreamActions.Video;

namespace StreamActions.Worker.Cameras;

/// <summary>Takes the pictures of one camera, in capture order, from the camera's task. The views stage implements it.</summary>
internal interface ICameraPictures : IDisposable
{
    /// <summary>The next pictures have another size. The next one does not continue the last.</summary>
    /// <param name="width">In pixels.</param>
    /// <param name="height">In pixels.</param>
    void Resize(int width, int height);

    /// <summary>The next picture does not continue the last, because of a gap, a new opening or a jump of time.</summary>
    void Restart();

    /// <summary>Takes a picture; the caller keeps the frame.</summary>
    /// <param name="frame">The picture.</param>
    /// <param name="at">Its capture time.</param>
    /// <param name="generation">The camera's opening that it comes from.</param>
    /// <param name="cancellation">Ends the wait for inference; only recordings at <c>pace: fast</c> wait.</param>
    ValueTask PushAsync(Frame frame, DateTimeOffset at, int generation, CancellationToken cancellation);

    /// <summary>The camera showed nothing that can be analysed up to this capture time.</summary>
    ValueTask UnseenAsync(DateTimeOffset at, CancellationToken cancellation);

    /// <summary>The recording is over: completes when its last window is decided and its events are stored.</summary>
    Task EndAsync(CancellationToken cancellation);
}
