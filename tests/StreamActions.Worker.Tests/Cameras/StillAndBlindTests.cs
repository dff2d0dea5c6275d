// Still scenes cost nothing and lose nothing; frozen pictures are not looked at. The whole way, with scripted cameras.
using StreamActions.TestKit;
using StreamActions.Worker.Alerts;
using StreamActions.Worker.Configuration;
using StreamActions.Worker.Events;
using StreamActions.Worker.Inference;
using StreamActions.Worker.Tests.Alerts;
using StreamActions.Worker.Tests.Inference;

namespace StreamActions.Worker.Tests.Cameras;

public sealed class StillAndBlindTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 8, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Run_MostlyStillRecording_GateGivesTheSameEventsForAFifthOfTheWork()
    {
        // Two minutes of night, seven seconds of light, two minutes of night, four of light, one minute.
        byte[] scene = [.. Enumerable.Repeat((byte)0, 120), .. Enumerable.Repeat((byte)255, 7), .. Enumerable.Repeat((byte)0, 120), .. Enumerable.Repeat((byte)255, 4), .. Enumerable.Repeat((byte)0, 60)];
        var (everything, events) = await PlayAsync(SampleAlerts.Dock, FakeFrameSource.Row(Start, 4, scene));
        var (gated, same) = await PlayAsync(SampleAlerts.Dock with { Motion = MotionSensitivity.Normal }, FakeFrameSource.Row(Start, 4, scene));

        Assert.Equal(scene.Length * 4 - 1, everything.Count);
        Assert.True(gated.Count * 5 < everything.Count, $"{gated.Count} of {everything.Count}");
        Assert.Equal([ActionPhase.Begin, ActionPhase.Update, ActionPhase.End, ActionPhase.Begin, ActionPhase.Update, ActionPhase.End], events.OfType<ActionEvent>().Select(e => e.Phase));
        Assert.Equal(events.Cast<ActionEvent>().Select(Told), same.Cast<ActionEvent>().Select(Told));
        // However still, it is looked at twice a minute.
        Assert.All(gated.Zip(gated.Skip(1)), pair => Assert.True(pair.Second - pair.First <= MotionGate.RefreshAfter));
    }

    [Fact]
    public async Task Run_SameRecordingTwice_SkipsTheSameWindows()
    {
        byte[] scene = [.. Enumerable.Range(0, 90).Select(i => (byte)(i % 31 < 3 ? 255 : i % 17 == 0 ? 40 : 0))];
        var dock = SampleAlerts.Dock with { Motion = MotionSensitivity.Normal };
        var (first, _) = await PlayAsync(dock, FakeFrameSource.Row(Start, 4, scene));
        for (var run = 0; run < 5; run++)
            Assert.Equal(first, (await PlayAsync(dock, FakeFrameSource.Row(Start, 4, scene))).Decided);
    }

    [Fact]
    public async Task Run_StillStateThatIsAnAlert_IsSeenThoughNothingMoves()
    {
        // Before the first window nothing is known, and no motion follows.
        var (_, events) = await PlayAsync(SampleAlerts.Dock with { Motion = MotionSensitivity.Normal }, FakeFrameSource.Row(Start, 4, [.. Enumerable.Repeat((byte)255, 40)]));
        Assert.Equal(Start.AddSeconds(1.25), events.Cast<ActionEvent>().First().Time);
        Assert.Equal(Start.AddSeconds(39.75), events.Cast<ActionEvent>().Last().EndedAt);
    }

    [Fact]
    public async Task Run_PictureFreezesDuringAnAction_IsReportedNotLookedAtAndTheEventLapses()
    {
        var dock = SampleAlerts.Dock with { Health = new(TimeSpan.FromSeconds(10), null, null) };
        // Ten seconds of something bright that moves, thirty of one picture, ten of something dark that moves.
        var pictures = Enumerable.Range(0, 200).Select(i => (Start.AddSeconds(i / 4.0), (byte)(i < 40 ? 220 + i % 2 * 20 : i < 160 ? 240 : i % 2 * 10)));
        var (decided, events) = await PlayAsync(dock, pictures);

        // Frames do not wait until a camera's event is stored: between the two kinds, times alone tell the order.
        Assert.Equal(
            [(ActionPhase.Begin, 1.25), (ActionPhase.Update, 6.25), (ActionPhase.Update, 11.25), (ActionPhase.Update, 16.25), (ActionPhase.End, 22.75)],
            events.OfType<ActionEvent>().Select(e => (e.Phase, (e.Time - Start).TotalSeconds)));
        Assert.Equal([(true, "frozen", 20), (false, "frozen", 42)], events.OfType<CameraEvent>().Select(e => (e.Blind, e.Reason, (e.Time - Start).TotalSeconds)));
        Assert.DoesNotContain(decided, to => to >= Start.AddSeconds(20) && to < Start.AddSeconds(40.25));
        Assert.Equal(Start.AddSeconds(40.25), decided.First(to => to >= Start.AddSeconds(20)));
        Assert.Equal(Start.AddSeconds(19.75), events.OfType<ActionEvent>().Last().EndedAt);
    }

    [Fact]
    public async Task Run_BlackPictureThatWouldBeAnAlert_BeginsNothing()
    {
        var dock = SampleAlerts.Dock with { Health = new(null, TimeSpan.FromSeconds(2), null) };
        // To this model a bright wall is a fight; to the camera's health it is a covered lens.
        var alert = SampleAlerts.Fight with { BeginAfter = TimeSpan.FromSeconds(3) };
        var (_, events) = await PlayAsync(dock, FakeFrameSource.Row(Start, 4, [.. Enumerable.Repeat((byte)255, 20)]), alert);
        Assert.Equal((true, "black"), events.Cast<CameraEvent>().Select(e => (e.Blind, e.Reason)).Single());
    }

    private static (ActionPhase, DateTimeOffset, string, double) Told(ActionEvent e) => (e.Phase, e.Time, e.Phrase, Math.Round(e.PeakScore, 6));

    private static async Task<(List<DateTimeOffset> Decided, IReadOnlyList<StreamEvent> Events)> PlayAsync(
        CameraOptions camera, IEnumerable<(DateTimeOffset, byte)> pictures, AlertOptions? alert = null)
    {
        List<DateTimeOffset> decided = [];
        var model = new FakeActionModel { IsBroken = w => { decided.Add(w.To); return false; } };
        Rig? made = null;
        await using var rig = made = new(SampleAlerts.File([camera], alert ?? SampleAlerts.Fight), (_, _) => FakeFrameSource.Ending(made!.Time, pictures), model);
        await rig.StartAsync();
        await rig.AllEndedAsync();
        return (decided, rig.Sink.Events);
    }
}
