// Notices cameras whose windows are shed, and open events of cameras that nobody has seen for a while.
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using StreamActions.Worker.Batches;
using StreamActions.Worker.Decisions;
using StreamActions.Worker.Telemetry;

namespace StreamActions.Worker.Cameras;

/// <summary>
/// Once a second: counts dropped windows; a camera that loses more than half of them over ten seconds is reported blind (overload) until it loses
/// none; events of offline cameras end when their time is over. Every 30 seconds one line says how the worker is, and at the end one says what it did.
/// </summary>
internal sealed partial class FleetWatch(
    CameraFleet fleet, BatchCollector collector, Decider decider, WorkerMetrics metrics, TimeProvider time, ILogger<FleetWatch> logger) : BackgroundService
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
            var counts = collector.Counts();
            CountDrops(counts);
            foreach (var camera in fleet.Cameras)
                camera.Sight.CountBlindTime();
            foreach (var camera in fleet.Cameras.Where(c => c.Status.State is CameraState.Offline or CameraState.Connecting or CameraState.Stalled))
                await decider.LapseAsync(camera.Name).ConfigureAwait(false);
            if (tick % OverloadTicks == 0)
                await JudgeAsync(counts).ConfigureAwait(false);
            if (tick % StatusTicks == 0)
                SayStatus(counts);
        }
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken).ConfigureAwait(false);
        var (frames, windows, still, batches, batchTime) = metrics.Totals;
        var counts = collector.Counts();
        CountDrops(counts);
        LogTotals(
            time.GetElapsedTime(_started).TotalSeconds, frames, windows, still, counts.Values.Sum(c => c.Dropped), batchTime.TotalMilliseconds / Math.Max(1, batches));
    }

    private void CountDrops(IReadOnlyDictionary<string, WindowCounts> counts)
    {
        foreach (var (camera, count) in counts)
        {
            var before = _countedBefore.GetValueOrDefault(camera);
            if (count.Replaced > before.Replaced)
                metrics.Dropped(camera, "replaced", count.Replaced - before.Replaced);
            if (count.Late > before.Late)
                metrics.Dropped(camera, "stopping", count.Late - before.Late);
            _countedBefore[camera] = count;
        }
    }

    private async Task JudgeAsync(IReadOnlyDictionary<string, WindowCounts> counts)
    {
        foreach (var (camera, now) in counts)
        {
            var (before, blind) = _overload.GetValueOrDefault(camera);
            long posted = now.Posted - before.Posted, dropped = now.Replaced - before.Replaced;
            var shed = posted > 0 && dropped > TooManyDropped * posted;
            if (shed && !blind)
                await TellAsync(camera, true, $"{dropped} of {posted} windows were dropped in {OverloadTicks} s: inference is slower than the cameras").ConfigureAwait(false);
            else if (blind && dropped == 0 && posted > 0)
                await TellAsync(camera, blind = false, "no window was dropped any more").ConfigureAwait(false);
            _overload[camera] = (now, blind || shed);
        }
    }

    private Task TellAsync(string name, bool blind, string detail)
    {
        LogOverload(name, blind ? "overloaded" : "keeping up again", detail);
        var sight = fleet.Cameras.First(c => c.Name == name).Sight;
        return blind ? sight.BlindAsync(BlindReason.Overload, detail) : sight.SeesAsync(BlindReason.Overload, detail);
    }

    private void SayStatus(IReadOnlyDictionary<string, WindowCounts> counts)
    {
        var now = metrics.Totals;
        var dropped = counts.Values.Sum(c => c.Dropped);
        var batches = Math.Max(1, now.Batches - _before.Batches);
        LogStatus(
            fleet.Cameras.Count(c => c.Status.State == CameraState.Live), fleet.Cameras.Count, OtherStates(), (now.Frames - _before.Frames) / (double)StatusTicks,
            (now.Windows - _before.Windows) / (double)StatusTicks, now.Still - _before.Still, dropped - _droppedAtStatus, (now.BatchTime - _before.BatchTime).TotalMilliseconds / batches);
        (_before, _droppedAtStatus) = (now, dropped);
    }

    private string OtherStates() => string.Concat(fleet.Cameras.Select(c => c.Status.State).Where(state => state != CameraState.Live)
        .GroupBy(state => state).OrderBy(group => group.Key).Select(group => $", {group.Count()} {group.Key.ToString().ToLowerInvariant()}"));

    [LoggerMessage(Level = LogLevel.Warning, Message = "Camera {Camera} is {State}: {Detail}")]
    private partial void LogOverload(string camera, string state, string detail);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Live} of {Cameras} cameras live{Others}, {Frames:f1} frames/s, {Windows:f1} windows/s, {Still} skipped as still, {Dropped} dropped, {Batch:f1} ms a batch")]
    private partial void LogStatus(int live, int cameras, string others, double frames, double windows, long still, long dropped, double batch);

    [LoggerMessage(Level = LogLevel.Information, Message = "Watched for {Seconds:f1} s: {Frames} frames, {Windows} windows decided, {Still} skipped as still, {Dropped} dropped, {Batch:f1} ms a batch")]
    private partial void LogTotals(double seconds, long frames, long windows, long still, long dropped, double batch);
}
