// Measures one device with one model.
using System.Diagnostics;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using StreamActions.Core.Bundles;
using StreamActions.Worker.Inference;
using StreamActions.Worker.Views;

namespace StreamActions.DeviceCheck;

/// <summary>Golden parity and windows per second, as the worker itself runs them.</summary>
internal static class DeviceReport
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    private sealed record Rate(int Batch, int Windows, double WindowsPerSecond, double MillisecondsPerBatch);

    private sealed record Report(
        string Model, string Device, double GoldenDeviation, double GoldenBound, double OpenSeconds, IReadOnlyList<Rate> Rates);

    /// <summary>Measures and prints the report.</summary>
    /// <param name="model">A bundle's folder, or <c>vit-b16</c>.</param>
    /// <param name="device">cpu or cuda:N. A device that cannot be used is an error, not a fallback.</param>
    /// <param name="batches">Batch sizes in windows.</param>
    /// <param name="time">Time for each batch size.</param>
    /// <param name="output">Receives the JSON.</param>
    public static int Write(string model, string device, IReadOnlyList<int> batches, TimeSpan time, TextWriter output)
    {
        var folder = Directory.CreateTempSubdirectory("streamactions-device-");
        try
        {
            var bundle = model == "vit-b16" ? RandomClipBundle.Write(folder.FullName) : ModelBundle.Open(model);
            var started = Stopwatch.GetTimestamp();
            using var opened = OnnxActionModel.Open(bundle, new() { Device = device, Parallel = 1 }, NullLogger.Instance);
            var openSeconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
            Report report = new(
                bundle.Manifest.Name, device, opened.MeasureGolden(bundle).Worst, bundle.Manifest.Golden.Bound, openSeconds,
                [.. batches.Select(batch => Measure(opened, batch, time))]);
            output.WriteLine(JsonSerializer.Serialize(report, Json));
            return 0;
        }
        catch (BundleException e)
        {
            Console.Error.WriteLine($"error: {e.Message}");
            return 1;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    // A run copies its windows into the input buffer and its outputs back, as in the worker.
    private static Rate Measure(OnnxActionModel model, int batch, TimeSpan time)
    {
        var windows = Enumerable.Range(0, batch).Select(i => Window(model.Manifest, i)).ToArray();
        using var lane = ((IWindowModel)model.Video).OpenLane(batch);
        for (var warmUp = 0; warmUp < 3; warmUp++)
            lane.Run(windows);
        var (runs, started) = (0, Stopwatch.GetTimestamp());
        TimeSpan passed;
        do
        {
            lane.Run(windows);
            runs++;
            passed = Stopwatch.GetElapsedTime(started);
        }
        while (passed < time);
        foreach (var window in windows)
            window.Dispose();
        return new(batch, runs * batch, Math.Round(runs * batch / passed.TotalSeconds, 1), Math.Round(passed.TotalMilliseconds / runs, 2));
    }

    private static FrameWindow Window(ModelManifest manifest, int seed)
    {
        Random random = new(seed);
        View view = new($"camera-{seed}", null);
        return new([.. Enumerable.Range(0, manifest.Clip.Frames).Select(t =>
        {
            var frame = ViewFrame.Rent(manifest.Clip.FrameBytes, view, 1, DateTimeOffset.UnixEpoch.AddSeconds(t), 0);
            random.NextBytes(frame.Pixels);
            return frame;
        })]);
    }
}
