// Makes the source that reads a camera.
using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using StreamActions.Core.Clips;
using StreamActions.Video;
using StreamActions.Worker.Configuration;
using StreamActions.Worker.Telemetry;

namespace StreamActions.Worker.Cameras;

/// <summary>Makes a new source for one opening of a camera.</summary>
internal delegate IFrameSource FrameSourceFactory(CameraOptions camera);

/// <summary>Makes the sources: <see cref="FfmpegSource"/> or <see cref="OpenCvSource"/>, as the camera's settings say.</summary>
/// <param name="clip">Frame rate and size of the model's input.</param>
/// <param name="metrics">Counts failures.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Logs when a source is degraded.</param>
internal sealed partial class FrameSources(ClipSpec clip, WorkerMetrics metrics, TimeProvider time, ILogger<FrameSources> logger)
{
    // Cameras for which hardware decoding failed: later openings do not try it again.
    private readonly ConcurrentDictionary<string, bool> _withoutHardware = new(StringComparer.Ordinal);

    /// <summary>Makes a new source for one opening of a camera.</summary>
    public IFrameSource Open(CameraOptions camera)
    {
        var options = Options(camera);
        return camera.Reader == CameraReader.OpenCv ? new OpenCvSource(options, time) : new FfmpegSource(options, time);
    }

    /// <summary>Checks that the readers which these cameras need are installed.</summary>
    /// <exception cref="SourceException">One is missing. The message says what to install.</exception>
    public static void CheckReaders(IEnumerable<CameraOptions> cameras)
    {
        var enabled = cameras.Where(c => c.Enabled).ToArray();
        if (enabled.Any(c => c.Reader == CameraReader.Ffmpeg))
            FfmpegSource.FindReader();
        OpenCvRuntime.Check();   // OpenCV resizes the frames of every reader
        if (enabled.FirstOrDefault(c => c is { Reader: CameraReader.OpenCv, Source.Kind: SourceKind.Stream }) is not { } camera)
            return;
        try
        {
            OpenCvRuntime.CheckNetwork();
        }
        catch (SourceException e)
        {
            throw new SourceException(e.Failure, $"camera {camera.Name}: {e.Message}", e);
        }
    }

    internal SourceOptions Options(CameraOptions camera)
    {
        var (width, height) = AnalysisSize.For(camera.Zones.Values, clip.Size);
        return camera.Source.Options(clip.SampleFps) with
        {
            MaxWidth = width,
            MaxHeight = height,
            Transport = camera.Transport,
            Hardware = _withoutHardware.ContainsKey(camera.Name) ? BuiltIn.Hardware : camera.Hardware,
            InputOptions = camera.InputOptions,
            Loop = camera.Loop,
            Pace = camera.Pace,
            StartedAt = camera.StartedAt,
            OnDegraded = (failure, detail) => OnDegraded(camera.Name, failure, detail),
        };
    }

    private void OnDegraded(string camera, SourceFailure failure, string detail)
    {
        metrics.CameraFailed(camera, failure.ToString());
        if (failure == SourceFailure.NoHardware)
            _withoutHardware[camera] = true;
        LogDegraded(camera, detail);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Camera {Camera} is degraded: {Detail}")]
    private partial void LogDegraded(string camera, string detail);
}
