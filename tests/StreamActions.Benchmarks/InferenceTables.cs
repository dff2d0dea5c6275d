// Writes the figures of docs/inference.json into the tables of docs/benchmarks.md.
using System.Globalization;
using System.Text;

namespace StreamActions.Benchmarks;

/// <summary>The part of a page between two markers, made from a report.</summary>
internal static class InferenceTables
{
    private const string Begin = "<!-- made from inference.json by: bench tables -->", End = "<!-- end -->";

    private static readonly (string Form, string Words)[] Names =
    [
        ("libtorchEager", "window, libtorch eager, fp32"),
        ("windowFp32", "window, fp32"),
        ("streamFp32", "stream (causal, 12 TED-Adapters), fp32"),
        ("streamInt8", "stream, int8"),
        ("reuse10", "stream, int8, reuse, 10 % of the patches changed"),
        ("reuse25", "stream, int8, reuse, 25 % changed"),
        ("reuse50", "stream, int8, reuse, 50 % changed"),
        ("reuse100", "stream, int8, reuse, all changed"),
        ("frameFp32", "frame (no adapters in the vision branch), fp32"),
        ("frameInt8", "frame, int8"),
    ];

    /// <summary>The tables in Markdown.</summary>
    public static string Render(InferenceReport report)
    {
        StringBuilder page = new();
        page.AppendLine(CultureInfo.InvariantCulture, $"Processor: {report.Processor}.").AppendLine();
        page.AppendLine("| form | one thread, s | cheaper than the window | two threads, s | two runs at a time, s each |");
        page.AppendLine("|---|---|---|---|---|");
        FormCost? Cost(string form, int runs, int threads) =>
            report.Forms.FirstOrDefault(f => f.Form == form && f.Runs == runs && f.Threads == threads);
        static string Seconds(FormCost? cost) => cost is null ? "–" : cost.Seconds.ToString("f3", CultureInfo.InvariantCulture);
        var window = Cost("windowFp32", 1, 1);
        foreach (var (form, words) in Names)
        {
            if (Cost(form, 1, 1) is not { } one)
                continue;
            var ratio = window is null ? "–" : (window.Seconds / one.Seconds).ToString("f1", CultureInfo.InvariantCulture) + "×";
            page.AppendLine(
                $"| {words} | {Seconds(one)} | {ratio} | {Seconds(Cost(form, 1, 2))} | {Seconds(Cost(form, 2, 1))} |");
        }
        if (report.Loads.Count == 0)
            return page.ToString();
        page.AppendLine();
        page.AppendLine(
            "| cameras | reuse | load | watched | thinned | dropped | latency p50, p95, p99 | CPU s a window | bytes a frame | RSS |");
        page.AppendLine("|---|---|---|---|---|---|---|---|---|---|");
        foreach (var load in report.Loads)
        {
            page.AppendLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {load.Cameras} | {load.Reuse} | {load.Load:p0} | {load.Decided / load.Seconds / load.Cameras:f1} windows/s "
                + $"| {load.Thinned} | {load.Dropped} | {load.P50Ms:f0}, {load.P95Ms:f0}, {load.P99Ms:f0} ms "
                + $"| {load.CpuSecondsPerWindow:f3} "
                + $"| {load.AllocatedBytesPerFrame:f0} | {load.RssMbAtStart:f0} → {load.RssMbAtEnd:f0} MB |"));
        }
        if (report.Sustained is { } sustained)
        {
            page.AppendLine();
            page.AppendLine(string.Create(
                CultureInfo.InvariantCulture,
                $"Cameras without a lost window: {sustained.Cameras}, with a p95 latency of {sustained.P95LatencyMs:f0} ms."));
        }
        return page.ToString();
    }

    /// <summary>The page with new tables.</summary>
    /// <exception cref="FormatException">The page lacks a marker.</exception>
    public static string Update(string page, InferenceReport report)
    {
        var begin = page.IndexOf(Begin, StringComparison.Ordinal);
        var end = begin < 0 ? -1 : page.IndexOf(End, begin, StringComparison.Ordinal);
        return end < 0
            ? throw new FormatException($"the page lacks the line '{Begin}' or, after it, '{End}'")
            : $"{page[..begin]}{Begin}\n{Render(report)}{page[end..]}";
    }
}
