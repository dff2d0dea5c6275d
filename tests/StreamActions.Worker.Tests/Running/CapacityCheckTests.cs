// The warning at the start: what the file asks for, what the machine does, and what to change.
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using StreamActions.Core.Clips;
using StreamActions.Video;
using StreamActions.Worker.Configuration;
using StreamActions.Worker.Inference;
using StreamActions.Worker.Running;
using StreamActions.Worker.Tests.Alerts;
using StreamActions.Worker.Tests.Inference;
using StreamActions.Worker.Tests.Sinks;

namespace StreamActions.Worker.Tests.Running;

public sealed class CapacityCheckTests
{
    private static readonly ClipSpec Clip = new(8, 4, 8, ResizeRule.Squash);
    private readonly Lines _lines = new();

    private RunningConfiguration Configuration(int cameras, int stride, Func<CameraOptions, CameraOptions>? change = null, int zones = 0)
    {
        var polygons = Enumerable.Range(0, zones).Select(i => new Zone($"zone-{i}", [new(0, 0), new(1, 0), new(1, 1)]))
            .ToDictionary(zone => zone.Name);
        CameraOptions[] all =
        [
            .. Enumerable.Range(0, cameras).Select(i => SampleAlerts.Dock with
            {
                Name = $"camera-{i}",
                Pace = RecordingPace.Realtime,
                Zones = polygons,
            }).Select(camera => change?.Invoke(camera) ?? camera),
        ];
        var alert = SampleAlerts.Fight with { Cameras = [.. all.Select(c => c.Name)], Zones = [.. polygons.Keys] };
        var file = SampleAlerts.File(all, alert);
        using FakeActionModel model = new(Clip);
        file = file with { Inference = file.Inference with { Stride = stride } };
        return RunningConfiguration.Compile(file, model, _lines.Of<CapacityCheckTests>());
    }

    [Fact]
    public void Warning_StrideOne_CountsFrames() => Assert.Equal(
        "8 cameras × 4 fps need 32 frames/s; this CPU does 14: use stride 3, fewer cameras, or a GPU",
        CapacityCheck.Warning(Configuration(8, stride: 1), Clip, "cpu", 14));

    [Fact]
    public void Warning_LargerStride_CountsWindows() => Assert.Equal(
        "2 cameras × 2 windows/s need 4 windows/s; this CPU does 1.2: use stride 8, fewer cameras, or a GPU",
        CapacityCheck.Warning(Configuration(2, stride: 2), Clip, "cpu", 1.2));

    [Fact]
    public void Warning_Zones_CountsViews() => Assert.Equal(
        "2 cameras with 6 views × 4 fps need 24 frames/s; this GPU does 20: use stride 2 or fewer cameras or zones",
        CapacityCheck.Warning(Configuration(2, stride: 1, zones: 3), Clip, "cuda:0", 20));

    [Fact]
    public void Warning_NoStrideIsLargeEnough_NamesOtherWays() => Assert.Equal(
        "1 camera × 4 fps need 4 frames/s; this CPU does 0.01: fewer cameras or a GPU",
        CapacityCheck.Warning(Configuration(1, stride: 1), Clip, "cpu", 0.01));

    [Fact]
    public void Warning_CapacityHoldsAll_IsNull()
    {
        Assert.Null(CapacityCheck.Warning(Configuration(2, stride: 1), Clip, "cpu", 8 / SamplingGovernor.TargetUtilisation));
        Assert.NotNull(CapacityCheck.Warning(Configuration(2, stride: 1), Clip, "cpu", 9));
    }

    [Fact]
    public void Warning_DisabledCamerasAndFastRecordings_DoNotCount()
    {
        Assert.Null(CapacityCheck.Warning(Configuration(8, 1, c => c with { Enabled = false }), Clip, "cpu", 1));
        Assert.Null(CapacityCheck.Warning(Configuration(8, 1, c => c with { Pace = RecordingPace.Fast }), Clip, "cpu", 1));
    }

    [Fact]
    public void Run_SlowModel_LogsMeasurementAndWarnsAndTeachesControl()
    {
        FakeTimeProvider time = new();
        using FakeActionModel model = new(Clip) { OnRun = _ => time.Advance(TimeSpan.FromSeconds(0.5)) };
        SamplingControl sampling = new(new("cpu", 1, 1, 1), TimeSpan.FromSeconds(2), time);
        new CapacityCheck(model.Encoder(new(1, 1, 1)), sampling, time, _lines.Of<CapacityCheck>()).Run(Configuration(1, 1), Clip);
        Assert.Equal(2, sampling.Capacity, 6);
        Assert.Contains("This machine runs 2 windows/s; one alone takes 500 ms", _lines.At(LogLevel.Information));
        Assert.Equal(
            ["1 camera × 4 fps need 4 frames/s; this CPU does 2: use stride 3, fewer cameras, or a GPU"], _lines.At(LogLevel.Warning));
    }

    [Fact]
    public void Warning_EveryFrameIsStep_DoesNotAdviseStride()
    {
        var warning = CapacityCheck.Warning(Configuration(3, stride: 4), Clip, "cpu", capacity: 6, everyFrame: true);
        Assert.Equal("3 cameras × 4 fps need 12 frames/s; this CPU does 6: use a smaller model, fewer cameras, or a GPU", warning);
    }

    [Fact]
    public void Run_ModelFails_WarnsAndReturns()
    {
        using FakeActionModel model = new(Clip) { OnRun = _ => throw new InvalidOperationException("out of memory") };
        SamplingControl sampling = new(new("cpu", 1, 2, 1), TimeSpan.FromSeconds(2), TimeProvider.System);
        CapacityCheck check = new(model.Encoder(new(1, 1, 1)), sampling, TimeProvider.System, _lines.Of<CapacityCheck>());
        check.Run(Configuration(1, 1), Clip);
        Assert.EndsWith("out of memory", Assert.Single(_lines.At(LogLevel.Warning)), StringComparison.Ordinal);
    }
}
