// All cameras, each in a task of its own. Cameras can be added and removed while others run.
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace StreamActions.Worker.Cameras;

/// <summary>Runs all cameras. A failing camera never affects the others. Thread safe.</summary>
internal sealed partial class CameraFleet(IReadOnlyList<CameraWorker> cameras, ILogger<CameraFleet> logger) : BackgroundService
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Running> _running = new(StringComparer.Ordinal);
    private readonly TaskCompletionSource _allEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private IReadOnlyList<CameraWorker> _cameras = cameras;
    private CancellationToken _stopping;
    private bool _started;

    private sealed record Running(Task Task, CancellationTokenSource Stop);

    /// <summary>The cameras. Adding or removing one replaces the list.</summary>
    public IReadOnlyList<CameraWorker> Cameras => Volatile.Read(ref _cameras);

    /// <summary>Completes when every camera has ended. It does not complete while a camera is live or being retried.</summary>
    public Task AllEnded => _allEnded.Task;

    /// <summary>Adds a camera, and starts it if the fleet runs.</summary>
    /// <exception cref="ArgumentException">The fleet has a camera of that name.</exception>
    public void Add(CameraWorker camera)
    {
        lock (_lock)
        {
            if (Find(camera.Name) is not null)
                throw new ArgumentException($"the fleet already has a camera '{camera.Name}'", nameof(camera));
            _cameras = [.. _cameras, camera];
            if (_started)
                Start(camera);
        }
    }

    /// <summary>Removes a camera: completes when it has stopped. The other cameras continue.</summary>
    /// <returns>False when the fleet has no camera of that name.</returns>
    public async Task<bool> RemoveAsync(string name)
    {
        Running? running;
        lock (_lock)
        {
            if (Find(name) is not { } camera)
                return false;
            _cameras = [.. _cameras.Where(c => c != camera)];
            _running.Remove(name, out running);
        }
        if (running is not null)
        {
            await running.Stop.CancelAsync().ConfigureAwait(false);
            await running.Task.ConfigureAwait(false);
            running.Stop.Dispose();
        }
        return true;
    }

    /// <summary>The camera of that name, or null.</summary>
    public CameraWorker? Find(string name) => Cameras.FirstOrDefault(c => c.Name == name);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        lock (_lock)
        {
            (_started, _stopping) = (true, stoppingToken);
            foreach (var camera in _cameras)
                Start(camera);
        }
        // A camera may be added while the fleet waits for the others.
        while (RunningTasks() is var tasks && !tasks.All(t => t.IsCompleted))
            await Task.WhenAll(tasks).ConfigureAwait(false);
        if (!stoppingToken.IsCancellationRequested)
        {
            _allEnded.TrySetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        await Task.WhenAll(RunningTasks()).ConfigureAwait(false);
    }

    private Task[] RunningTasks()
    {
        lock (_lock)
            return [.. _running.Values.Select(r => r.Task)];
    }

    private void Start(CameraWorker camera)
    {
        var stop = CancellationTokenSource.CreateLinkedTokenSource(_stopping);
        var token = stop.Token;
        _running.Add(camera.Name, new(Task.Run(() => GuardAsync(camera, token), CancellationToken.None), stop));
    }

    private async Task GuardAsync(CameraWorker camera, CancellationToken cancellation)
    {
        try
        {
            await camera.RunAsync(cancellation).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // The worker stopped while the recording was being finished.
        }
        catch (Exception e)
        {
            LogFailed(camera.Name, e);
        }
    }

    [LoggerMessage(Level = LogLevel.Error,
        Message = "Camera {Camera} stopped because of a defect in this program; please report it. The other cameras continue")]
    private partial void LogFailed(string camera, Exception exception);
}
