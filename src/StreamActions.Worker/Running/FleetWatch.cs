// Once a second: counts drops, detects overload, ends events of offline cameras. Every 30 seconds: logs the status line.
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using StreamActions.Worker.Alerts;
using StreamActions.Worker.Cameras;
using StreamActions.Worker.Inference;
using StreamActions.Worker.Telemetry;

namespace StreamActions.Worker.Running;

/// <summary>
/// Watches the running stages. If inference drops more than half of a camera's windows in ten seconds, the camera is blind (overload) until
/// inference drops none for ten seconds. Open events of an offline camera end after their <c>end-after</c>. It logs a status line every 30
/// seconds, and the totals at the end.
/// </summary>
internal sealed partial class FleetWatch(
    CameraFleet fleet, EncoderQueue queue, AlertStage alerts, WorkerMetrics metrics, TimeProvider time, ILogger<FleetWatch> logger)
    : BackgroundService
{
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);
    private const int OverloadTicks = 10, StatusTicks = 30;
    private const double TooManyDropped = 0.5;

    private readonly Dictionary<string, (WindowCounts Counts, bool Blind)> _overload = new(StringComparer.Ordinal);
    private readonly Dictionary<string, WindowCounts> _countedBefore = new(StringComparer.Ordinal);
    private (long Frames, long Windows, long Still, long Batches, TimeSpan BatchTime) _before;
    private readonly long _started = time.GetTimestamp();
    private long _droppedAtStatus;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        metrics.ObserveCameras(() => fleet.Cameras.Select(camera => (camera.Name, camera.Status.State)));
        using var timer = new PeriodicTimer(Tick, time);
        for (var tick = 1L; await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false); tick++)
        {
            var counts = queue.Counts();
            CountDrops(counts);
            foreach (var camera in fleet.Cameras)
            {
                camera.Visibility.CountBlindTime();
                if (camera.Status.State is CameraState.Offline or CameraState.Connecting or CameraState.Stalled)
                    alerts.Lapse(camera.Name);
            }
            if (tick % OverloadTicks == 0)
                FindOverload(counts);
            if (tick % StatusTicks == 0)
                LogStatus(counts);
        }
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken).ConfigureAwait(false);
        var (frames, windows, still, batches, batchTime) = metrics.Totals;
        var counts = queue.Counts();
        CountDrops(counts);
        LogTotals(time.GetElapsedTime(_started).TotalSeconds, frames, windows, still, counts.Values.Sum(c => c.Dropped),
            batchTime.TotalMilliseconds / Math.Max(1, batches));
    }

    private void CountDrops(IReadOnlyDictionary<string, WindowCounts> counts)
    {
        foreach (var (camera, count) in counts)
        {
            var before = _countedBefore.GetValueOrDefault(camera);
            if (count.Replaced > before.Replaced)
                metrics.Dropped(camera, "replaced", count.Replaced - before.Replaced);
            if (count.Stopped > before.Stopped)
                metrics.Dropped(camera, "stopping", count.Stopped - before.Stopped);
            _countedBefore[camera] = count;
        }
    }

    private void FindOverload(IReadOnlyDictionary<string, WindowCounts> counts)
    {
        foreach (var (camera, now) in counts)
        {
            var (before, blind) = _overload.GetValueOrDefault(camera);
            long posted = now.Posted - before.Posted, dropped = now.Replaced - before.Replaced;
            var overloaded = posted > 0 && dropped > TooManyDropped * posted;
            if (overloaded && !blind)
                Report(camera, true, $"inference is too slow: it dropped {dropped} of {posted} windows in {OverloadTicks} s");
            else if (blind && dropped == 0 && posted > 0)
                Report(camera, blind = false, $"inference dropped no window in {OverloadTicks} s");
            _overload[camera] = (now, blind || overloaded);
        }
    }

    private void Report(string name, bool blind, string detail)
    {
        // The camera may have been removed while its last windows were counted.
        if (fleet.Find(name) is not { Visibility: var visibility })
            return;
        LogOverload(name, blind ? "overloaded" : "no longer overloaded", detail);
        if (blind)
            visibility.AddBlindReason(BlindReason.Overload, detail);
        else
            visibility.RemoveBlindReason(BlindReason.Overload, detail);
    }

    private void LogStatus(IReadOnlyDictionary<string, WindowCounts> counts)
    {
        var now = metrics.Totals;
        var dropped = counts.Values.Sum(c => c.Dropped);
        var batches = Math.Max(1, now.Batches - _before.Batches);
        var cameras = fleet.Cameras;
        var (frames, windows) = (PerSecond(now.Frames, _before.Frames), PerSecond(now.Windows, _before.Windows));
        LogStatus(
            cameras.Count(c => c.Status.State == CameraState.Live), cameras.Count, OtherStates(cameras),
            FormattableString.Invariant($"{frames:f1} frames/s, {windows:f1} windows/s"),
            now.Still - _before.Still, dropped - _droppedAtStatus, (now.BatchTime - _before.BatchTime).TotalMilliseconds / batches);
        (_before, _droppedAtStatus) = (now, dropped);
    }

    private static double PerSecond(long now, long before) => (now - before) / (double)StatusTicks;

    private static string OtherStates(IReadOnlyList<CameraWorker> cameras) => string.Concat(cameras
        .Select(c => c.Status.State)
        .Where(state => state != CameraState.Live)
        .GroupBy(state => state)
        .OrderBy(group => group.Key)
        .Select(group => $", {group.Count()} {group.Key.ToString().ToLowerInvariant()}"));

    [LoggerMessage(Level = LogLevel.Warning, Message = "Camera {Camera} is {State}: {Detail}")]
    private partial void LogOverload(string camera, string state, string detail);

    [LoggerMessage(Level = LogLevel.Information,
        Message = "{Live} of {Cameras} cameras live{Others}, {Rates}, {Still} skipped as still, {Dropped} dropped, {Batch:f1} ms a batch")]
    private partial void LogStatus(int live, int cameras, string others, string rates, long still, long dropped, double batch);

    [LoggerMessage(Level = LogLevel.Information,
        Message = "Watched for {Seconds:f1} s: {Frames} frames, {Windows} windows decided, {Still} skipped as still, {Dropped} dropped, "
            + "{Batch:f1} ms a batch")]
    private partial void LogTotals(double seconds, long frames, long windows, long still, long dropped, double batch);
}
