// The cost of one new window in each form, and the cameras that a bundle can watch on this machine.
using System.Diagnostics;
using System.Globalization;
using StreamActions.Core.Bundles;
using StreamActions.Model;
using StreamActions.TestKit;
using StreamActions.Trainer.Training;
using StreamActions.Worker;

namespace StreamActions.Benchmarks;

/// <summary>
/// Seconds per new window, on networks with random weights. The forms take turns in every round, so that other load on the machine meets
/// all of them. With a bundle, the networks have its sizes, and the worker runs it with cameras.
/// </summary>
internal static class InferenceCost
{
    private const int WarmUp = 2;

    /// <summary>What to measure.</summary>
    /// <param name="Bundle">Folder of a bundle; null: the sizes of CLIP ViT-B/16, and no cameras.</param>
    /// <param name="Peers">Whether libtorch runs too.</param>
    /// <param name="Rounds">Number of rounds.</param>
    /// <param name="Seconds">Length of the measurement of a number of cameras.</param>
    /// <param name="Cameras">Numbers of cameras to measure; empty for none.</param>
    /// <param name="Json">File for the figures; null writes none.</param>
    public sealed record Request(string? Bundle, bool Peers, int Rounds, int Seconds, IReadOnlyList<int> Cameras, string? Json);

    private sealed record Sample(double Wall, double Cpu);

    /// <summary>Measures and prints tables.</summary>
    public static async Task<int> RunAsync(Request request, TextWriter output)
    {
        InferenceReport report = new() { Processor = Processor(), Forms = Costs(request, output) };
        double? Seconds(string form) => report.Forms.FirstOrDefault(f => f is { Runs: 1, Threads: 1 } && f.Form == form)?.Seconds;
        report = report with
        {
            WindowFp32 = Seconds("windowFp32"),
            StreamFp32 = Seconds("streamFp32"),
            StreamInt8 = Seconds("streamInt8"),
            FrameFp32 = Seconds("frameFp32"),
            FrameInt8 = Seconds("frameInt8"),
            Reuse10 = Seconds("reuse10"),
            LibtorchEager = Seconds("libtorchEager"),
        };
        if (request.Bundle is { } bundle)
            report = await WithCamerasAsync(report, bundle, request, output);
        if (request.Json is { } json)
            report.Write(json);
        return 0;
    }

    private static M2ClipConfig Sizes(string? bundle)
    {
        if (bundle is null)
            return ClipShapedWeights.VitB16(TemporalMode.Causal, adapters: true);
        var file = ModelBundle.Open(bundle).PathOf(ModelBundle.TrainingNetwork);
        return File.Exists(file)
            ? TrainedNetwork.Parse(File.ReadAllText(file), file).Config
            : throw new FileNotFoundException($"{file}: the bundle does not say the sizes of its network; export it without --lean");
    }

    private static List<FormCost> Costs(Request request, TextWriter output)
    {
        using TemporaryFolder folder = new();
        InferenceForm[] forms = [.. InferenceForms.Of(Sizes(request.Bundle), request.Peers, folder)];
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);   // the graphs in memory
        List<FormCost> costs = [];
        output.WriteLine("runs threads  form            median s   least s   CPU s   of window");
        foreach (var (threads, runs) in new[] { (1, 1), (2, 1), (1, 2) })
        {
            var rows = Measure(forms, threads, runs, request.Rounds);
            foreach (var row in rows)
            {
                output.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{row.Runs,4} {row.Threads,7}  {row.Form,-14} {row.Seconds,9:f4} {row.Least,9:f4} {row.CpuSeconds,7:f4} "
                    + $"{rows[0].Seconds / row.Seconds,8:f1}×"));
            }
            costs.AddRange(rows);
        }
        return costs;
    }

    private static FormCost[] Measure(InferenceForm[] forms, int threads, int runs, int rounds)
    {
        var open = forms.Select(form => form.Open(threads, runs)).ToArray();
        var samples = forms.Select(_ => new List<Sample>()).ToArray();
        for (var round = 0; round < WarmUp + rounds; round++)
        {
            for (var i = 0; i < forms.Length; i++)
            {
                var sample = Time(open[i], runs);
                if (round >= WarmUp)
                    samples[i].Add(sample);
            }
        }
        foreach (var form in open)
            form.Dispose();
        NativeHeap.ReleaseFreePages();   // the forms need gigabytes together
        return
        [
            .. forms.Select((form, i) => new FormCost(
                form.Name,
                runs,
                threads,
                Median(samples[i].Select(s => s.Wall)),
                samples[i].Min(s => s.Wall),
                Median(samples[i].Select(s => s.Cpu)))),
        ];
    }

    // Seconds per window: all runs encode one at the same time.
    private static Sample Time(IOpenForm form, int runs)
    {
        var (cpu, started) = (Environment.CpuUsage.TotalTime, Stopwatch.GetTimestamp());
        Thread[] others = [.. Enumerable.Range(1, runs - 1).Select(run => new Thread(() => form.Encode(run)))];
        foreach (var thread in others)
            thread.Start();
        form.Encode(0);
        foreach (var thread in others)
            thread.Join();
        return new(
            Stopwatch.GetElapsedTime(started).TotalSeconds / runs, (Environment.CpuUsage.TotalTime - cpu).TotalSeconds / runs);
    }

    private static async Task<InferenceReport> WithCamerasAsync(
        InferenceReport report, string bundle, Request request, TextWriter output)
    {
        await using var load = await WorkerLoad.OpenAsync(bundle);
        var length = TimeSpan.FromSeconds(request.Seconds);
        output.WriteLine(FormattableString.Invariant($"capacity {load.Capacity:f1} windows/s; a camera has {load.CameraRate:f1}"));
        output.WriteLine(WorkerLoad.Heading);
        List<LoadFigures> loads = [];
        async Task<LoadFigures> RunAsync(int cameras)
        {
            var figures = await load.RunAsync(cameras, length);
            output.WriteLine(WorkerLoad.Line(figures));
            loads.Add(figures);
            return figures;
        }
        // 70 % and 120 % of the capacity, as near as whole cameras come.
        int Near(double share) => Math.Max(1, (int)Math.Round(share * load.Capacity / load.CameraRate));
        foreach (var cameras in request.Cameras.Concat([Near(0.7), Near(1.2)]).Distinct().Order())
            await RunAsync(cameras);
        // From the capacity downwards, the first number of cameras of which no window is lost.
        SustainedCameras sustained = new(0, 0, 0);
        for (var cameras = (int)(load.Capacity / load.CameraRate); cameras > 0; cameras--)
        {
            var figures = loads.FirstOrDefault(l => l.Cameras == cameras) ?? await RunAsync(cameras);
            if (figures.Lost > 0)
                continue;
            sustained = new(cameras, figures.Lost, figures.P95Ms);
            break;
        }
        output.WriteLine(FormattableString.Invariant(
            $"sustained: {sustained.Cameras} cameras, p95 {sustained.P95LatencyMs:f0} ms"));
        return report with { Loads = [.. loads.OrderBy(l => l.Cameras)], Sustained = sustained };
    }

    private static string Processor()
    {
        string[] lines = [.. File.ReadLines("/proc/cpuinfo")];
        string Value(string key) =>
            lines.FirstOrDefault(l => l.StartsWith(key, StringComparison.Ordinal))?.Split(':', 2)[1].Trim() ?? "unknown";
        var vnni = Value("flags").Split(' ').Any(flag => flag is "avx512_vnni" or "avx_vnni");
        return $"{Value("model name")}, {Environment.ProcessorCount} cores, {(vnni ? "with" : "without")} VNNI";
    }

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }
}
