// The cost of the pipeline between a camera's frames and the network: the same session in a bare loop and in the pipeline, in turns.
using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using StreamActions.Core.Bundles;
using StreamActions.Worker.Batches;
using StreamActions.Worker.Inference;
using StreamActions.Worker.Windows;

namespace StreamActions.Benchmarks;

/// <summary>Windows per second of sliding windows, collector and batches, compared with the bare session.</summary>
internal static class PipelineOverhead
{
    private const int Cameras = 8, BatchSize = 8, FramesPerCamera = 100;

    /// <summary>Prints both rates of each round and the median of the ratios.</summary>
    public static async Task RunAsync(string folder, int rounds, TextWriter output)
    {
        using var model = OnnxActionModel.Open(ModelBundle.Open(folder), "cpu", 0, BatchSize, NullLogger.Instance);
        List<double> ratios = [];
        for (var round = 0; round <= rounds; round++)
        {
            var bare = Bare(model);
            var behind = await BehindTheCollectorAsync(model);
            if (round == 0)
                continue;   // warm-up
            ratios.Add(behind / bare);
            output.WriteLine(FormattableString.Invariant(
                $"round {round}: bare {bare:f1} windows/s, pipeline {behind:f1} windows/s, ratio {behind / bare:f3}"));
        }
        ratios.Sort();
        output.WriteLine(FormattableString.Invariant(
            $"median ratio {ratios[ratios.Count / 2]:f3} (from {ratios[0]:f3} to {ratios[^1]:f3})"));
    }

    private static int Windows(OnnxActionModel model) => Cameras * (FramesPerCamera - model.Manifest.Clip.Frames + 1);

    private static double Bare(OnnxActionModel model)
    {
        var clip = model.Manifest.Clip;
        FrameWindow[] batch =
        [
            .. Enumerable.Range(0, BatchSize).Select(i => new FrameWindow(
                new View($"camera-{i}", null), 1, [.. Enumerable.Range(0, clip.Frames).Select(t => Frame(clip.FrameBytes, t))])),
        ];
        var runs = Windows(model) / BatchSize;
        var started = Stopwatch.GetTimestamp();
        for (var i = 0; i < runs; i++)
            model.Run(batch);
        var rate = runs * BatchSize / Stopwatch.GetElapsedTime(started).TotalSeconds;
        foreach (var window in batch)
            window.Dispose();
        return rate;
    }

    private static async Task<double> BehindTheCollectorAsync(OnnxActionModel model)
    {
        var collector = new BatchCollector(BatchSize, TimeSpan.FromMilliseconds(20), TimeProvider.System);
        var total = Windows(model);
        var started = Stopwatch.GetTimestamp();
        Task[] cameras = [.. Enumerable.Range(0, Cameras).Select(c => Task.Run(() => CameraAsync(c, model, collector)))];
        for (var done = 0; done < total;)
        {
            var batch = await collector.TakeAsync(CancellationToken.None);
            model.Run(batch);
            foreach (var window in batch)
                window.Dispose();
            collector.Done(batch);
            done += batch.Count;
        }
        var rate = total / Stopwatch.GetElapsedTime(started).TotalSeconds;
        await Task.WhenAll(cameras);
        return rate;
    }

    private static async Task CameraAsync(int camera, OnnxActionModel model, BatchCollector collector)
    {
        var clip = model.Manifest.Clip;
        using var window = new SlidingWindow(new View($"camera-{camera}", null), clip.Frames, 1, TimeSpan.FromSeconds(1));
        for (var t = 0; t < FramesPerCamera; t++)
        {
            if (window.Push(Frame(clip.FrameBytes, t), 1) is { } full)
                await collector.PostWaitingAsync(full, CancellationToken.None);
        }
    }

    private static ModelFrame Frame(int bytes, int t)
    {
        var frame = ModelFrame.Rent(bytes, DateTimeOffset.UnixEpoch + TimeSpan.FromMilliseconds(250 * t), 0);
        frame.Pixels.Fill((byte)(t * 31));
        return frame;
    }
}
