// Cameras for a long time, with a fault now and then: does anything grow, does every camera come back?
using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using StreamActions.Core.Bundles;
using StreamActions.TestKit;
using StreamActions.TestKit.Fleet;
using StreamActions.Worker.Cameras;
using StreamActions.Worker.Inference;

namespace StreamActions.Benchmarks;

/// <summary>The soak: real servers, readers and inference; a table on the way and a verdict at the end.</summary>
internal static class Soak
{
    private const double MostGrowth = 0.05;

    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(10), BackWithin = TimeSpan.FromSeconds(90), StartPatience = TimeSpan.FromSeconds(120);

    private sealed record Row(TimeSpan At, Footprint Held, long Committed, long ReadersRss, int Live);

    /// <summary>Runs it.</summary>
    /// <returns>0, or 1 when something grew by more than 5 % or a camera did not come back.</returns>
    public static async Task<int> RunAsync(int cameras, TimeSpan duration, TimeSpan faultEvery, int seed, TextWriter output)
    {
        using TemporaryFolder folder = new();
        await using var site = await SoakSite.StartAsync(folder, cameras).ConfigureAwait(false);
        using var model = OnnxActionModel.Open(ModelBundle.Open(Path.Combine(RepositoryPaths.Root, "models", "demo")), "cpu", 1, 8, NullLogger.Instance);
        await using var fleet = await ObservedFleet.StartAsync(folder, model, site.Cameras).ConfigureAwait(false);
        if (await ObservedFleet.UntilAsync(() => Live(fleet) == cameras, StartPatience).ConfigureAwait(false) is null)
        {
            output.WriteLine($"FAILED: only {Live(fleet)} of {cameras} cameras became live\n{string.Join('\n', fleet.Lines)}");
            return 1;
        }
        output.WriteLine("   time   RSS MB  GC has MB  readers' MB  handles  threads  readers  live");
        using CancellationTokenSource over = new();
        var faults = BefallAsync(site, fleet, faultEvery, new Random(seed), output, over.Token);
        List<Row> rows = [];
        for (var began = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(began) < duration;)
        {
            await Task.Delay(LookEvery).ConfigureAwait(false);
            rows.Add(Look(fleet, Stopwatch.GetElapsedTime(began)));
            Write(rows[^1], output);
        }
        await over.CancelAsync().ConfigureAwait(false);
        await faults.ConfigureAwait(false);
        var back = await ObservedFleet.UntilAsync(() => Live(fleet) == cameras, BackWithin).ConfigureAwait(false) is not null;
        return Judge(rows, back, output);
    }

    private static async Task BefallAsync(SoakSite site, ObservedFleet fleet, TimeSpan every, Random random, TextWriter output, CancellationToken over)
    {
        string[] names = [.. site.Cameras.Keys];
        while (true)
        {
            try
            {
                await Task.Delay(every, over).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            var (name, fault) = (names[random.Next(names.Length)], SoakSite.Faults[random.Next(SoakSite.Faults.Count)]);
            output.WriteLine($"-- {name}: {fault}");
            var generation = fleet.Status(name).Generation;
            await site.BefallAsync(name, fault, fleet).ConfigureAwait(false);
            var back = await ObservedFleet.UntilAsync(() => fleet.Status(name) is { State: CameraState.Live } now && now.Generation > generation, BackWithin).ConfigureAwait(false);
            output.WriteLine(back is { } took ? FormattableString.Invariant($"-- {name}: live again {took.TotalSeconds:f1} s after its end") : $"-- {name}: NOT live again, {fleet.Status(name).Reason}");
        }
    }

    private static Row Look(ObservedFleet fleet, TimeSpan at)
    {
        var held = Footprint.Now();
        return new(at, held, GC.GetGCMemoryInfo(GCKind.Any).TotalCommittedBytes, held.Readers.Sum(Footprint.RssOf), Live(fleet));
    }

    private static int Live(ObservedFleet fleet) => fleet.Workers.Values.Count(c => c.Status.State == CameraState.Live);

    private static void Write(Row row, TextWriter output) => output.WriteLine(FormattableString.Invariant(
        $"{row.At:mm\\:ss}  {Mebi(row.Held.RssBytes),9:f1}  {Mebi(row.Committed),10:f1}  {Mebi(row.ReadersRss),11:f1}  {row.Held.Handles,7}  {row.Held.Threads,7}  {row.Held.Readers.Count,7}  {row.Live,4}"));

    // A quarter is warm-up; then the first third of what is left against its last third, by their medians: a fault moves single rows.
    private static int Judge(List<Row> rows, bool back, TextWriter output)
    {
        var warm = rows[(rows.Count / 4)..];
        Row[] early = [.. warm.Take(Math.Max(1, warm.Count / 3))], late = [.. warm.TakeLast(Math.Max(1, warm.Count / 3))];
        var grew = false;
        foreach (var (what, value) in new (string, Func<Row, double>)[]
        {
            ("RSS MB", row => Mebi(row.Held.RssBytes)), ("readers' MB", row => Mebi(row.ReadersRss)), ("handles", row => row.Held.Handles), ("threads", row => row.Held.Threads),
        })
        {
            var (before, after) = (Median(early.Select(value)), Median(late.Select(value)));
            grew |= after > before * (1 + MostGrowth);
            output.WriteLine(FormattableString.Invariant($"{what,-12} {before,8:f1} → {after,8:f1}  {after / before - 1,7:p1}"));
        }
        output.WriteLine((grew, back) switch
        {
            (false, true) => "PASSED: nothing grew by more than 5 %, and every camera is live",
            (true, _) => "FAILED: something grew by more than 5 %",
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
