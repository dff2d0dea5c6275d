// Which phrases compete with which, and what the operator is told about them.
using Microsoft.Extensions.Logging;
using StreamActions.Worker.Decisions;
using StreamActions.Worker.Tests.Inference;
using StreamActions.Worker.Tests.Sinks;

namespace StreamActions.Worker.Tests.Decisions;

public sealed class AlertScorersTests
{
    private readonly Lines _lines = new();

    [Fact]
    public void Make_BackgroundNamesTheAlertsOwnPhrase_LeavesItOut()
    {
        using var model = new FakeActionModel();
        var file = SampleAlerts.File([SampleAlerts.Dock], SampleAlerts.Fight) with { Background = ["Bright"] };
        var score = AlertScorers.Make(file, model, _lines.Of<AlertScorersTests>())["fight"].Score([0, 1], []);
        Assert.Equal(1, score.Value);
        Assert.Null(score.RunnerUp);
    }

    [Fact]
    public void Make_PhrasesOfSeveralAlerts_EmbedsEachOnce()
    {
        using var model = new FakeActionModel();
        var file = SampleAlerts.File([SampleAlerts.Dock], SampleAlerts.Fight with { Not = ["dim"] }, SampleAlerts.Fight with { Name = "other", Phrases = ["dim", "bright"] });
        AlertScorers.Make(file, model, _lines.Of<AlertScorersTests>());
        Assert.Equal(["bright", "dark", "dim"], model.Embedded.Order());
    }

    [Fact]
    public void Make_WordsTheModelNeverSaw_AreNamedWithTheirAlert()
    {
        using var model = new FakeActionModel();
        AlertScorers.Make(SampleAlerts.File([SampleAlerts.Dock], SampleAlerts.Fight with { Phrases = ["a zebra"] }), model, _lines.Of<AlertScorersTests>());
        Assert.Contains(_lines.At(LogLevel.Warning), line => line.Contains("alerts.fight", StringComparison.Ordinal) && line.Contains("'zebra'", StringComparison.Ordinal));
    }

    [Fact]
    public void Make_PhraseTooLong_IsNamed()
    {
        using var model = new FakeActionModel();
        AlertScorers.Make(SampleAlerts.File([SampleAlerts.Dock], SampleAlerts.Fight with { Phrases = [new string('x', 41)] }), model, _lines.Of<AlertScorersTests>());
        Assert.Contains(_lines.At(LogLevel.Warning), line => line.Contains("its end is cut off", StringComparison.Ordinal));
    }

    [Fact]
    public void Problems_LabelTheModelLacks_NamesKeyAndLabels()
    {
        using var model = new FakeActionModel();
        var file = SampleAlerts.File([SampleAlerts.Dock], SampleAlerts.Fight with { Phrases = [], Label = "fall" });
        Assert.Equal(["alerts.fight.label: model 'fake' has no label 'fall'; it has none: use phrases"], AlertScorers.Problems(file, model));
    }
}
