// All cameras of the file, each in a task of its own.
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace StreamActions.Worker.Cameras;

/// <summary>Starts every camera and keeps them apart: the failure of one is that one's alone.</summary>
internal sealed partial class CameraFleet(IReadOnlyList<CameraWorker> cameras, ILogger<CameraFleet> logger) : BackgroundService
{
    private readonly TaskCompletionSource _allEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The cameras.</summary>
    public IReadOnlyList<CameraWorker> Cameras { get; } = cameras;

    /// <summary>Completes when every camera's recording is over; never while one is live or tried again.</summary>
    public Task AllEnded => _allEnded.Task;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.WhenAll(Cameras.Select(camera => Task.Run(() => GuardAsync(camera, stoppingToken), CancellationToken.None))).ConfigureAwait(false);
        if (!stoppingToken.IsCancellationRequested)
            _allEnded.TrySetResult();
    }

    private async Task GuardAsync(CameraWorker camera, CancellationToken cancellation)
    {
        try
        {
            await camera.RunAsync(cancellation).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // Stopped while it was finishing.
        }
        catch (Exception e)
        {
            LogFailed(camera.Name, e);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Camera {Camera} stopped because of a defect in this program; please report it. The others go on")]
    private partial void LogFailed(string camera, Exception exception);
}
