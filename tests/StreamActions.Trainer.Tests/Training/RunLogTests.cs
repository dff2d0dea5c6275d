// The run log is a valid CSV table, also after a killed run resumes.
using System.Globalization;
using StreamActions.TestKit;
using StreamActions.Trainer.Data.Layouts;
using StreamActions.Trainer.Evaluation;
using StreamActions.Trainer.Training;

namespace StreamActions.Trainer.Tests.Training;

public sealed class RunLogTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Path => _folder.File("log.csv");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void RunLog_StepsAndEvaluations_WritesTableWithHeader()
    {
        using (var log = new RunLog(Path, stepsDone: 0, isEvaluated: false))
        {
            log.Step(1, RunFigures.Of(Report(1), workingSet: 300 << 20));
            log.Evaluation(1, RunFigures.Of(Set));
        }
        var rows = Read();
        Assert.Equal(["step", "evaluation"], rows.Select(r => r["row"]));
        Assert.Equal(["1", "1"], rows.Select(r => r["step"]));
        var step = rows[0];
        Assert.Equal(
            ("2.5", "1.5", null, "0.25", "1234.57", "2", "300", null),
            (step["loss/total"], step["loss/contrastive"], step["loss/masked"], step["batch/accuracy"], step["speed/clips-per-second"],
                step["speed/data-wait-ms"], step["memory/working-set-mib"], step["held-out/by-text"]));
        Assert.Equal(("0.75", null, null), (rows[1]["held-out/by-text"], rows[1]["held-out/by-classifier"], rows[1]["loss/total"]));
    }

    [Theory]
    [InlineData(true, "step 1, step 2, evaluation 2, step 3")]
    [InlineData(false, "step 1, step 2, step 3")]   // the evaluation after step 2 will be repeated
    public void RunLog_ResumedRun_RemovesRowsAfterCheckpoint(bool isEvaluated, string expected)
    {
        using (var killed = new RunLog(Path, stepsDone: 0, isEvaluated: false))
        {
            for (var step = 1; step <= 5; step++)
                killed.Step(step, RunFigures.Of(Report(step), 0));
            killed.Evaluation(2, RunFigures.Of(Set));
            killed.Evaluation(4, RunFigures.Of(Set));
        }
        File.AppendAllText(Path, "step,2,0.1");   // killed while writing
        using (var log = new RunLog(Path, stepsDone: 2, isEvaluated))
            log.Step(3, RunFigures.Of(Report(3), 0));

        var rows = Read();
        Assert.Equal(expected.Split(", ").Order(), rows.Select(r => $"{r["row"]} {r["step"]}").Order());
        Assert.Equal("3", rows[^1]["loss/total"]);
    }

    [Fact]
    public void RunLog_LogOfEarlierVersion_IsRenamed()
    {
        File.WriteAllText(Path, "step,1,8.1,0.1,30.2,0.1,512,contrastive=3.1\n");
        using (var log = new RunLog(Path, stepsDone: 1, isEvaluated: false))
            log.Step(2, RunFigures.Of(Report(2), 0));

        Assert.Equal("step,1,8.1,0.1,30.2,0.1,512,contrastive=3.1\n", File.ReadAllText(_folder.File("log-old.csv")));
        Assert.Equal("2", Assert.Single(Read())["step"]);
    }

    [Fact]
    public void Step_FigureWithoutColumn_IsRefused()
    {
        using var log = new RunLog(Path, stepsDone: 0, isEvaluated: false);
        Assert.Throws<InvalidOperationException>(() => log.Step(1, [new("loss/unknown", 1)]));
    }

    [Fact]
    public async Task Names_RunWithAllTasks_CoverAllFigures()
    {
        var source = new MovingBarSource(4, 16);
        SmallRuns.Pretrained(_folder.File("clip"), source);
        var options = SmallRuns.Options(2) with { EvaluateEvery = 2 };
        var model = SmallRuns.Adapted(_folder.File("run"), _folder.File("clip"), source, options);
        // A converted run has the loss of distillation too.
        var run = RunFolder.Convert(_folder.File("causal"), StartingPoint.Open(_folder.File("run")), options, model.Classes);
        using (var log = new RunLog(Path, stepsDone: 0, isEvaluated: false))
        {
            await new TrainingLoop(run, source).RunAsync(
                step => log.Step(step.Step, RunFigures.Of(step, Environment.WorkingSet)),
                (step, report) => log.Evaluation(step, RunFigures.Of(report)), TestContext.Current.CancellationToken);
        }
        var rows = Read();
        Assert.Equal(["step 1", "step 2", "evaluation 2"], rows.Select(r => $"{r["row"]} {r["step"]}"));
        Assert.All(RunFigures.Names, name => Assert.Contains(rows, row =>
            double.TryParse(row[name], NumberStyles.Float, CultureInfo.InvariantCulture, out _)));
    }

    private IReadOnlyList<CsvRow> Read()
    {
        List<DataProblem> problems = [];
        var table = CsvTable.Read(Path, ["row", "step", .. RunFigures.Names], [], problems);
        Assert.Empty(problems);
        return table!.Rows;
    }

    private static StepReport Report(long step) =>
        new(step, step == 1 ? 2.5 : step, new Dictionary<string, double> { ["contrastive"] = 1.5 }, 0.25, 1e-3, 1234.567, 0.002);

    private static SetReport Set => ExampleSet(new(new(3, 4), new(4, 4)));

    private static SetReport ExampleSet(TopShares byText) =>
        Tests.Evaluation.ExampleReports.Report("mine").Sets[0] with { ByText = byText, ByClassifier = null };
}
