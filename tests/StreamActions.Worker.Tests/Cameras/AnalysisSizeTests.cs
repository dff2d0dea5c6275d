// The size of decoded frames depends on the camera's smallest zone.
using CsCheck;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using StreamActions.Core.Clips;
using StreamActions.TestKit;
using StreamActions.Video;
using StreamActions.Worker.Cameras;
using StreamActions.Worker.Configuration;
using StreamActions.Worker.Telemetry;
using StreamActions.Worker.Tests.Alerts;

namespace StreamActions.Worker.Tests.Cameras;

public sealed class AnalysisSizeTests
{
    private static readonly Gen<(double X, double Y, double Width, double Height)[]> Boxes =
        Gen.Select(Gen.Double[0, 0.9], Gen.Double[0, 0.9], Gen.Double[0.02, 0.5], Gen.Double[0.02, 0.5]).Array[1, 4];

    [Fact]
    public void For_NoZones_IsSmallestSize() => Assert.Equal((640, 360), AnalysisSize.For([], 224));

    [Fact]
    public void For_AnyZones_GivesEachZoneModelSizeUnlessSizeIsLargest() => Gen.Select(Boxes, Gen.Int[32, 336]).Sample((boxes, modelSize) =>
    {
        var zones = boxes.Select((b, i) => Box($"z{i}", b.X, b.Y, b.Width, b.Height)).ToArray();
        var (width, height) = AnalysisSize.For(zones, modelSize);
        Assert.True(width % 2 == 0 && height % 2 == 0 && width >= 640 && height >= 360 && width <= 1920 && height <= 1080);
        if ((width, height) == AnalysisSize.Largest)
            return;
        Assert.All(zones, zone =>
        {
            var crop = Zones.Crop(zone, width, height);
            Assert.True(Math.Min(crop.Width, crop.Height) >= modelSize - 1, $"{crop} for {modelSize}");
        });
    });

    [Fact]
    public async Task Open_SmallZoneInLargeRecording_KeepsPixelsOfZone()
    {
        using TemporaryFolder folder = new();
        var zone = Box("far", 0.6, 0.1, 0.06, 0.08);
        var camera = SampleAlerts.Dock with
        {
            Source = new(SourceKind.File, TestVideo.Make(folder.File("hd.mp4"), 1920, 1080, fps: 4, seconds: 1), "file:hd.mp4"),
            Zones = new Dictionary<string, Zone> { ["far"] = zone },
        };
        using var services = new ServiceCollection().AddMetrics().AddSingleton<WorkerMetrics>().BuildServiceProvider();
        FrameSources sources = new(
            new ClipSpec(8, 4, 64, ResizeRule.Squash), services.GetRequiredService<WorkerMetrics>(), TimeProvider.System,
            NullLogger<FrameSources>.Instance);
        await using var source = sources.Open(camera);
        await foreach (var frame in source.ReadAsync(TestContext.Current.CancellationToken))
        {
            using (frame)
            {
                var crop = Zones.Crop(zone, frame.Width, frame.Height);
                // At 640×360 the crop would have 35 rows.
                Assert.InRange(Math.Min(crop.Width, crop.Height), 62, 200);
            }
        }
    }

    private static Zone Box(string name, double x, double y, double width, double height)
    {
        var (right, bottom) = (Math.Min(1, x + width), Math.Min(1, y + height));
        return new(name, [new(x, y), new(right, y), new(right, bottom), new(x, bottom)]);
    }
}
