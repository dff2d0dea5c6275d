// All views of a camera: hands each picture to every view that an alert watches.
using StreamActions.Core.Clips;
using StreamActions.Video;
using StreamActions.Worker.Cameras;
using StreamActions.Worker.Configuration;

namespace StreamActions.Worker.Views;

/// <summary>The views of one camera. Not thread safe: it belongs to the camera's task.</summary>
internal sealed class CameraViews : ICameraPictures
{
    private readonly string _camera;
    private readonly bool _waits;
    private readonly IViewEncoding _encoding;
    private readonly ViewLane[] _lanes;

    /// <summary>Opens a slot for every view.</summary>
    /// <param name="camera">The camera.</param>
    /// <param name="views">Those of its views that alerts watch.</param>
    /// <param name="clip">Size and resize rule of the model's frames.</param>
    /// <param name="encoding">Takes the frames.</param>
    public CameraViews(CameraOptions camera, IEnumerable<View> views, ClipSpec clip, IViewEncoding encoding)
    {
        (_camera, _waits, _encoding) = (camera.Name, camera.Pace == RecordingPace.Fast, encoding);
        _lanes = [.. views.Select(view => new ViewLane(view, camera, clip, encoding.Open(view, _waits)))];
    }

    /// <inheritdoc/>
    public void Resize(int width, int height)
    {
        foreach (var lane in _lanes)
            lane.Resize(width, height);
    }

    /// <inheritdoc/>
    public void Restart()
    {
        foreach (var lane in _lanes)
            lane.Restart();
    }

    /// <inheritdoc/>
    public async ValueTask PushAsync(Frame frame, DateTimeOffset at, int generation, CancellationToken cancellation)
    {
        foreach (var lane in _lanes)
            await lane.PushAsync(frame, at, generation, cancellation).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public ValueTask UnseenAsync(DateTimeOffset at, CancellationToken cancellation) =>
        _encoding.UnseenAsync(_camera, at, _waits, cancellation);

    /// <inheritdoc/>
    public Task EndAsync(CancellationToken cancellation) => _encoding.EndAsync(_camera, cancellation);

    /// <summary>Closes the slots.</summary>
    public void Dispose()
    {
        foreach (var lane in _lanes)
            lane.Dispose();
    }
}
