// The cost of a conversion: each figure of three reports, and the baseline of the figures after a warm-up.
using StreamActions.Trainer.Evaluation;

namespace StreamActions.Trainer.Tests.Evaluation;

public sealed class ConversionReportTests
{
    private static EvaluationReport Report(string model, int closes, int warmUp = 0) =>
        EvaluationReport.Of(model, 1, [ExampleReports.Set("actions", 90, closes, 100, warmUp), ExampleReports.Set("things", 80, 80, 80)]);

    [Fact]
    public void Of_ThreeReports_HasChangeOfEachFigure()
    {
        var report = ConversionReport.Of(Report("old", 80), Report("switched", 20, warmUp: 8), Report("new", 65, warmUp: 8));
        Assert.Equal(("old", "new"), (report.Before, report.Converted));
        // 270, 210 and 255 of 300. Errors √(0.9 · 0.1 / 300) = 0.0173 and √(0.85 · 0.15 / 300) = 0.0206, together 0.0269.
        var top1 = report.Figures.Single(f => f is { Set: "actions", Name: "top-1 by text" });
        Assert.Equal((0.9, 0.7, 0.85, -0.05), (top1.Before, top1.Switched, top1.Converted, top1.Change));
        Assert.Equal(0.0269, top1.StandardError, 2e-4);
        // A bidirectional model has no figures after a warm-up: it sees the clip alone.
        Assert.Equal(top1 with { Name = "top-1 by text, after 8 earlier frames" },
            report.Figures.Single(f => f is { Set: "actions", Name: "top-1 by text, after 8 earlier frames" }));
        Assert.Contains(report.Figures, f => f.Name == "top-1 by classification head, after 8 earlier frames");
        Assert.Contains(report.Figures, f => f.Name == "time-order pairs, after 8 earlier frames");
        Assert.All(report.Figures.Where(f => f.Set == "things"), f => Assert.Equal(0, f.Change));
        Assert.DoesNotContain(report.Figures, f => f.Set == "things" && f.Name.Contains("head", StringComparison.Ordinal));
    }
}
