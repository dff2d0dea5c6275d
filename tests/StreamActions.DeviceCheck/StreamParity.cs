// Compares streams on a device with the same streams on the CPU, while runs change their size and order and the pools grow.
using Microsoft.Extensions.Logging.Abstractions;
using StreamActions.Core.Bundles;
using StreamActions.Worker.Inference;

namespace StreamActions.DeviceCheck;

/// <summary>Finds stale inputs, rows that are mixed up, and recorded runs that read or write the wrong place.</summary>
internal static class StreamParity
{
    // More streams than the first pools have places for.
    private const int Streams = 9, Runs = 30, LargestRun = 5;

    /// <summary>The largest difference of an embedding's number.</summary>
    /// <param name="bundle">The CPU runs its pool graph in fp32.</param>
    /// <param name="device">The model on the device.</param>
    /// <returns>Null when the bundle has no such graph.</returns>
    public static double? Measure(ModelBundle bundle, OnnxPoolModel device)
    {
        if (bundle.Video.FirstOrDefault(g => g is { Form: GraphForm.Pool, Precision: GraphPrecision.Fp32 }) is not { } exact)
            return null;
        var (session, _) = DeviceChoice.Open(_ => bundle.PathOf(exact.File), DeviceChoice.Cpu, 0, NullLogger.Instance);
        using OnnxPoolModel host = new(new(session, bundle.Manifest, new HostMemory(), CudaGraphs: false));
        using var lane = (OnnxPoolLane)device.OpenLane(LargestRun);
        using var hostLane = (OnnxPoolLane)host.OpenLane(LargestRun);
        var streams = new PoolStream?[Streams];
        var hostStreams = new PoolStream?[Streams];
        var frame = new byte[bundle.Manifest.Clip.FrameBytes];
        Random random = new(1);
        double worst = 0;
        for (var run = 0; run < Runs; run++)
        {
            int[] chosen = [.. Enumerable.Range(0, Streams).OrderBy(_ => random.Next()).Take(1 + random.Next(LargestRun))];
            foreach (var stream in chosen)
            {
                // A restart in between; and streams are opened as they are first met, so that the pools grow under way.
                var starts = streams[stream] is null || random.Next(10) == 0;
                var skipped = random.Next(4) == 0 ? random.Next(4) : 0;
                random.NextBytes(frame);
                lane.Add(streams[stream] ??= (PoolStream)device.OpenStream(), frame, starts, skipped);
                hostLane.Add(hostStreams[stream] ??= (PoolStream)host.OpenStream(), frame, starts, skipped);
            }
            var (actual, expected) = (lane.RunAdded(), hostLane.RunAdded());
            for (var i = 0; i < chosen.Length; i++)
                worst = Math.Max(worst, GoldenClips.Deviation([actual.Embedding(i).ToArray()], [expected.Embedding(i).ToArray()]));
        }
        foreach (var stream in streams.Concat(hostStreams))
            stream?.Dispose();
        return worst;
    }
}
