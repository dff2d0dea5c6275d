// The JSON of a report: stable property names, and a lossless round trip.
using StreamActions.Trainer.Evaluation;

namespace StreamActions.Trainer.Tests.Evaluation;

public sealed class EvaluationReportTests
{
    [Fact]
    public void Parse_OutputOfToJson_RoundTrips()
    {
        var report = ExampleReports.Report("mine");
        var read = EvaluationReport.Parse(report.ToJson(), "report.json");
        Assert.Equal(report.ToJson(), read.ToJson());
        Assert.Equal(("mine", 250L, 3), (read.Model, read.Steps, read.Sets.Count));
        Assert.Equal(report.Sets[0].Classes, read.Sets[0].Classes);
        Assert.Equal(report.Sets[0].Confusion, read.Sets[0].Confusion);
        Assert.Equal(report.HarmonicMeans, read.HarmonicMeans);
    }

    [Fact]
    public void ToJson_Report_HasDocumentedNames()
    {
        var json = ExampleReports.Report("mine").ToJson();
        using var document = System.Text.Json.JsonDocument.Parse(json);
        var set = document.RootElement.GetProperty("sets")[0];
        Assert.Equal(1, document.RootElement.GetProperty("schemaVersion").GetInt32());
        Assert.Equal("actions", set.GetProperty("name").GetString());
        Assert.Equal((300, 0.3333), (set.GetProperty("clips").GetInt32(), set.GetProperty("chance").GetDouble()));
        var top1 = set.GetProperty("byText").GetProperty("top1");
        // 270 of 300 are correct: √(0.9 · 0.1 / 300) = 0.01732.
        Assert.Equal((270, 300), (top1.GetProperty("right").GetInt32(), top1.GetProperty("of").GetInt32()));
        Assert.Equal((0.9, 0.0173), (top1.GetProperty("value").GetDouble(), top1.GetProperty("standardError").GetDouble()));
        Assert.Equal(0.85, set.GetProperty("timeOrder").GetProperty("ordered").GetProperty("value").GetDouble());
        Assert.Equal("closes", set.GetProperty("classes")[1].GetProperty("name").GetString());
        Assert.Contains("\n        [0, 80, 20],\n", json, StringComparison.Ordinal);
    }

    [Fact]
    public void ToMetrics_Report_OmitsNameOfFirstSet()
    {
        var metrics = ExampleReports.Report("mine").ToMetrics();
        Assert.Equal(0.9, metrics["top1-by-text"]);
        Assert.Equal(0.9, metrics["top1-by-classifier"]);
        Assert.Equal(1, metrics["top5-by-text"]);
        Assert.Equal(0.85, metrics["time-order-pairs"]);
        Assert.Equal((300, 300), (metrics["held-out-clips"], metrics["novel-things-held-out-clips"]));
        Assert.Equal(0.6, metrics["novel-things-top1-by-text"]);
        Assert.DoesNotContain("novel-things-top1-by-classifier", metrics.Keys);
        Assert.Equal(0.6857, metrics["harmonic-mean-things"]);
    }

    [Fact]
    public void ToJson_CausalModel_HasFiguresAfterWarmUp()
    {
        var report = EvaluationReport.Of("causal", 250, [ExampleReports.Set("actions", 90, 80, 100, warmUp: 8)]);
        var warm = EvaluationReport.Parse(report.ToJson(), "report.json").Sets[0].WarmedUp!;
        Assert.Equal((8, 0.9, 0.9, 0.85), (warm.Frames, warm.ByText.Top1.Value, warm.ByClassifier!.Top1.Value, warm.Ordered!.Value));
        Assert.Equal(0.85, report.ToMetrics()["time-order-pairs-warmed-up"]);
        // Reports of bidirectional models stay as they were, so that earlier versions can read them.
        Assert.DoesNotContain("warmedUp", ExampleReports.Report("mine").ToJson(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[", "report.json: not a readable report")]
    [InlineData("[]", "report.json: not a report of 'evaluate'")]
    [InlineData("""{ "schemaVersion": 2 }""", "report.json: a report of version 2, but this program reads version 1")]
    [InlineData("""{ "schemaVersion": 1, "model": "x", "steps": 1, "sets": [], "harmonicMeans": [], "more": 1 }""", "'more'")]
    public void Parse_InvalidReport_NamesReason(string json, string message) =>
        Assert.Contains(
            message, Assert.Throws<TrainerException>(() => EvaluationReport.Parse(json, "report.json")).Message, StringComparison.Ordinal);
}
