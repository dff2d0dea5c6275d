// From outputs to stored events: in order, and honest when the store refuses.
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using StreamActions.Worker.Configuration;
using StreamActions.Worker.Decisions;
using StreamActions.Worker.Events;
using StreamActions.Worker.Telemetry;
using StreamActions.Worker.Tests.Inference;
using StreamActions.Worker.Tests.Sinks;
using StreamActions.Worker.Windows;

namespace StreamActions.Worker.Tests.Decisions;

public sealed class DeciderTests : IDisposable
{
    private static readonly View Dock = new("dock", null);
    private static readonly float[] Bright = [0, 1], Dark = [1, 0];
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly FakeTimeProvider _time = new();
    private readonly FakeSink _sink = new();
    private readonly Lines _lines = new();

    public void Dispose() => _services.Dispose();

    private Decider Make(params AlertOptions[] alerts) => Make(SampleAlerts.File([SampleAlerts.Dock], alerts));

    private Decider Make(StreamActionsFile file)
    {
        using var model = new FakeActionModel();
        return new(file, AlertScorers.Make(file, model, _lines.Of<Decider>()), new("fake", "1", new('a', 64)), _sink,
            new WorkerMetrics(_services.GetRequiredService<IMeterFactory>()), _time, _lines.Of<Decider>());
    }

    private static DateTimeOffset At(int second) => DateTimeOffset.UnixEpoch.AddSeconds(second);

    // One window a second, each covering the second before.
    private async Task DecideAsync(Decider decider, int from, int to, float[] embedding, View? view = null)
    {
        for (var second = from; second <= to; second++)
        {
            var at = DateTimeOffset.UnixEpoch.AddSeconds(second);
            await decider.DecideAsync(view ?? Dock, new(at.AddSeconds(-1), at), _time.GetTimestamp(), embedding, []);
        }
    }

    [Fact]
    public async Task DecideAsync_AnActionThatComesAndGoes_StoresBeginUpdateEnd()
    {
        var decider = Make(SampleAlerts.Fight);
        await DecideAsync(decider, 0, 3, Dark);
        await DecideAsync(decider, 4, 11, Bright);
        await DecideAsync(decider, 12, 20, Dark);

        Assert.Equal([ActionPhase.Begin, ActionPhase.Update, ActionPhase.End], _sink.Phases);
        Assert.Equal([0, 1, 2], _sink.Actions.Select(e => e.Sequence));
        Assert.Single(_sink.Actions.Select(EventIdentity.OfAction).Distinct());
        var begin = _sink.Actions[0];
        Assert.Equal(("dock", "fight", "bright", "dark"), (begin.Camera, begin.Alert, begin.Phrase, begin.RunnerUp!.Value.Phrase));
        Assert.Equal((begin.Time.AddSeconds(-1), begin.Time), (begin.Window.From, begin.Window.To));
        Assert.Contains(_lines.At(LogLevel.Information), line => line.StartsWith("begin", StringComparison.Ordinal) && line.Contains("\"bright\"", StringComparison.Ordinal));
    }

    [Fact]
    public async Task DecideAsync_BeginNotStored_BeginsAgainWithoutCooldown()
    {
        var decider = Make(SampleAlerts.Fight with { Cooldown = TimeSpan.FromHours(1) });
        _sink.Refuses = _ => true;
        await DecideAsync(decider, 0, 3, Bright);
        _sink.Refuses = _ => false;
        await DecideAsync(decider, 4, 6, Bright);

        Assert.Equal([ActionPhase.Begin], _sink.Phases);
        Assert.Contains(_lines.At(LogLevel.Error), line => line.Contains("disk is full", StringComparison.Ordinal));
        Assert.Contains("Events are stored again", _lines.At(LogLevel.Information));
    }

    [Fact]
    public async Task DecideAsync_EndNotStored_StoresItWithTheNextWindow()
    {
        var decider = Make(SampleAlerts.Fight with { Cooldown = TimeSpan.Zero, UpdateEvery = TimeSpan.FromHours(1) });
        await DecideAsync(decider, 0, 3, Bright);
        _sink.Refuses = e => e is ActionEvent { Phase: ActionPhase.End };
        await DecideAsync(decider, 4, 10, Dark);
        Assert.DoesNotContain(ActionPhase.End, _sink.Phases);
        await DecideAsync(decider, 11, 14, Bright);
        Assert.Equal([ActionPhase.Begin], _sink.Phases);
        _sink.Refuses = _ => false;
        await DecideAsync(decider, 15, 18, Bright);

        Assert.Equal([ActionPhase.Begin, ActionPhase.End, ActionPhase.Begin], _sink.Phases);
        Assert.Equal(_sink.Actions[0].BeganAt, _sink.Actions[1].BeganAt);
    }

    [Fact]
    public async Task FinishAsync_OpenEvent_EndsIt()
    {
        var decider = Make(SampleAlerts.Fight);
        await DecideAsync(decider, 0, 3, Bright);
        await decider.FinishAsync("other");
        Assert.Equal([ActionPhase.Begin], _sink.Phases);
        await decider.FinishAsync("dock");
        Assert.Equal(DateTimeOffset.UnixEpoch.AddSeconds(3), _sink.Actions[^1].EndedAt);
    }

    [Fact]
    public async Task LapseAsync_NothingSeenForEndAfter_EndsWhereItWasLastSeen()
    {
        var decider = Make(SampleAlerts.Fight);
        await DecideAsync(decider, 0, 3, Bright);
        _time.Advance(TimeSpan.FromSeconds(2.9));
        await decider.LapseAsync("dock");
        Assert.Equal([ActionPhase.Begin], _sink.Phases);
        _time.Advance(TimeSpan.FromSeconds(0.1));
        await decider.LapseAsync("dock");
        Assert.Equal([ActionPhase.Begin, ActionPhase.End], _sink.Phases);
        Assert.Equal(DateTimeOffset.UnixEpoch.AddSeconds(3), _sink.Actions[^1].EndedAt);
    }

    [Fact]
    public async Task DecideStillAsync_WindowsWithoutTheNetwork_KeepTheirScore()
    {
        var decider = Make(SampleAlerts.Fight with { BeginAfter = TimeSpan.FromSeconds(3) });
        await DecideAsync(decider, 0, 0, Bright);
        for (var second = 1; second <= 3; second++)
            await decider.DecideStillAsync(Dock, new(At(second - 1), At(second)), _time.GetTimestamp());
        Assert.Equal((At(0), At(3)), (_sink.Actions[0].BeganAt, _sink.Actions[0].Time));
        await DecideAsync(decider, 4, 4, Dark);
        for (var second = 5; second <= 8; second++)
            await decider.DecideStillAsync(Dock, new(At(second - 1), At(second)), _time.GetTimestamp());
        Assert.Equal([ActionPhase.Begin, ActionPhase.End], _sink.Phases);
    }

    [Fact]
    public async Task DecideStillAsync_NothingScoredYet_DecidesNothing()
    {
        var decider = Make(SampleAlerts.Fight);
        await decider.DecideStillAsync(Dock, new(At(0), At(1)), 0);
        Assert.Equal((null, false), decider.Standing(Dock));
        Assert.Empty(_sink.Events);
    }

    [Fact]
    public async Task Standing_EventThatMayBegin_IsBusyFromTheFirstScoreToTheEnd()
    {
        var decider = Make(SampleAlerts.Fight);
        await DecideAsync(decider, 0, 0, Dark);
        Assert.Equal((At(0), false), decider.Standing(Dock));
        await DecideAsync(decider, 1, 1, Bright);
        Assert.Equal((At(1), true), decider.Standing(Dock));
        await DecideAsync(decider, 2, 4, Bright);
        await DecideAsync(decider, 5, 7, Dark);
        Assert.True(decider.Standing(Dock).Busy);
        await DecideAsync(decider, 8, 9, Dark);
        Assert.Equal((At(9), false), decider.Standing(Dock));
    }

    [Fact]
    public async Task LapseAsync_AtACaptureTime_EndsWhatHasNotBeenSeenForEndAfter()
    {
        var decider = Make(SampleAlerts.Fight);
        await DecideAsync(decider, 0, 3, Bright);
        await decider.LapseAsync("dock", At(5));
        Assert.Equal([ActionPhase.Begin], _sink.Phases);
        await decider.LapseAsync("dock", At(6));
        Assert.Equal((ActionPhase.End, At(3)), (_sink.Actions[^1].Phase, _sink.Actions[^1].EndedAt));
    }

    [Fact]
    public async Task DecideAsync_OutsideTheSchedule_StoresNothing()
    {
        // 1970-01-01 was a Thursday.
        var never = new ScheduleOptions("fridays", new HashSet<DayOfWeek> { DayOfWeek.Friday }, new(8, 0), new(9, 0), TimeZoneInfo.Utc);
        await DecideAsync(Make(SampleAlerts.Fight with { Schedule = never }), 0, 10, Bright);
        Assert.Empty(_sink.Events);
    }

    [Fact]
    public void ViewsOf_AlertsWithAndWithoutZones_GivesEachViewOnce()
    {
        var corners = new ZonePoint[] { new(0, 0), new(1, 0), new(1, 1) };
        var dock = SampleAlerts.Dock with { Zones = new Dictionary<string, Zone> { ["gate"] = new("gate", corners), ["unused"] = new("unused", corners) } };
        var aisle = SampleAlerts.Dock with { Name = "aisle" };
        var file = SampleAlerts.File([dock, aisle],
            SampleAlerts.Fight with { Cameras = ["dock", "aisle"] },
            SampleAlerts.Fight with { Name = "fall", Cameras = ["dock", "aisle"], Zones = ["gate"] },
            SampleAlerts.Fight with { Name = "jump" });

        var views = Decider.ViewsOf(file).ToDictionary(v => v.View, v => v.Alerts.Select(a => a.Name).ToArray());
        Assert.Equal(3, views.Count);
        Assert.Equal(["fight", "jump"], views[Dock]);
        Assert.Equal(["fall"], views[new("dock", "gate")]);
        Assert.Equal(["fight"], views[new("aisle", null)]);
    }
}
