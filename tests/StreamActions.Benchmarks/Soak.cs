// A long run with random faults: resources must not grow, and every camera must recover.
using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using StreamActions.Core.Bundles;
using StreamActions.TestKit;
using StreamActions.TestKit.Fleet;
using StreamActions.Worker.Cameras;
using StreamActions.Worker.Inference;

namespace StreamActions.Benchmarks;

/// <summary>The soak test: servers, readers and inference are real. It prints a table during the run and the result at the end.</summary>
internal static class Soak
{
    private const double MostGrowth = 0.05;

    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan RecoverWithin = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(120);

    private sealed record Row(TimeSpan At, Footprint Held, long Committed, long ReadersRss, int Live);

    /// <summary>Runs the soak test.</summary>
    /// <returns>0; 1 when a resource grew by more than 5 % or a camera did not recover.</returns>
    public static async Task<int> RunAsync(int cameras, TimeSpan duration, TimeSpan faultEvery, int seed, TextWriter output)
    {
        using TemporaryFolder folder = new();
        await using var site = await SoakSite.StartAsync(folder, cameras);
        var bundle = ModelBundle.Open(Path.Combine(RepositoryPaths.Root, "models", "demo"));
        using var model = OnnxActionModel.Open(bundle, new() { Device = "cpu" }, NullLogger.Instance);
        await using var fleet = await ObservedFleet.StartAsync(folder, model, site.Cameras);
        if (await ObservedFleet.UntilAsync(() => Live(fleet) == cameras, StartPatience) is null)
        {
            output.WriteLine($"FAILED: only {Live(fleet)} of {cameras} cameras became live\n{string.Join('\n', fleet.Lines)}");
            return 1;
        }
        output.WriteLine("   time   RSS MB  GC has MB  readers' MB  handles  threads  readers  live");
        using CancellationTokenSource over = new();
        var faults = InjectFaultsAsync(site, fleet, faultEvery, new Random(seed), output, over.Token);
        List<Row> rows = [];
        for (var began = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(began) < duration;)
        {
            await Task.Delay(LookEvery);
            rows.Add(Look(fleet, Stopwatch.GetElapsedTime(began)));
            Write(rows[^1], output);
        }
        await over.CancelAsync();
        await faults;
        var back = await ObservedFleet.UntilAsync(() => Live(fleet) == cameras, RecoverWithin) is not null;
        return Judge(rows, back, output);
    }

    private static async Task InjectFaultsAsync(
        SoakSite site, ObservedFleet fleet, TimeSpan every, Random random, TextWriter output, CancellationToken over)
    {
        string[] names = [.. site.Cameras.Keys];
        while (true)
        {
            try
            {
                await Task.Delay(every, over);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            var (name, fault) = (names[random.Next(names.Length)], SoakSite.Faults[random.Next(SoakSite.Faults.Count)]);
            output.WriteLine($"-- {name}: {fault}");
            var generation = fleet.Status(name).Generation;
            await site.InjectAsync(name, fault, fleet);
            bool Recovered() => fleet.Status(name) is { State: CameraState.Live } now && now.Generation > generation;
            output.WriteLine(await ObservedFleet.UntilAsync(Recovered, RecoverWithin) is { } took
                ? FormattableString.Invariant($"-- {name}: live again {took.TotalSeconds:f1} s after the end of the fault")
                : $"-- {name}: NOT live again, {fleet.Status(name).Reason}");
        }
    }

    private static Row Look(ObservedFleet fleet, TimeSpan at)
    {
        var held = Footprint.Now();
        return new(at, held, GC.GetGCMemoryInfo(GCKind.Any).TotalCommittedBytes, held.Readers.Sum(Footprint.RssOf), Live(fleet));
    }

    private static int Live(ObservedFleet fleet) => fleet.Workers.Values.Count(c => c.Status.State == CameraState.Live);

    private static void Write(Row row, TextWriter output) => output.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{row.At:mm\\:ss}  {Mebi(row.Held.RssBytes),9:f1}  {Mebi(row.Committed),10:f1}  {Mebi(row.ReadersRss),11:f1}  "
        + $"{row.Held.Handles,7}  {row.Held.Threads,7}  {row.Held.Readers.Count,7}  {row.Live,4}"));

    // The first quarter is warm-up. Then compares the medians of the first and the last third: a fault changes only single rows.
    private static int Judge(List<Row> rows, bool back, TextWriter output)
    {
        var warm = rows[(rows.Count / 4)..];
        Row[] early = [.. warm.Take(Math.Max(1, warm.Count / 3))], late = [.. warm.TakeLast(Math.Max(1, warm.Count / 3))];
        var grew = false;
        foreach (var (what, value) in new (string, Func<Row, double>)[]
        {
            ("RSS MB", row => Mebi(row.Held.RssBytes)),
            ("readers' MB", row => Mebi(row.ReadersRss)),
            ("handles", row => row.Held.Handles),
            ("threads", row => row.Held.Threads),
        })
        {
            var (before, after) = (Median(early.Select(value)), Median(late.Select(value)));
            grew |= after > before * (1 + MostGrowth);
            output.WriteLine(FormattableString.Invariant($"{what,-12} {before,8:f1} → {after,8:f1}  {after / before - 1,7:p1}"));
        }
        output.WriteLine((grew, back) switch
        {
            (false, true) => "PASSED: no resource grew by more than 5 %, and every camera is live",
            (true, _) => "FAILED: a resource grew by more than 5 %",
            _ => "FAILED: not every camera is live again",
        });
        return grew || !back ? 1 : 0;
    }

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }

    private static double Mebi(long bytes) => bytes / 1048576.0;
}
