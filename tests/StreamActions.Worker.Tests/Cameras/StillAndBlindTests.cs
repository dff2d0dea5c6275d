// The motion gate, and frozen and black cameras, from scripted cameras to the store.
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
    private static readonly CameraOptions Gated = SampleAlerts.Dock with { Motion = MotionSensitivity.Normal };

    [Fact]
    public async Task Run_MostlyStillRecording_GateSkipsMoreThanFourFifthsAndKeepsEvents()
    {
        // Dark for two minutes, bright for seven seconds, dark for two minutes, bright for four seconds, dark for one minute.
        byte[] scene = [.. Dark(120), .. Bright(7), .. Dark(120), .. Bright(4), .. Dark(60)];
        var (ungated, expected) = await PlayAsync(SampleAlerts.Dock, FakeFrameSource.Row(Start, 4, scene));
        var (gated, actual) = await PlayAsync(Gated, FakeFrameSource.Row(Start, 4, scene));

        Assert.Equal(scene.Length * 4 - 1, ungated.Count);
        Assert.True(gated.Count * 5 < ungated.Count, $"{gated.Count} of {ungated.Count} windows");
        ActionPhase[] once = [ActionPhase.Begin, ActionPhase.Update, ActionPhase.End];
        Assert.Equal([.. once, .. once], expected.OfType<ActionEvent>().Select(e => e.Phase));
        Assert.Equal(expected.Cast<ActionEvent>().Select(Summary), actual.Cast<ActionEvent>().Select(Summary));
        // A still scene is encoded at least twice a minute.
        Assert.All(gated.Zip(gated.Skip(1)), pair => Assert.True(pair.Second - pair.First <= MotionGate.RefreshAfter));
    }

    [Fact]
    public async Task Run_SameRecordingRepeated_SkipsSameWindows()
    {
        byte[] scene = [.. Enumerable.Range(0, 90).Select(i => (byte)(i % 31 < 3 ? 255 : i % 17 == 0 ? 40 : 0))];
        var (first, _) = await PlayAsync(Gated, FakeFrameSource.Row(Start, 4, scene));
        for (var run = 0; run < 5; run++)
            Assert.Equal(first, (await PlayAsync(Gated, FakeFrameSource.Row(Start, 4, scene))).Decided);
    }

    [Fact]
    public async Task Run_StillSceneTriggersAlert_BeginsWithoutMotion()
    {
        // The scene is still from the first frame on.
        var (_, events) = await PlayAsync(Gated, FakeFrameSource.Row(Start, 4, [.. Bright(40)]));
        Assert.Equal(Start.AddSeconds(1.25), events.Cast<ActionEvent>().First().Time);
        Assert.Equal(Start.AddSeconds(39.75), events.Cast<ActionEvent>().Last().EndedAt);
    }

    [Fact]
    public async Task Run_PictureFreezesDuringEvent_WithholdsFramesAndEventLapses()
    {
        var dock = SampleAlerts.Dock with { Health = new(TimeSpan.FromSeconds(10), null, null) };
        // Bright and moving for ten seconds, frozen for thirty, dark and moving for ten.
        var pictures = Enumerable.Range(0, 200)
            .Select(i => (Start.AddSeconds(i / 4.0), (byte)(i < 40 ? 220 + i % 2 * 20 : i < 160 ? 240 : i % 2 * 10)));
        var (decided, events) = await PlayAsync(dock, pictures);

        // Camera events are stored asynchronously, so the order between the two kinds is not fixed.
        Assert.Equal(
            [
                (ActionPhase.Begin, 1.25), (ActionPhase.Update, 6.25), (ActionPhase.Update, 11.25), (ActionPhase.Update, 16.25),
                (ActionPhase.End, 22.75),
            ],
            events.OfType<ActionEvent>().Select(e => (e.Phase, (e.Time - Start).TotalSeconds)));
        Assert.Equal(
            [(true, "frozen", 20), (false, "frozen", 42)],
            events.OfType<CameraEvent>().Select(e => (e.Blind, e.Reason, (e.Time - Start).TotalSeconds)));
        Assert.DoesNotContain(decided, to => to >= Start.AddSeconds(20) && to < Start.AddSeconds(40.25));
        Assert.Equal(Start.AddSeconds(40.25), decided.First(to => to >= Start.AddSeconds(20)));
        Assert.Equal(Start.AddSeconds(19.75), events.OfType<ActionEvent>().Last().EndedAt);
    }

    [Fact]
    public async Task Run_UniformBrightPicture_ReportsBlackAndBeginsNoEvent()
    {
        var dock = SampleAlerts.Dock with { Health = new(null, TimeSpan.FromSeconds(2), null) };
        // The fake model scores a bright picture as a fight. The health check reports a uniform picture as black.
        var alert = SampleAlerts.Fight with { BeginAfter = TimeSpan.FromSeconds(3) };
        var (_, events) = await PlayAsync(dock, FakeFrameSource.Row(Start, 4, [.. Bright(20)]), alert);
        Assert.Equal((true, "black"), events.Cast<CameraEvent>().Select(e => (e.Blind, e.Reason)).Single());
    }

    private static IEnumerable<byte> Dark(int seconds) => Enumerable.Repeat((byte)0, seconds);

    private static IEnumerable<byte> Bright(int seconds) => Enumerable.Repeat((byte)255, seconds);

    private static (ActionPhase, DateTimeOffset, string, double) Summary(ActionEvent e) =>
        (e.Phase, e.Time, e.Phrase, Math.Round(e.PeakScore, 6));

    private static async Task<(List<DateTimeOffset> Decided, IReadOnlyList<StreamEvent> Events)> PlayAsync(
        CameraOptions camera, IEnumerable<(DateTimeOffset, byte)> pictures, AlertOptions? alert = null)
    {
        List<DateTimeOffset> decided = [];
        // Records every window that the model scores.
        var model = new FakeActionModel { IsBroken = w => { decided.Add(w.To); return false; } };
        Rig? made = null;
        await using var rig = made = new(
            SampleAlerts.File([camera], alert ?? SampleAlerts.Fight), (_, _) => FakeFrameSource.Ending(made!.Time, pictures), model);
        await rig.StartAsync();
        await rig.AllEndedAsync();
        return (decided, rig.Sink.Events);
    }
}
