// Applies a compiled configuration while the worker runs.
using StreamActions.Worker.Alerts;
using StreamActions.Worker.Cameras;
using StreamActions.Worker.Configuration;
using StreamActions.Worker.Inference;

namespace StreamActions.Worker.Running;

/// <summary>Makes a camera with its views, ready to be started.</summary>
internal delegate CameraWorker CameraFactory(CameraOptions camera, RunningConfiguration configuration);

/// <summary>
/// Owns the running configuration and applies a new one as a whole. Unchanged cameras and alerts keep running, lose no frame and keep their
/// open events.
/// </summary>
/// <param name="configuration">The configuration with which the fleet and the alerts were created.</param>
/// <param name="fleet">The cameras.</param>
/// <param name="queue">The encoder queue.</param>
/// <param name="alerts">The alerts.</param>
/// <param name="factory">Makes added and changed cameras.</param>
internal sealed class WorkerRuntime(
    RunningConfiguration configuration, CameraFleet fleet, EncoderQueue queue, AlertStage alerts, CameraFactory factory) : IDisposable
{
    private readonly SemaphoreSlim _applying = new(1, 1);
    private volatile RunningConfiguration _configuration = configuration;

    /// <summary>The running configuration.</summary>
    public RunningConfiguration Configuration => _configuration;

    /// <summary>
    /// Applies a configuration. First, removed and changed cameras stop, and their last windows are decided. Then the alerts change, and
    /// the open events of stopped cameras end. Then added and changed cameras start.
    /// </summary>
    public async Task ApplyAsync(RunningConfiguration next)
    {
        await _applying.WaitAsync().ConfigureAwait(false);
        try
        {
            string[] kept = [.. fleet.Cameras.Where(camera => IsSame(camera, next)).Select(camera => camera.Name)];
            await Task.WhenAll(fleet.Cameras.Where(camera => !kept.Contains(camera.Name)).Select(camera => StopAsync(camera.Name)))
                .ConfigureAwait(false);
            alerts.Apply(next.Alerts, stopped: view => !kept.Contains(view.Camera));
            _configuration = next;
            foreach (var camera in next.File.Cameras.Values.Where(camera => !kept.Contains(camera.Name)))
                fleet.Add(factory(camera, next));
        }
        finally
        {
            _applying.Release();
        }
    }

    /// <summary>Frees the lock of <see cref="ApplyAsync"/>.</summary>
    public void Dispose() => _applying.Dispose();

    // A window of the stopped camera must not reach the alerts of its successor.
    private async Task StopAsync(string camera)
    {
        await fleet.RemoveAsync(camera).ConfigureAwait(false);
        await queue.DrainedAsync(camera, CancellationToken.None).ConfigureAwait(false);
    }

    // A camera is the same if its part of the file and its views are. Its views depend on the alerts that watch it.
    private bool IsSame(CameraWorker camera, RunningConfiguration next) =>
        next.File.Cameras.TryGetValue(camera.Name, out var options) && AreSame(camera.Options, options)
        && _configuration.ViewsOf(camera.Name).ToHashSet().SetEquals(next.ViewsOf(camera.Name));

    // Dictionaries and lists compare by reference, so their contents are compared one by one.
    private static bool AreSame(CameraOptions a, CameraOptions b) =>
        a with { Zones = b.Zones, InputOptions = b.InputOptions } == b
        && a.InputOptions.OrderBy(o => o.Key).SequenceEqual(b.InputOptions.OrderBy(o => o.Key))
        && a.Zones.Count == b.Zones.Count
        && a.Zones.All(zone => b.Zones.TryGetValue(zone.Key, out var other) && zone.Value.Points.SequenceEqual(other.Points));
}
