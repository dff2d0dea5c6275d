// From the operator's camera to a source of frames.
using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using StreamActions.Core.Clips;
using StreamActions.Video;
using StreamActions.Worker.Configuration;
using StreamActions.Worker.Telemetry;

namespace StreamActions.Worker.Cameras;

/// <summary>Opens a camera: one new source a call.</summary>
internal delegate IFrameSource FrameSourceFactory(CameraOptions camera);

/// <summary>The sources of the product.</summary>
/// <param name="clip">What the model wants.</param>
/// <param name="metrics">Counts.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Told what a source does without.</param>
internal sealed partial class FrameSources(ClipSpec clip, WorkerMetrics metrics, TimeProvider time, ILogger<FrameSources> logger)
{
    // Cameras whose hardware could not be had: asked for once, not at every opening.
    private readonly ConcurrentDictionary<string, bool> _withoutHardware = new(StringComparer.Ordinal);

    /// <summary>A new source for one opening of a camera.</summary>
    public IFrameSource Open(CameraOptions camera)
    {
        var options = Options(camera);
        return camera.Reader == CameraReader.OpenCv ? new OpenCvSource(options, time) : new FfmpegSource(options, time);
    }

    /// <summary>What must be installed for these cameras.</summary>
    /// <exception cref="SourceException">It is not; the message says what to install.</exception>
    public static void CheckReaders(IEnumerable<CameraOptions> cameras)
    {
        var enabled = cameras.Where(c => c.Enabled).ToArray();
        if (enabled.Any(c => c.Reader == CameraReader.Ffmpeg))
            FfmpegSource.FindReader();
        OpenCvRuntime.Check();   // every picture is resized with it
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
        return new()
        {
            Address = camera.Source.Address,
            Kind = camera.Source.Kind,
            SampleFps = clip.SampleFps,
            MaxWidth = width,
            MaxHeight = height,
            Transport = camera.Transport,
            Hardware = _withoutHardware.ContainsKey(camera.Name) ? BuiltIn.Hardware : camera.Hardware,
            InputOptions = camera.InputOptions,
            Loop = camera.Loop,
            Pace = camera.Pace,
            StartedAt = camera.StartedAt,
            OnDegraded = (failure, what) => Note(camera.Name, failure, what),
        };
    }

    private void Note(string camera, SourceFailure failure, string what)
    {
        metrics.CameraFailed(camera, failure.ToString());
        if (failure == SourceFailure.NoHardware)
            _withoutHardware[camera] = true;
        LogWithout(camera, what);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Camera {Camera} goes on without something: {What}")]
    private partial void LogWithout(string camera, string what);
}
