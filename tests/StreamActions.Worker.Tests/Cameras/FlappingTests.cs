// A camera that opens and breaks again and again stays offline until it holds.
using CsCheck;
using StreamActions.TestKit;
using StreamActions.Video;
using StreamActions.Worker.Cameras;
using StreamActions.Worker.Events;
using StreamActions.Worker.Tests.Alerts;

namespace StreamActions.Worker.Tests.Cameras;

public sealed class FlappingTests
{
    private static readonly SourceException Ends = new(SourceFailure.Ended, "camera: the stream ended");
    private static readonly SourceException OnePicture = new(SourceFailure.NoStream, "camera: one picture, not a stream");

    [Fact]
    public void Hold_ShortLives_BeginsWithTheThird()
    {
        Flapping flapping = new();
        for (var life = 1; life <= 4; life++)
        {
            flapping.Ended(TimeSpan.FromSeconds(5), Ends);
            Assert.Equal(life >= 3 ? Flapping.HoldFor : TimeSpan.Zero, flapping.Hold);
        }
    }

    [Fact]
    public void Hold_CameraHolds_Ends()
    {
        Flapping flapping = new();
        for (var life = 0; life < 5; life++)
            flapping.Ended(TimeSpan.FromSeconds(1), Ends);
        flapping.Ended(TimeSpan.FromMinutes(2), Ends);

        Assert.Equal(TimeSpan.Zero, flapping.Hold);
    }

    [Fact]
    public void Hold_RefusedOpenings_SayNothing()
    {
        Flapping flapping = new();
        for (var opening = 0; opening < 50; opening++)
            flapping.Ended(null, new SourceException(SourceFailure.Refused, "camera: refused"));

        Assert.Equal(TimeSpan.Zero, flapping.Hold);
    }

    [Fact]
    public void Hold_OnePictureOrRecording_BeginsAtOnce()
    {
        Flapping flapping = new();
        flapping.Ended(TimeSpan.FromSeconds(20), OnePicture);

        Assert.Equal(Flapping.HoldForNoStream, flapping.Hold);
    }

    [Fact]
    public void Hold_AnyLives_HoldsExactlyAfterThreeShortOnes() => Gen.Double[0, 30].Array[1, 30].Sample(lives =>
    {
        Flapping flapping = new();
        var shortOnes = 0;
        foreach (var life in lives)
        {
            var required = shortOnes >= Flapping.ShortLives ? Flapping.HoldFor : Flapping.ShortLife;
            shortOnes = TimeSpan.FromSeconds(life) < required ? shortOnes + 1 : 0;
            flapping.Ended(TimeSpan.FromSeconds(life), Ends);
            Assert.Equal(shortOnes >= Flapping.ShortLives, flapping.Hold > TimeSpan.Zero);
        }
    });

    [Fact]
    public async Task RunAsync_OnePictureAnOpening_GivesOneBlindEvent()
    {
        var live = SampleAlerts.Dock with { Source = new(SourceKind.Stream, "http://dock/snap.jpg", "http://dock/snap.jpg") };
        Rig? made = null;
        await using var rig = made = new(
            SampleAlerts.File([live], SampleAlerts.Fight),
            (_, _) => FakeFrameSource.Failing(made!.Time, OnePicture, (made!.Time.GetUtcNow(), (byte)80)));
        await rig.StartAsync();

        await rig.UntilAsync(() => rig.Cameras["dock"].Status.Generation > 12, TimeSpan.FromMilliseconds(100));

        Assert.Equal(CameraState.Offline, rig.Cameras["dock"].Status.State);
        var blind = Assert.IsType<CameraEvent>(Assert.Single(rig.Sink.Events));
        Assert.Equal((true, "offline", "camera: one picture, not a stream"), (blind.Blind, blind.Reason, blind.Detail));
    }

    [Fact]
    public async Task RunAsync_StreamBreaksAfterAMoment_GivesThreeTurnsAndNoMore()
    {
        var live = SampleAlerts.Dock with { Source = new(SourceKind.Stream, "rtsp://dock", "rtsp://dock") };
        Rig? made = null;
        await using var rig = made = new(
            SampleAlerts.File([live], SampleAlerts.Fight),
            (_, _) => FakeFrameSource.Failing(made!.Time, Ends, FakeFrameSource.Row(made!.Time.GetUtcNow(), 4, 80)));
        await rig.StartAsync();

        await rig.UntilAsync(() => rig.Cameras["dock"].Status.Generation > 12, TimeSpan.FromMilliseconds(100));

        Assert.Equal(3, rig.Sink.Events.Cast<CameraEvent>().Count(e => e.Blind));
    }
}
