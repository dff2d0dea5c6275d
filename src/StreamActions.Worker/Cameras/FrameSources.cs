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
    // What the readers of a source have found out: its later openings start with it.
    private readonly ConcurrentDictionary<(string Camera, string Address), SourceFindings> _findings = new();

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
            SnapshotEvery = camera.Source.IsSnapshot ? SnapshotEvery(camera, clip.SampleFps) : null,
            Hardware = camera.Hardware,
            MaxPixels = camera.MaxPixels,
            Deadlines = Deadlines(camera, clip.SampleFps),
            Findings = _findings.GetOrAdd((camera.Name, camera.Source.Address), _ => new()),
            InputOptions = camera.InputOptions,
            Loop = camera.Loop,
            Pace = camera.Pace,
            StartedAt = camera.StartedAt,
            OnDegraded = (failure, detail) => OnDegraded(camera.Name, failure, detail),
        };
    }

    /// <summary>The longest waits for a frame of a camera.</summary>
    /// <param name="camera">The camera.</param>
    /// <param name="sampleFps">Frames wanted per second.</param>
    public static ReaderDeadlines Deadlines(CameraOptions camera, double sampleFps)
    {
        var fps = camera.Source.IsSnapshot ? 1 / SnapshotEvery(camera, sampleFps).TotalSeconds : sampleFps;
        var deadlines = ReaderDeadlines.For(camera.Source.Kind, fps);
        return camera.StartTimeout is { } start ? deadlines.WithStart(start) : deadlines;
    }

    // At most the model's rate.
    private static TimeSpan SnapshotEvery(CameraOptions camera, double sampleFps)
    {
        var least = TimeSpan.FromSeconds(1 / sampleFps);
        return camera.Every is { } every && every > least ? every : least;
    }

    private void OnDegraded(string camera, SourceFailure failure, string detail)
    {
        if (failure == SourceFailure.WrongClock)
            metrics.ClockRejected(camera);
        else
            metrics.CameraFailed(camera, failure.ToString());
        LogDegraded(camera, detail);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Camera {Camera} is degraded: {Detail}")]
    private partial void LogDegraded(string camera, string detail);
}
