// From observations to stored events, also when the store refuses events or stalls.
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using StreamActions.Worker.Alerts;
using StreamActions.Worker.Configuration;
using StreamActions.Worker.Events;
using StreamActions.Worker.Tests.Events;
using StreamActions.Worker.Tests.Inference;
using StreamActions.Worker.Tests.Sinks;
using StreamActions.Worker.Views;

namespace StreamActions.Worker.Tests.Alerts;

public sealed class AlertStageTests : IDisposable
{
    private static readonly View Dock = new("dock", null);
    private static readonly float[] Bright = [0, 1], Dark = [1, 0];
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly FakeTimeProvider _time = new();
    private readonly FakeSink _sink = new();
    private readonly Lines _lines = new();
    private EventPublisher? _publisher;

    public void Dispose()
    {
        _publisher?.Dispose();
        _services.Dispose();
    }

    private AlertStage Make(params AlertOptions[] alerts) => Make(SampleAlerts.File([SampleAlerts.Dock], alerts));

    private AlertStage Make(StreamActionsFile file)
    {
        _publisher = new(_sink, new(_services.GetRequiredService<IMeterFactory>()), _time, _lines.Of<EventPublisher>());
        return new(Compile(file), _publisher, _time);
    }

    private AlertPlan Compile(StreamActionsFile file)
    {
        using var model = new FakeActionModel();
        return AlertCompiler.Compile(file, model, _lines.Of<AlertStageTests>());
    }

    private static DateTimeOffset At(int second) => DateTimeOffset.UnixEpoch.AddSeconds(second);

    // One window per second, each covering the second before. Waits after each until its events are stored.
    private async Task ObserveAsync(AlertStage stage, int from, int to, float[]? embedding, View? view = null)
    {
        for (var second = from; second <= to; second++)
        {
            stage.Observe(new(view ?? Dock, At(second - 1), At(second), _time.GetTimestamp(), embedding, default));
            await stage.SettledAsync("dock");
        }
    }

    [Fact]
    public async Task Observe_ActionBeginsAndEnds_StoresBeginUpdateEnd()
    {
        var stage = Make(SampleAlerts.Fight);
        await ObserveAsync(stage, 0, 3, Dark);
        await ObserveAsync(stage, 4, 11, Bright);
        await ObserveAsync(stage, 12, 20, Dark);

        Assert.Equal([ActionPhase.Begin, ActionPhase.Update, ActionPhase.End], _sink.Phases);
        Assert.Equal([0, 1, 2], _sink.Actions.Select(e => e.Sequence));
        Assert.Single(_sink.Actions.Select(EventIdentity.OfAction).Distinct());
        var begin = _sink.Actions[0];
        Assert.Equal(("dock", "fight", "bright", "dark"), (begin.Camera, begin.Alert, begin.Phrase, begin.RunnerUp!.Value.Phrase));
        Assert.Equal((begin.Time.AddSeconds(-1), begin.Time), (begin.Window.From, begin.Window.To));
        Assert.Contains(_lines.At(LogLevel.Information), line =>
            line.StartsWith("begin", StringComparison.Ordinal) && line.Contains("\"bright\"", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Observe_BeginNotStored_BeginsAgainWithoutCooldown()
    {
        var stage = Make(SampleAlerts.Fight with { Cooldown = TimeSpan.FromHours(1) });
        _sink.Refuses = _ => true;
        await ObserveAsync(stage, 0, 3, Bright);
        _sink.Refuses = _ => false;
        await ObserveAsync(stage, 4, 6, Bright);

        Assert.Equal([ActionPhase.Begin], _sink.Phases);
        Assert.Contains(_lines.At(LogLevel.Error), line => line.Contains("disk is full", StringComparison.Ordinal));
        Assert.Contains("Events are stored again", _lines.At(LogLevel.Information));
    }

    [Fact]
    public async Task Observe_EndNotStored_StoresItBeforeNextBegin()
    {
        var stage = Make(SampleAlerts.Fight with { Cooldown = TimeSpan.Zero, UpdateEvery = TimeSpan.FromHours(1) });
        await ObserveAsync(stage, 0, 3, Bright);
        _sink.Refuses = e => e is ActionEvent { Phase: ActionPhase.End };
        await ObserveAsync(stage, 4, 10, Dark);
        Assert.DoesNotContain(ActionPhase.End, _sink.Phases);
        await ObserveAsync(stage, 11, 14, Bright);
        Assert.Equal([ActionPhase.Begin], _sink.Phases);
        _sink.Refuses = _ => false;
        await ObserveAsync(stage, 15, 18, Bright);

        Assert.Equal([ActionPhase.Begin, ActionPhase.End, ActionPhase.Begin], _sink.Phases);
        Assert.Equal(_sink.Actions[0].BeganAt, _sink.Actions[1].BeganAt);
    }

    [Fact]
    public async Task Finish_OpenEvent_EndsIt()
    {
        var stage = Make(SampleAlerts.Fight);
        await ObserveAsync(stage, 0, 3, Bright);
        stage.Finish("other");
        await stage.SettledAsync("dock");
        Assert.Equal([ActionPhase.Begin], _sink.Phases);
        stage.Finish("dock");
        await stage.SettledAsync("dock");
        Assert.Equal(DateTimeOffset.UnixEpoch.AddSeconds(3), _sink.Actions[^1].EndedAt);
    }

    [Fact]
    public async Task Lapse_NothingSeenForEndAfter_EndsAtLastObservation()
    {
        var stage = Make(SampleAlerts.Fight);
        await ObserveAsync(stage, 0, 3, Bright);
        _time.Advance(TimeSpan.FromSeconds(2.9));
        stage.Lapse("dock");
        await stage.SettledAsync("dock");
        Assert.Equal([ActionPhase.Begin], _sink.Phases);
        _time.Advance(TimeSpan.FromSeconds(0.1));
        stage.Lapse("dock");
        await stage.SettledAsync("dock");
        Assert.Equal([ActionPhase.Begin, ActionPhase.End], _sink.Phases);
        Assert.Equal(DateTimeOffset.UnixEpoch.AddSeconds(3), _sink.Actions[^1].EndedAt);
    }

    [Fact]
    public async Task Observe_StillWindows_RepeatLastScore()
    {
        var stage = Make(SampleAlerts.Fight with { BeginAfter = TimeSpan.FromSeconds(3) });
        await ObserveAsync(stage, 0, 0, Bright);
        await ObserveAsync(stage, 1, 3, null);
        Assert.Equal((At(0), At(3)), (_sink.Actions[0].BeganAt, _sink.Actions[0].Time));
        await ObserveAsync(stage, 4, 4, Dark);
        await ObserveAsync(stage, 5, 8, null);
        Assert.Equal([ActionPhase.Begin, ActionPhase.End], _sink.Phases);
    }

    [Fact]
    public async Task Observe_StillWindowBeforeAnyScore_DecidesNothing()
    {
        var stage = Make(SampleAlerts.Fight);
        await ObserveAsync(stage, 1, 1, null);
        Assert.False(stage.IsBusy(Dock));
        Assert.Empty(_sink.Events);
    }

    [Fact]
    public async Task IsBusy_PendingBeginThenEvent_IsTrueUntilEnd()
    {
        var stage = Make(SampleAlerts.Fight);
        await ObserveAsync(stage, 0, 0, Dark);
        Assert.False(stage.IsBusy(Dock));
        await ObserveAsync(stage, 1, 1, Bright);
        Assert.True(stage.IsBusy(Dock));
        await ObserveAsync(stage, 2, 4, Bright);
        await ObserveAsync(stage, 5, 7, Dark);
        Assert.True(stage.IsBusy(Dock));
        await ObserveAsync(stage, 8, 9, Dark);
        Assert.False(stage.IsBusy(Dock));
    }

    [Fact]
    public async Task Unseen_LongerThanEndAfter_EndsOpenEvent()
    {
        var stage = Make(SampleAlerts.Fight);
        await ObserveAsync(stage, 0, 3, Bright);
        stage.Unseen("dock", At(5));
        await stage.SettledAsync("dock");
        Assert.Equal([ActionPhase.Begin], _sink.Phases);
        stage.Unseen("dock", At(6));
        await stage.SettledAsync("dock");
        Assert.Equal((ActionPhase.End, At(3)), (_sink.Actions[^1].Phase, _sink.Actions[^1].EndedAt));
    }

    [Fact]
    public async Task Observe_OutsideSchedule_StoresNothing()
    {
        // 1970-01-01 was a Thursday.
        var never = new ScheduleOptions("fridays", new HashSet<DayOfWeek> { DayOfWeek.Friday }, new(8, 0), new(9, 0), TimeZoneInfo.Utc);
        await ObserveAsync(Make(SampleAlerts.Fight with { Schedule = never }), 0, 10, Bright);
        Assert.Empty(_sink.Events);
    }

    [Fact]
    public void ViewsOf_AlertsWithAndWithoutZones_GivesEachViewOnce()
    {
        var corners = new ZonePoint[] { new(0, 0), new(1, 0), new(1, 1) };
        var dock = SampleAlerts.Dock with
        {
            Zones = new Dictionary<string, Zone> { ["gate"] = new("gate", corners), ["unused"] = new("unused", corners) },
        };
        var aisle = SampleAlerts.Dock with { Name = "aisle" };
        var file = SampleAlerts.File([dock, aisle],
            SampleAlerts.Fight with { Cameras = ["dock", "aisle"] },
            SampleAlerts.Fight with { Name = "fall", Cameras = ["dock", "aisle"], Zones = ["gate"] },
            SampleAlerts.Fight with { Name = "jump" });

        var views = AlertCompiler.ViewsOf(file).ToDictionary(v => v.View, v => v.Alerts.Select(a => a.Name).ToArray());
        Assert.Equal(3, views.Count);
        Assert.Equal(["fight", "jump"], views[Dock]);
        Assert.Equal(["fall"], views[new("dock", "gate")]);
        Assert.Equal(["fight"], views[new("aisle", null)]);
    }

    [Fact]
    public async Task Observe_BeginRefusedAfterEndDecided_BeginsAgainWithoutCooldown()
    {
        // The store stalls, so the alert decides begin and end before the store refuses the begin.
        var stage = Make(SampleAlerts.Fight with
        {
            Cooldown = TimeSpan.FromHours(1),
            MergeGap = TimeSpan.Zero,
            EndAfter = TimeSpan.FromSeconds(1),
        });
        TaskCompletionSource refuse = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _sink.Stall = refuse.Task;
        for (var second = 0; second <= 9; second++)
            stage.Observe(new(Dock, At(second - 1), At(second), 0, second < 4 ? Bright : Dark, default));
        refuse.SetException(new IOException("disk I/O error"));
        await stage.SettledAsync("dock");
        _sink.Stall = Task.CompletedTask;
        await ObserveAsync(stage, 10, 14, Bright);

        Assert.Equal([ActionPhase.Begin], _sink.Phases);
    }

    [Fact]
    public async Task Apply_AlertUnchanged_KeepsItsOpenEvent()
    {
        var fight = SampleAlerts.Fight with { UpdateEvery = TimeSpan.FromHours(1) };
        var stage = Make(fight);
        await ObserveAsync(stage, 0, 3, Bright);
        stage.Apply(Compile(SampleAlerts.File([SampleAlerts.Dock], fight) with { Hash = new('d', 64) }));
        await ObserveAsync(stage, 4, 10, Dark);

        Assert.Equal([ActionPhase.Begin, ActionPhase.End], _sink.Phases);
        Assert.Equal(['c', 'd'], _sink.Actions.Select(e => e.ConfigHash[0]));
    }

    [Theory]
    [InlineData("threshold")]
    [InlineData("phrases")]
    [InlineData("removed")]
    public async Task Apply_AlertChangedOrRemoved_EndsItsOpenEvent(string change)
    {
        var stage = Make(SampleAlerts.Fight);
        await ObserveAsync(stage, 0, 3, Bright);
        stage.Apply(Compile(SampleAlerts.File([SampleAlerts.Dock], change switch
        {
            "threshold" => SampleAlerts.Fight with { Enter = 0.71 },
            "phrases" => SampleAlerts.Fight with { Phrases = ["bright", "very bright"] },
            _ => SampleAlerts.Fight with { Name = "other" },
        })));
        await stage.SettledAsync("dock");

        Assert.Equal([ActionPhase.Begin, ActionPhase.End], _sink.Phases);
        Assert.Equal(At(3), _sink.Actions[^1].EndedAt);
        Assert.False(stage.IsBusy(Dock));
    }

    [Fact]
    public async Task Observe_ViewNotInPlan_IsIgnored()
    {
        var stage = Make(SampleAlerts.Fight);
        await ObserveAsync(stage, 0, 3, Bright, new View("gone", null));
        Assert.Empty(_sink.Events);
    }
}
