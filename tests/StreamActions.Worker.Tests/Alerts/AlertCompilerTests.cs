// Compiled alerts: competing phrases, and warnings about phrases and labels.
using Microsoft.Extensions.Logging;
using StreamActions.Worker.Alerts;
using StreamActions.Worker.Configuration;
using StreamActions.Worker.Tests.Inference;
using StreamActions.Worker.Tests.Sinks;

namespace StreamActions.Worker.Tests.Alerts;

public sealed class AlertCompilerTests
{
    private readonly Lines _lines = new();

    private AlertPlan Compile(FakeActionModel model, StreamActionsFile file) =>
        AlertCompiler.Compile(file, model, _lines.Of<AlertCompilerTests>());

    private AlertPlan Compile(FakeActionModel model, params AlertOptions[] alerts) =>
        Compile(model, SampleAlerts.File([SampleAlerts.Dock], alerts));

    [Fact]
    public void Compile_BackgroundContainsOwnPhrase_LeavesItOut()
    {
        using var model = new FakeActionModel();
        var file = SampleAlerts.File([SampleAlerts.Dock], SampleAlerts.Fight) with { Background = ["Bright"] };
        var scorer = Compile(model, file).Views[new("dock", null)][0].Scorer;
        ViewScores scores = new([scorer]);
        scores.Load([0, 1]);
        var score = scores.Score(scorer, []);
        Assert.Equal(1, score.Value);
        Assert.Null(score.RunnerUp);
    }

    [Fact]
    public void Compile_SeveralAlertsShareAPhrase_EmbedsItOnce()
    {
        using var model = new FakeActionModel();
        Compile(
            model,
            SampleAlerts.Fight with { Not = ["dim"] },
            SampleAlerts.Fight with { Name = "other", Phrases = ["dim", "bright"] });
        Assert.Equal(["bright", "dark", "dim"], model.Embedded.Order());
    }

    [Fact]
    public void Compile_UnknownWord_WarnsWithAlertAndWord()
    {
        using var model = new FakeActionModel();
        Compile(model, SampleAlerts.Fight with { Phrases = ["a zebra"] });
        Assert.Contains(_lines.At(LogLevel.Warning), line =>
            line.Contains("alerts.fight", StringComparison.Ordinal) && line.Contains("'zebra'", StringComparison.Ordinal));
    }

    [Fact]
    public void Compile_PhraseTooLong_Warns()
    {
        using var model = new FakeActionModel();
        Compile(model, SampleAlerts.Fight with { Phrases = [new string('x', 41)] });
        Assert.Contains(_lines.At(LogLevel.Warning), line => line.Contains("its end is cut off", StringComparison.Ordinal));
    }

    [Fact]
    public void Problems_UnknownLabel_NamesKeyAndLabels()
    {
        using var model = new FakeActionModel();
        var file = SampleAlerts.File([SampleAlerts.Dock], SampleAlerts.Fight with { Phrases = [], Label = "fall" });
        Assert.Equal(
            ["alerts.fight.label: model 'fake' has no label 'fall'; its labels: none, so use phrases"],
            AlertCompiler.Problems(file, model));
    }
}
