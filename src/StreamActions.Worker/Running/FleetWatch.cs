// Once a second: counts drops, finds starved cameras, and ends events of offline cameras. Also detects overload and logs the status line.
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using StreamActions.Video;
using StreamActions.Worker.Alerts;
using StreamActions.Worker.Cameras;
using StreamActions.Worker.Inference;
using StreamActions.Worker.Telemetry;

namespace StreamActions.Worker.Running;

/// <summary>
/// Watches the running stages. It says once for each camera that inference watches it at a lower rate, and when that ends. A camera whose
/// windows became too rare for any alert to begin is blind (overload), see <see cref="WatchedRate"/>. A camera that gives no window is
/// blind (starved), see <see cref="StarvedCamera"/>. Open events of an offline camera end
/// after their <c>end-after</c>. It logs a status line every 30 seconds, and the totals at the end.
/// </summary>
internal sealed partial class FleetWatch(
    CameraFleet fleet, EncoderQueue queue, IVideoEncoder encoder, AlertStage alerts, WorkerMetrics metrics, TimeProvider time,
    ILogger<FleetWatch> logger)
    : BackgroundService
{
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);
    private const int OverloadTicks = 10, StatusTicks = 30;

    private readonly Dictionary<string, Watched> _watched = new(StringComparer.Ordinal);
    private readonly Dictionary<string, WindowCounts> _countedBefore = new(StringComparer.Ordinal);
    private readonly Queue<IReadOnlyDictionary<string, WindowCounts>> _lastTicks = new();
    private (long Frames, long Windows, long Still, long Batches, TimeSpan BatchTime) _before;
    private readonly long _started = time.GetTimestamp();
    private volatile IReadOnlyList<(string Camera, double Share)> _coverage = [];
    private (long Dropped, long Thinned) _atStatus;
    private TokenCount _tokensBefore;

    // A camera: its windows of the last ten ticks, whether it is starved or blind (overload), and the rate that the log named while it is
    // thinned.
    private sealed class Watched(WindowNeeds needs)
    {
        public readonly StarvedCamera Starved = new(needs);
        public WatchedRate Rate;
        public int Ticks;
        public bool Blind;
        public double? Named;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        metrics.ObserveCameras(() => fleet.Cameras.Select(camera => (camera.Name, StateOf(camera))));
        metrics.ObserveCoverage(() => _coverage);
        _tokensBefore = encoder.Tokens;   // of the measurement at the start
        metrics.ObserveTokens(Tokens);
        using var timer = new PeriodicTimer(Tick, time);
        for (var tick = 1L; await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false); tick++)
        {
            var counts = queue.Counts();
            CountDrops(counts);
            Measure(counts);
            foreach (var camera in fleet.Cameras)
            {
                camera.Visibility.CountBlindTime();
                var isStarved = FindStarved(camera, counts.GetValueOrDefault(camera.Name).Wanted);
                if (isStarved || camera.Status.State is CameraState.Offline or CameraState.Connecting or CameraState.Stalled)
                    alerts.Lapse(camera.Name);
            }
            if (tick % OverloadTicks == 0)
                FindOverload();
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
            counts.Values.Sum(c => c.Thinned), batchTime.TotalMilliseconds / Math.Max(1, batches));
        if (Tokens() is (var encoded and > 0, var reused))
            LogTokens(100.0 * encoded / (encoded + reused));
    }

    private (long Encoded, long Reused) Tokens()
    {
        var now = encoder.Tokens;
        return (now.Encoded - _tokensBefore.Encoded, now.Reused - _tokensBefore.Reused);
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
            if (count.Thinned > before.Thinned)
                metrics.Thinned(camera, count.Thinned - before.Thinned);
            _countedBefore[camera] = count;
        }
    }

    // The windows of the last ten ticks.
    private void Measure(IReadOnlyDictionary<string, WindowCounts> counts)
    {
        _lastTicks.Enqueue(counts);
        var earlier = _lastTicks.Count > OverloadTicks ? _lastTicks.Dequeue() : new Dictionary<string, WindowCounts>();
        foreach (var (camera, count) in counts)
        {
            var watched = WatchedAs(camera);
            // A camera that started a moment ago has wanted windows for a shorter time.
            watched.Ticks = Math.Min(OverloadTicks, watched.Ticks + 1);
            watched.Rate = new(count.Since(earlier.GetValueOrDefault(camera)), alerts.CountViews(camera), watched.Ticks);
        }
        _coverage =
        [
            .. fleet.Cameras.Where(camera => _watched.ContainsKey(camera.Name))
                .Select(camera => (camera.Name, _watched[camera.Name].Rate.Windows.Coverage)),
        ];
    }

    private Watched WatchedAs(string camera)
    {
        if (!_watched.TryGetValue(camera, out var watched))
            _watched.Add(camera, watched = new(encoder.Needs));
        return watched;
    }

    // Recordings give exact frames. A camera that no alert watches has no windows.
    private bool FindStarved(CameraWorker camera, long windows)
    {
        if (camera.Options.Source.Kind == SourceKind.File || alerts.CountViews(camera.Name) == 0)
            return false;
        var starved = WatchedAs(camera.Name).Starved;
        var isOpen = camera.Status.State is CameraState.Live or CameraState.Stalled;
        switch (starved.Add(time.GetElapsedTime(_started), camera.Pictures, windows, isOpen))
        {
            case { Blind: true } change:
                LogStarved(camera.Name, change.Reason, change.Detail);
                camera.Visibility.AddBlindReason(change.Reason, change.Detail);
                break;
            case { Blind: false } change:
                LogNotStarved(camera.Name, change.Reason, change.Detail);
                camera.Visibility.RemoveBlindReason(change.Reason, change.Detail);
                break;
        }
        return starved.IsStarved;
    }

    private void FindOverload()
    {
        foreach (var (camera, watched) in _watched)
        {
            var rate = watched.Rate;
            var detail = $"inference decided {rate.Decided} of {rate.Windows.Wanted} windows in {OverloadTicks} s";
            if (watched.Blind ? rate.IsEnough(alerts.LongestGap) : rate.IsTooLow(alerts.LongestGap))
                Report(camera, watched.Blind = !watched.Blind, detail);
            NameRate(camera, watched);
        }
    }

    // Once for each change.
    private void NameRate(string camera, Watched watched)
    {
        var rate = watched.Rate;
        if (rate.IsThinned && rate.DiffersFrom(watched.Named))
        {
            watched.Named = rate.PerSecond;
            // A larger stride saves nothing where every frame is encoded.
            var advice = encoder.RunsEveryFrame ? "a smaller model" : "a larger stride";
            LogThinned(camera, rate.PerSecond, rate.WantedPerSecond, advice);
        }
        else if (watched.Named is not null && rate is { IsThinned: false, Windows.Wanted: > 0 })
        {
            watched.Named = null;
            LogNotThinned(camera, rate.WantedPerSecond);
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
        var (dropped, thinned) = (counts.Values.Sum(c => c.Dropped), counts.Values.Sum(c => c.Thinned));
        var batches = Math.Max(1, now.Batches - _before.Batches);
        var cameras = fleet.Cameras;
        var (frames, windows) = (PerSecond(now.Frames, _before.Frames), PerSecond(now.Windows, _before.Windows));
        LogStatus(
            cameras.Count(c => StateOf(c) == CameraState.Live), cameras.Count, OtherStates(cameras),
            FormattableString.Invariant($"{frames:f1} frames/s, {windows:f1} windows/s"),
            now.Still - _before.Still, dropped - _atStatus.Dropped, thinned - _atStatus.Thinned,
            (now.BatchTime - _before.BatchTime).TotalMilliseconds / batches);
        (_before, _atStatus) = (now, (dropped, thinned));
    }

    private static double PerSecond(long now, long before) => (now - before) / (double)StatusTicks;

    private static string OtherStates(IReadOnlyList<CameraWorker> cameras) => string.Concat(cameras
        .GroupBy(StateOf)
        .Where(group => group.Key != CameraState.Live)
        .OrderBy(group => group.Key)
        .Select(group => $", {group.Count()} {group.Key.ToString().ToLowerInvariant()}{Because(group)}"));

    private static CameraState StateOf(CameraWorker camera) =>
        camera.Status.State is CameraState.Live && camera.Visibility.BlindBecause.Count > 0 ? CameraState.Blind : camera.Status.State;

    private static string Because(IGrouping<CameraState, CameraWorker> group) => group.Key == CameraState.Blind
        ? $" ({string.Join(", ", group.SelectMany(c => c.Visibility.BlindBecause).Distinct().Order(StringComparer.Ordinal))})"
        : "";

    [LoggerMessage(Level = LogLevel.Warning, Message = "Camera {Camera} is blind ({Reason}): {Detail}")]
    private partial void LogStarved(string camera, string reason, string detail);

    [LoggerMessage(Level = LogLevel.Information, Message = "Camera {Camera} is no longer blind ({Reason}): {Detail}")]
    private partial void LogNotStarved(string camera, string reason, string detail);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Camera {Camera} is {State}: {Detail}")]
    private partial void LogOverload(string camera, string state, string detail);

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "Camera {Camera} is watched at {Watched:0.#} windows/s of {Wanted:0.#}: inference is at its limit (use {Advice}, "
            + "fewer cameras, or a GPU)")]
    private partial void LogThinned(string camera, double watched, double wanted, string advice);

    [LoggerMessage(Level = LogLevel.Information, Message = "Camera {Camera} is watched at all {Wanted:0.#} windows/s again")]
    private partial void LogNotThinned(string camera, double wanted);

    [LoggerMessage(Level = LogLevel.Information,
        Message = "{Live} of {Cameras} cameras live{Others}, {Rates}, {Still} skipped as still, {Dropped} dropped, {Thinned} thinned, "
            + "{Batch:f1} ms a batch")]
    private partial void LogStatus(
        int live, int cameras, string others, string rates, long still, long dropped, long thinned, double batch);

    [LoggerMessage(Level = LogLevel.Information,
        Message = "Watched for {Seconds:f1} s: {Frames} frames, {Windows} windows decided, {Still} skipped as still, {Dropped} dropped, "
            + "{Thinned} thinned, {Batch:f1} ms a batch")]
    private partial void LogTotals(double seconds, long frames, long windows, long still, long dropped, long thinned, double batch);

    [LoggerMessage(Level = LogLevel.Information, Message = "Reuse: {Share:f1} % of the tokens of frames were encoded")]
    private partial void LogTokens(double share);
}
