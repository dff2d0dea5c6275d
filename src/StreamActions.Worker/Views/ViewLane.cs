// One view of a camera: crops and resizes each picture, and detects motion.
using StreamActions.Core.Clips;
using StreamActions.Video;
using StreamActions.Worker.Cameras;
using StreamActions.Worker.Configuration;

namespace StreamActions.Worker.Views;

/// <summary>Turns the pictures of a camera into the frames of one view. Not thread safe: it belongs to the camera's task.</summary>
/// <param name="view">The view.</param>
/// <param name="camera">Its camera.</param>
/// <param name="clip">Size and resize rule of the model's frames.</param>
/// <param name="slot">Takes the frames; disposed with the lane.</param>
internal sealed class ViewLane(View view, CameraOptions camera, ClipSpec clip, IViewSlot slot) : IDisposable
{
    private readonly Zone? _zone = view.Zone is { } zone ? camera.Zones[zone] : null;
    private readonly MotionDetector? _motion = camera.Motion is { } sensitivity ? MotionDetector.For(sensitivity) : null;
    private CropRectangle? _crop;

    /// <summary>The next pictures have another size. Computes the zone's crop for it.</summary>
    public void Resize(int width, int height)
    {
        _crop = _zone is { } zone ? Zones.Crop(zone, width, height) : null;
        Restart();
    }

    /// <summary>The next picture does not continue the last.</summary>
    public void Restart()
    {
        slot.Restart();
        _motion?.Restart();
    }

    /// <summary>Takes a picture; completes when the lane is ready for the next.</summary>
    /// <param name="frame">The camera's picture; the caller keeps it.</param>
    /// <param name="at">Its capture time.</param>
    /// <param name="generation">The camera's opening that it comes from.</param>
    /// <param name="cancellation">Ends the wait for inference.</param>
    public ValueTask PushAsync(Frame frame, DateTimeOffset at, int generation, CancellationToken cancellation)
    {
        var small = ViewFrame.Rent(clip.FrameBytes, view, generation, at, frame.ArrivedAt);
        try
        {
            FramePreprocessor.Resize(frame, _crop, clip.Size, clip.Resize, small.Pixels);
            small.Moved = Moved(small.Pixels, at);
        }
        catch
        {
            small.Release();
            throw;
        }
        return slot.PushAsync(small, cancellation);
    }

    /// <summary>Closes the slot.</summary>
    public void Dispose() => slot.Dispose();

    private bool Moved(ReadOnlySpan<byte> pixels, DateTimeOffset at)
    {
        if (_motion is null)
            return true;
        Span<float> luma = stackalloc float[LumaThumbnail.Cells];
        LumaThumbnail.Fill(pixels, clip.Size, clip.Size, luma);
        return _motion.Moved(at, luma);
    }
}
