// Measures one device: golden parity, windows, streams, copies and memory.
using System.Diagnostics;
using System.Text.Json;
using Microsoft.ML.OnnxRuntime;
using StreamActions.Core.Bundles;
using StreamActions.Worker.Inference;
using StreamActions.Worker.Views;

namespace StreamActions.DeviceCheck;

/// <summary>What to measure.</summary>
/// <param name="Device">cpu or cuda:N. A device that cannot be used is an error, not a fallback.</param>
/// <param name="Batches">Batch sizes in windows.</param>
/// <param name="Streams">Numbers of streams.</param>
/// <param name="MostInARun">Most streams in one run.</param>
/// <param name="Time">Time of each measurement.</param>
internal sealed record CheckOptions(string Device, IReadOnlyList<int> Batches, IReadOnlyList<int> Streams, int MostInARun, TimeSpan Time);

/// <summary>
/// Differences from the CPU's outputs in fp32: of the golden clips, and of streams in runs of random order and size. Streams is null for
/// window graphs, and without a pool graph in fp32.
/// </summary>
internal sealed record Parity(
    string Graph, bool CudaGraphs, double Deviation, double? Streams, double Bound, double OpenSeconds)
{
    /// <summary>Whether both are within the bound.</summary>
    public bool IsGood => Deviation <= Bound && !(Streams > Bound);
}

/// <summary>A rate of whole windows.</summary>
internal sealed record WindowRate(string Precision, int Batch, double WindowsPerSecond, double MillisecondsPerRun);

/// <summary>A rate of frames of streams. The share of copies is that of frames and rows to the device, measured alone.</summary>
internal sealed record StreamRate(
    string Precision, bool CudaGraphs, int Streams, double FramesPerSecond, double MedianRunMilliseconds, double P95RunMilliseconds,
    double UploadShare);

/// <summary>Memory of the device in MiB. Null where the device does not report it.</summary>
internal sealed record MemoryUse(string Graph, bool CudaGraphs, int Streams, double PoolMiB, double? UsedMiB);

/// <summary>The whole report. A part that failed is in the list of errors, and the others are still measured.</summary>
internal sealed record Report(string Model, string Device, string OnnxRuntime)
{
    public List<Parity> Golden { get; } = [];

    public List<WindowRate> Windows { get; } = [];

    public List<StreamRate> Streams { get; } = [];

    public List<MemoryUse> Memory { get; } = [];

    public List<string> Errors { get; } = [];

    /// <summary>The report as indented JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, Json);

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };
}

/// <summary>Measures bundles as the worker itself runs them, and adds the results to a report.</summary>
/// <param name="options">What to measure.</param>
/// <param name="report">Receives the results.</param>
/// <param name="progress">Receives a line for each part.</param>
internal sealed class DeviceMeasurement(CheckOptions options, Report report, TextWriter progress)
{
    private const int WarmUp = 3;

    /// <summary>Starts an empty report.</summary>
    public static Report NewReport(string model, string device) => new(model, device, OrtEnv.Instance().GetVersionString());

    /// <summary>Measures the window and pool graphs of a bundle, one after another.</summary>
    public void Run(ModelBundle bundle)
    {
        foreach (var graph in bundle.Video.Where(g => g.Form is GraphForm.Window or GraphForm.Pool))
        {
            // On a CPU, the fixed batch sizes are tried without the graphs.
            foreach (var cudaGraphs in graph.Form == GraphForm.Pool ? new[] { false, true } : [false])
                Guard($"{graph.File}{(cudaGraphs ? " with CUDA graphs" : "")}", () => Run(bundle, graph, cudaGraphs));
        }
    }

    private void Run(ModelBundle bundle, BundleGraph graph, bool cudaGraphs)
    {
        using var opened = OpenedGraph.Open(bundle, graph, options.Device, cudaGraphs);
        var bound = (graph.Golden ?? bundle.Manifest.Golden).Bound;
        double? streamed = opened.Video is OnnxPoolModel device ? StreamParity.Measure(bundle, device) : null;
        report.Golden.Add(new(graph.File, cudaGraphs, opened.Deviation(bundle), streamed, bound, Math.Round(opened.Seconds, 2)));
        if (opened.Video is OnnxWindowModel windows)
        {
            foreach (var batch in options.Batches)
                Guard($"{graph.File}, batch {batch}", () => report.Windows.Add(Windows(windows, bundle.Manifest, graph, batch)));
            return;
        }
        var pool = (OnnxPoolModel)opened.Video;
        foreach (var streams in options.Streams)
        {
            Guard($"{graph.File}, {streams} streams", () =>
            {
                report.Streams.Add(Streams(opened, pool, bundle.Manifest, graph, cudaGraphs, streams));
                double? used = opened.Memory is CudaMemory cuda && cuda.Info() is var (free, total) ? (total - free) / 1048576.0 : null;
                report.Memory.Add(new(graph.File, cudaGraphs, streams, Math.Round(pool.Pools.Bytes / 1048576.0), used));
            });
        }
    }

    // A run copies its windows into the input buffer and its outputs back, as in the worker.
    private WindowRate Windows(OnnxWindowModel model, ModelManifest manifest, BundleGraph graph, int batch)
    {
        var windows = Enumerable.Range(0, batch).Select(i => new FrameWindow(
            [.. Enumerable.Range(0, manifest.Clip.Frames).Select(t => Frame(manifest, i, t))])).ToArray();
        using var lane = model.OpenLane(batch);
        var runs = Measure(() => lane.Run(windows));
        foreach (var window in windows)
            window.Dispose();
        return new(Word(graph), batch, Math.Round(batch * runs.Count / runs.Sum(), 1), Math.Round(1000 * runs.Average(), 2));
    }

    // Each stream gets a frame in turn, as many in a run as permitted.
    private StreamRate Streams(
        OpenedGraph opened, OnnxPoolModel model, ModelManifest manifest, BundleGraph graph, bool cudaGraphs, int count)
    {
        var held = Enumerable.Range(0, count).Select(_ => model.OpenStream()).ToArray();
        var most = Math.Min(count, options.MostInARun);
        using var lane = model.OpenLane(most);
        var frames = Enumerable.Range(0, most).Select(i => Frame(manifest, i, 0)).ToArray();
        var batches = held.Chunk(most).Select(batch =>
            batch.Select((stream, i) => new StreamInput(stream, frames[i], Starts: false, Skipped: 0)).ToArray()).ToArray();
        foreach (var batch in batches)
            lane.Run([.. batch.Select(input => input with { Starts = true })]);
        var encoded = 0;
        var next = 0;
        var runs = Measure(() =>
        {
            lane.Run(batches[next]);
            encoded += batches[next].Length;
            next = (next + 1) % batches.Length;
        }, started: () => encoded = 0);
        var upload = Upload(opened.Memory, most * manifest.Clip.FrameBytes);
        foreach (var stream in held)
            stream.Dispose();
        foreach (var frame in frames)
            frame.Release();
        var sorted = runs.Order().ToList();
        return new(
            Word(graph), cudaGraphs, count, Math.Round(encoded / runs.Sum(), 1), Math.Round(1000 * sorted[sorted.Count / 2], 2),
            Math.Round(1000 * sorted[(int)Math.Ceiling(0.95 * sorted.Count) - 1], 2), Math.Round(upload / sorted[sorted.Count / 2], 4));
    }

    // Seconds to copy bytes to the device, the median of several.
    private static double Upload(IDeviceMemory memory, int bytes)
    {
        using StagingBuffer<byte> host = new(memory, bytes);
        using DeviceBuffer device = new(memory, Microsoft.ML.OnnxRuntime.Tensors.TensorElementType.UInt8, bytes);
        var times = Enumerable.Range(0, 20).Select(_ =>
        {
            var started = Stopwatch.GetTimestamp();
            memory.Upload(device.Pointer, host.Pointer, bytes);
            return Stopwatch.GetElapsedTime(started).TotalSeconds;
        }).Order().ToList();
        return times[times.Count / 2];
    }

    // Seconds of each run.
    private List<double> Measure(Action run, Action? started = null)
    {
        for (var n = 0; n < WarmUp; n++)
            run();
        started?.Invoke();
        List<double> runs = [];
        var begin = Stopwatch.GetTimestamp();
        do
        {
            var at = Stopwatch.GetTimestamp();
            run();
            runs.Add(Stopwatch.GetElapsedTime(at).TotalSeconds);
        }
        while (Stopwatch.GetElapsedTime(begin) < options.Time);
        return runs;
    }

    private void Guard(string part, Action measure)
    {
        progress.WriteLine(part);
        try
        {
            measure();
        }
        catch (Exception e)
        {
            report.Errors.Add($"{part}: {e.Message.ReplaceLineEndings(" ")}");
        }
    }

    private static ViewFrame Frame(ModelManifest manifest, int camera, int at)
    {
        View view = new($"camera-{camera}", null);
        var frame = ViewFrame.Rent(manifest.Clip.FrameBytes, view, 1, DateTimeOffset.UnixEpoch.AddSeconds(at), 0);
        new Random(camera * 1000 + at).NextBytes(frame.Pixels);
        return frame;
    }

    private static string Word(BundleGraph graph) => graph.Precision.ToString().ToLowerInvariant();
}
