// From the operator's camera to a source of frames.
using StreamActions.Core.Clips;
using StreamActions.Video;
using StreamActions.Worker.Configuration;

namespace StreamActions.Worker.Cameras;

/// <summary>Opens a camera: one new source a call.</summary>
internal delegate IFrameSource FrameSourceFactory(CameraOptions camera);

/// <summary>The sources of the product.</summary>
internal static class FrameSources
{
    /// <summary>The factory for a model.</summary>
    public static FrameSourceFactory For(ClipSpec clip, TimeProvider time) => camera =>
    {
        var options = Options(camera, clip);
        return camera.Reader == CameraReader.OpenCv ? new OpenCvSource(options, time) : new FfmpegSource(options, time);
    };

    /// <summary>What must be installed for these cameras.</summary>
    /// <exception cref="SourceException">It is not; the message says what to install.</exception>
    public static void CheckReaders(IEnumerable<CameraOptions> cameras)
    {
        if (cameras.Any(c => c.Reader == CameraReader.Ffmpeg))
            FfmpegSource.FindReader();
        OpenCvRuntime.Check();   // every picture is resized with it
    }

    internal static SourceOptions Options(CameraOptions camera, ClipSpec clip)
    {
        var (width, height) = AnalysisSize.For(camera.Zones.Values, clip.Size);
        return new()
        {
            Address = camera.Source.Address,
            Kind = camera.Source.Kind switch
            {
                SourceKind.Stream => MediaKind.Stream,
                SourceKind.File => MediaKind.File,
                _ => MediaKind.Device,
            },
            SampleFps = clip.SampleFps,
            MaxWidth = width,
            MaxHeight = height,
            Transport = camera.Transport,
            Loop = camera.Loop,
            Pace = camera.Pace == CameraPace.Fast ? RecordingPace.Fast : RecordingPace.Realtime,
            StartedAt = camera.StartedAt,
        };
    }
}
