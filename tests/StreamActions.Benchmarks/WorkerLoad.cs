// The worker under load: RTSP cameras, decoding, the network, alerts and the store, in this process.
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using StreamActions.Core.Bundles;
using StreamActions.Core.Clips;
using StreamActions.TestKit;
using StreamActions.TestKit.Fleet;
using StreamActions.TestKit.Rtsp;
using StreamActions.Worker.Cameras;
using StreamActions.Worker.Configuration;
using StreamActions.Worker.Inference;
using StreamActions.Worker.Telemetry;

namespace StreamActions.Benchmarks;

/// <summary>
/// Measures the worker with a bundle and cameras at 15 frames a second, sampled at the model's rate, stride 1, without motion gate: every
/// sampled frame is a window.
/// </summary>
internal sealed class WorkerLoad : IAsyncDisposable
{
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(180), Settling = TimeSpan.FromSeconds(20);

    private readonly TemporaryFolder _folder;
    private readonly ModelBundle _bundle;
    private readonly ClipSpec _clip;
    private readonly RtspServer _server;
    private readonly ReuseLevel _reuse;

    private WorkerLoad(TemporaryFolder folder, ModelBundle bundle, RtspServer server, double capacity, ReuseLevel reuse)
    {
        (_folder, _bundle, _clip, _server) = (folder, bundle, bundle.Manifest.Clip, server);
        (Capacity, _reuse) = (capacity, reuse);
    }

    /// <summary>Windows per second that the model can decide on this machine, measured before the first load.</summary>
    public double Capacity { get; }

    /// <summary>Frames per second of a camera.</summary>
    public double CameraRate => _clip.SampleFps;

    /// <summary>Opens a bundle and starts the cameras' server.</summary>
    /// <param name="bundle">Folder of a bundle.</param>
    /// <param name="film">Recording that the cameras play in a loop; null: a test picture of 640×360.</param>
    /// <param name="reuse">How much of earlier frames streams reuse.</param>
    public static async Task<WorkerLoad> OpenAsync(string bundle, string? film = null, ReuseLevel reuse = ReuseLevel.Off)
    {
        TemporaryFolder folder = new();
        var options = Options(reuse);
        var opened = ModelBundle.Open(bundle);
        using var model = OnnxActionModel.Open(opened, options, NullLogger.Instance);
        var plan = RunPlan.For(model.Device, options, Environment.ProcessorCount);
        var capacity = CapacityProbe.Measure(
            model.Encoder(new(Stride: 1, plan.MaxBatch, MostWaiting: 1)), model.Manifest.Clip, plan, TimeProvider.System);
        var recording = folder.File("cam.mp4");
        if (film is null)
            TestVideo.Make(recording, 640, 360, fps: 15, seconds: 6);
        else
            File.Copy(film, recording);
        var server = await RtspServer.StartAsync("cam", await RtspServer.EncodeAsync(recording, fps: 15));
        return new(folder, opened, server, capacity.StepsPerSecond, reuse);
    }

    /// <summary>Runs the worker with a number of cameras. The measurement begins 20 s after all cameras are live.</summary>
    /// <exception cref="InvalidOperationException">Not all cameras became live.</exception>
    public async Task<LoadFigures> RunAsync(int cameras, TimeSpan length)
    {
        using TemporaryFolder folder = new();
        using Instruments instruments = new();
        var addresses = Enumerable.Range(1, cameras).ToDictionary(i => $"camera-{i}", _ => _server.Url("cam"));
        var (model, options) = ThreadChoice.Open(_bundle, Options(_reuse), cameras, TimeProvider.System, NullLogger.Instance);
        using var opened = model;
        await using var fleet = await ObservedFleet.StartAsync(folder, model, addresses, new()
        {
            Inference = $"{{ device: cpu, stride: 1, threads: {options.Threads}, reuse: {Word(_reuse)} }}",
            MotionGate = false,
            LookEvery = TimeSpan.FromSeconds(5),
        });
        if (await ObservedFleet.UntilAsync(() => fleet.Workers.Values.All(c => c.Status.State == CameraState.Live), StartPatience) is null)
            throw new InvalidOperationException($"not all of {cameras} cameras became live");
        await Task.Delay(Settling);

        instruments.Restart();
        var before = Use.Now();
        await Task.Delay(length);
        var used = Use.Now();
        var seen = instruments.Read();
        var seconds = (used.At - before.At).TotalSeconds;
        return new(
            cameras,
            Word(_reuse),
            Math.Round(seconds, 1),
            seen.Frames / seconds / Capacity,
            seen.Decided,
            seen.Thinned,
            seen.Dropped,
            seen.LeastCoverage,
            Percentile(seen.Latencies, 0.5),
            Percentile(seen.Latencies, 0.95),
            Percentile(seen.Latencies, 0.99),
            (used.Cpu - before.Cpu).TotalSeconds / Math.Max(1, seen.Decided),
            (used.Allocated - before.Allocated) / (double)Math.Max(1, seen.Frames),
            used.Gen2 - before.Gen2,
            before.RssMb,
            used.RssMb);
    }

    /// <summary>The heading of <see cref="Line"/>.</summary>
    public const string Heading =
        "cameras  reuse     load   decided  thinned  dropped  coverage  p50 ms  p95 ms  p99 ms  CPU s/window  B/frame  gen 2  RSS MB";

    /// <summary>The figures as a row of a table.</summary>
    public static string Line(LoadFigures load) => string.Create(
        CultureInfo.InvariantCulture,
        $"{load.Cameras,7}  {load.Reuse,-8} {load.Load,5:p0} {load.Decided,9} {load.Thinned,8} {load.Dropped,8} {load.LeastCoverage,9:p0} "
        + $"{load.P50Ms,7:f0} {load.P95Ms,7:f0} {load.P99Ms,7:f0} {load.CpuSecondsPerWindow,13:f3} {load.AllocatedBytesPerFrame,8:f0} "
        + $"{load.Gen2Collections,6}  {load.RssMbAtStart:f0}→{load.RssMbAtEnd:f0}");

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _folder.Dispose();
    }

    private static InferenceOptions Options(ReuseLevel reuse) => new() { Device = DeviceChoice.Cpu, Stride = 1, Reuse = reuse };

    private static string Word(ReuseLevel reuse) => reuse.ToString().ToLowerInvariant();

    private static double Percentile(double[] sorted, double share) =>
        sorted.Length == 0 ? 0 : 1000 * sorted[Math.Min(sorted.Length - 1, (int)(share * sorted.Length))];

    private sealed record Use(TimeSpan At, TimeSpan Cpu, long Allocated, int Gen2, double RssMb)
    {
        public static Use Now() => new(
            Stopwatch.GetElapsedTime(0),
            Environment.CpuUsage.TotalTime,
            GC.GetTotalAllocatedBytes(precise: true),
            GC.CollectionCount(2),
            Footprint.RssOf(Environment.ProcessId) / 1048576.0);
    }

    private sealed record Seen(long Frames, long Decided, long Thinned, long Dropped, double LeastCoverage, double[] Latencies);

    // Listens to the worker's own instruments. Allocates nothing between Restart and Read.
    private sealed class Instruments : IDisposable
    {
        private const int MostLatencies = 1 << 20;

        private readonly MeterListener _listener = new();
        private readonly Lock _lock = new();
        private readonly List<double> _latencies = new(MostLatencies);
        private long _frames, _decided, _thinned, _dropped;
        private double _leastCoverage;

        public Instruments()
        {
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == WorkerMetrics.MeterName)
                    listener.EnableMeasurementEvents(instrument);
            };
            _listener.SetMeasurementEventCallback<long>(Count);
            _listener.SetMeasurementEventCallback<double>(Record);
            _listener.Start();
        }

        public void Restart()
        {
            lock (_lock)
            {
                _latencies.Clear();
                (_frames, _decided, _thinned, _dropped) = (0, 0, 0, 0);
            }
        }

        public Seen Read()
        {
            _leastCoverage = 1;
            _listener.RecordObservableInstruments();
            lock (_lock)
                return new(_frames, _decided, _thinned, _dropped, _leastCoverage, [.. _latencies.Order()]);
        }

        public void Dispose() => _listener.Dispose();

        private void Count(Instrument instrument, long value, ReadOnlySpan<KeyValuePair<string, object?>> tags, object? state)
        {
            lock (_lock)
            {
                switch (instrument.Name)
                {
                    case "streamactions.camera.frames":
                        _frames += value;
                        break;
                    case "streamactions.windows.analysed":
                        _decided += value;
                        break;
                    case "streamactions.windows.thinned":
                        _thinned += value;
                        break;
                    case "streamactions.windows.dropped":
                        _dropped += value;
                        break;
                }
            }
        }

        private void Record(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags, object? state)
        {
            lock (_lock)
            {
                if (instrument.Name == "streamactions.window.latency" && _latencies.Count < MostLatencies)
                    _latencies.Add(value);
                else if (instrument.Name == "streamactions.camera.coverage")
                    _leastCoverage = Math.Min(_leastCoverage, value);
            }
        }
    }
}
