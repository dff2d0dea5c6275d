// Comparison of two reports: differences, significance marks, order, and sets without a counterpart.
using Spectre.Console;
using StreamActions.Trainer.Commands;
using StreamActions.Trainer.Evaluation;

namespace StreamActions.Trainer.Tests.Evaluation;

public sealed class ReportComparisonTests
{
    [Fact]
    public void Of_TwoReports_MarksDifferencesAboveTwoStandardErrors()
    {
        var comparison = ReportComparison.Of(
            ExampleReports.Report("old", opens: 90, closes: 80), ExampleReports.Report("new", opens: 95, closes: 50));
        var top1 = comparison.Figures.Single(f => f.Set == "actions" && f.Name == "top-1 by text");
        // 270 and 245 of 300: −0.0833. Errors 0.0173 and √(0.8167 · 0.1833 / 300) = 0.0223, together 0.0283: clear.
        Assert.Equal((0.9, 0.8167, -0.0833, 0.0282, true), (top1.A, top1.B, top1.Difference, top1.StandardError, top1.Clear));
        Assert.All(comparison.Figures.Where(f => f.Set != "actions"), f => Assert.Equal((0, false), (f.Difference, f.Clear)));
        Assert.Contains(comparison.Figures, f => f is { Set: "things", Name: "harmonic mean of base and novel", A: 0.6857 });

        // closes: −30 points, clear. opens: +5 points with an error of √(0.03² + 0.0218²) = 0.037, not clear.
        Assert.Equal(("closes", -0.3, true), (comparison.Classes[0].Name, comparison.Classes[0].Difference, comparison.Classes[0].Clear));
        Assert.Equal(("opens", 0.05, false), (comparison.Classes[1].Name, comparison.Classes[1].Difference, comparison.Classes[1].Clear));
        Assert.Equal(9, comparison.Classes.Count);
        Assert.Empty(comparison.NotCompared);
    }

    [Fact]
    public void Of_CausalModels_ComparesFiguresAfterWarmUp()
    {
        EvaluationReport Causal(int closes) =>
            EvaluationReport.Of("causal", 1, [ExampleReports.Set("actions", 90, closes, 100, warmUp: 8)]);
        string[] Names(EvaluationReport a, EvaluationReport b) =>
            [.. ReportComparison.Of(a, b).Figures.Select(f => f.Name).Where(n => n.Contains("warm", StringComparison.Ordinal))];
        Assert.Equal(
            ["top-1 by text, warmed up", "top-1 by classifier, warmed up", "time-order pairs, warmed up"], Names(Causal(80), Causal(50)));
        var figures = ReportComparison.Of(Causal(80), Causal(50)).Figures;
        Assert.Equal(-0.1, figures.Single(f => f.Name == "top-1 by text, warmed up").Difference);
        Assert.Empty(Names(ExampleReports.Report("bidirectional"), Causal(80)));
    }

    [Fact]
    public void Of_SetsDiffer_ListsReasons()
    {
        var a = ExampleReports.Report("old");
        var set = a.Sets[1];
        var b = EvaluationReport.Of(
            "new", 1, [a.Sets[0], set with { Classes = [.. set.Classes.Reverse()] }, a.Sets[2] with { Name = "own" }]);
        var comparison = ReportComparison.Of(a, b);
        Assert.Equal(["base-things: the classes differ", "novel-things: only in old", "own: only in new"], comparison.NotCompared);
        Assert.All(comparison.Figures, f => Assert.Equal("actions", f.Set));
    }

    [Fact]
    public void Of_ModelWithAddedClasses_ComparesOriginalSets()
    {
        var before = ExampleReports.Report("demo");
        SetReport WithAddedClass(SetReport set) =>
            set with { Classes = [.. set.Classes, set.Classes[0] with { Name = "crouches", Clips = 0 }] };
        var own = ExampleReports.Set("own", 50, 50, 50);
        var after = EvaluationReport.Of("refreshed", 300,
        [
            own with { Name = "all" },
            own with { Name = "own/held-out" },
            WithAddedClass(ExampleReports.Set("actions", 60, 80, 100)) with { Name = "other/actions" },
            .. before.Sets.Skip(1).Select(s => s with { Name = "other/" + s.Name }),
        ]);

        foreach (var (a, b, sign) in new[] { (before, after, 1), (after, before, -1) })
        {
            var comparison = ReportComparison.Of(a, b);
            Assert.Equal(sign * -0.1, comparison.Figures.Single(f => f.Set == "actions" && f.Name == "top-1 by text").Difference, 1e-9);
            Assert.Equal(sign * -0.3, comparison.Classes[0].Difference, 1e-9);
            Assert.Contains(comparison.Figures, f => f is { Set: "things", Name: "harmonic mean of base and novel", Difference: 0 });
            Assert.Equal(
                [
                    sign > 0
                        ? "actions: demo chooses among 3 classes, refreshed among 4"
                        : "actions: refreshed chooses among 4 classes, demo among 3",
                ],
                comparison.Remarks);
            Assert.Equal(["all: only in refreshed", "own/held-out: only in refreshed"], comparison.NotCompared);
        }
        // Two refreshed models are compared by the full set names.
        Assert.Equal(
            ["all", "own/held-out", "other/actions", "other/base-things", "other/novel-things", "things"],
            ReportComparison.Of(after, after).Figures.Select(f => f.Set).Distinct());
    }

    [Fact]
    public void Of_NoCommonSet_NamesSets()
    {
        var other = EvaluationReport.Of("new", 1, [ExampleReports.Set("shop", 1, 2, 3)]);
        var message = Assert.Throws<TrainerException>(() => ReportComparison.Of(ExampleReports.Report("old"), other)).Message;
        Assert.Contains("old has actions, base-things, novel-things, new has shop", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_Comparison_PrintsFiguresDifferencesAndMarks()
    {
        var text = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, Out = new AnsiConsoleOutput(text) });
        console.Profile.Width = 160;
        ReportTables.Write(console, ReportComparison.Of(ExampleReports.Report("old"), ExampleReports.Report("new", closes: 50)));
        var lines = text.ToString().Split('\n');
        Assert.Contains(lines, l => l.Contains("A = old, B = new", StringComparison.Ordinal));
        Assert.Contains(lines, l => Cells(l) is ["actions", "top-1 by text", "90.0 %", "80.0 %", "−10.0 ± 2.9", "*"]);
        Assert.Contains(lines, l => Cells(l) is ["actions", "closes", "80.0 %", "50.0 %", "−30.0 ± 6.4", "*"]);
        Assert.Contains(lines, l => Cells(l) is ["base-things", "top-1 by text", "80.0 %", "80.0 %", "0.0 ± 3.3", ""]);
    }

    [Fact]
    public void Write_Report_PrintsSetsClassesAndMean()
    {
        var text = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, Out = new AnsiConsoleOutput(text) });
        console.Profile.Width = 160;
        ReportTables.Write(console, ExampleReports.Report("mine"));
        var lines = text.ToString().Split('\n');
        Assert.Contains(lines, l => Cells(l) is ["top-1 by text", "90.0 % ± 1.7 %", "33.3 %"]);
        Assert.Contains(lines, l => Cells(l) is ["closes", "100", "80.0 %", "80.0 %", "80.0 %"]);
        Assert.Contains(lines, l => Cells(l) is ["waits", "100", "60.0 %", "", ""]);
        Assert.Contains(lines, l => l.StartsWith("things: base 80.0 %, novel 60.0 %, harmonic mean 68.6 %", StringComparison.Ordinal));
    }

    [Fact]
    public void Write_ClassesWithoutClips_AreCountedButNotListed()
    {
        var text = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, Out = new AnsiConsoleOutput(text) });
        console.Profile.Width = 160;
        var full = ExampleReports.Set("poses", 90, 80, 60);
        var set = full with { Classes = [full.Classes[0], full.Classes[1] with { Clips = 0, ByText = null }, full.Classes[2]] };
        ReportTables.Write(console, EvaluationReport.Of("mine", 250, [set]));
        var lines = text.ToString().Split('\n');
        Assert.Contains(lines, l => Cells(l)[0] == "waits");
        Assert.DoesNotContain(lines, l => Cells(l)[0] == "closes");
        Assert.Contains(lines, l => l.Contains("Classes without clips: 1", StringComparison.Ordinal));
    }

    private static string[] Cells(string line) => [.. line.Trim().Trim('│').Split('│').Select(c => c.Trim())];
}
