// Pictures are decoded large enough for the smallest zone.
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
    [Fact]
    public void For_NoZones_IsTheUsualSize() => Assert.Equal((640, 360), AnalysisSize.For([], 224));

    [Fact]
    public void For_AnyZones_GivesEachTheModelsPixelsOrAllThereMayBe() =>
        Gen.Select(Gen.Double[0, 0.9], Gen.Double[0, 0.9], Gen.Double[0.02, 0.5], Gen.Double[0.02, 0.5]).Array[1, 4].Select(Gen.Int[32, 336]).Sample((boxes, modelSize) =>
        {
            var zones = boxes.Select((b, i) => Box($"z{i}", b.Item1, b.Item2, b.Item3, b.Item4)).ToArray();
            var (width, height) = AnalysisSize.For(zones, modelSize);
            Assert.True(width % 2 == 0 && height % 2 == 0 && width >= 640 && height >= 360 && width <= 1920 && height <= 1080);
            if ((width, height) != AnalysisSize.Most)
                Assert.All(zones, z => Assert.True(Zones.Crop(z, width, height) is var c && Math.Min(c.Width, c.Height) >= modelSize - 1, $"{c} for {modelSize}"));
        });

    [Fact]
    public async Task Open_SmallZoneInALargePicture_KeepsItsPixels()
    {
        using TemporaryFolder folder = new();
        var zone = Box("far", 0.6, 0.1, 0.06, 0.08);
        var camera = SampleAlerts.Dock with
        {
            Source = new(SourceKind.File, TestVideo.Make(folder.File("hd.mp4"), 1920, 1080, fps: 4, seconds: 1), "file:hd.mp4"),
            Zones = new Dictionary<string, Zone> { ["far"] = zone },
        };
        using var services = new ServiceCollection().AddMetrics().AddSingleton<WorkerMetrics>().BuildServiceProvider();
        await using var source = new FrameSources(new ClipSpec(8, 4, 64, ResizeRule.Squash), services.GetRequiredService<WorkerMetrics>(), TimeProvider.System, NullLogger<FrameSources>.Instance).Open(camera);
        await foreach (var frame in source.ReadAsync(TestContext.Current.CancellationToken))
        {
            using (frame)
            {
                var crop = Zones.Crop(zone, frame.Width, frame.Height);
                // At 640×360 it would have 35 rows.
                Assert.InRange(Math.Min(crop.Width, crop.Height), 62, 200);
            }
        }
    }

    private static Zone Box(string name, double x, double y, double width, double height) =>
        new(name, [new(x, y), new(Math.Min(1, x + width), y), new(Math.Min(1, x + width), Math.Min(1, y + height)), new(x, Math.Min(1, y + height))]);
}
