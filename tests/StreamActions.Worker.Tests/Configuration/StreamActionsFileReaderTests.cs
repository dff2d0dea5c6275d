// Reading valid files.
using StreamActions.TestKit;
using StreamActions.Video;
using StreamActions.Worker.Configuration;
using static StreamActions.Worker.Tests.Configuration.ConfigurationText;

namespace StreamActions.Worker.Tests.Configuration;

public sealed class StreamActionsFileReaderTests
{
    [Fact]
    public void Read_RepositoryFile_IsValid()
    {
        var outcome = StreamActionsFileReader.Read(Path.Combine(RepositoryPaths.Root, "config", "streamactions.yaml"), Environment());

        Assert.Empty(outcome.Problems);
        var file = outcome.File!;
        Assert.Equal(["aisle", "entrance"], file.Cameras.Keys);
        Assert.True(file.Cameras["aisle"].Loop);
        Assert.Equal(Path.GetFullPath("samples/aisle.mp4"), file.Cameras["aisle"].Source.Address);
        Assert.Equal(SourceKind.Stream, file.Cameras["entrance"].Source.Kind);
        Assert.Equal(Path.GetFullPath("models/demo"), file.Model);
        Assert.Contains("an empty room", file.Background);
        Assert.Null(file.Sinks.Kafka);
        Assert.Equal(0.7, file.Alerts["fight"].Enter);
        Assert.Equal(TimeSpan.FromMilliseconds(400), file.Alerts["fight"].BeginAfter);
        Assert.Equal("after-hours", file.Alerts["leaves-by-the-left"].Schedule!.Name);
    }

    [Fact]
    public void Read_MinimalFile_UsesBuiltInValues()
    {
        var file = Good(Minimal);

        Assert.Equal(new SinkOptions(new(Path.GetFullPath("data/events.db"), TimeSpan.FromDays(30)), null), file.Sinks);
        InferenceOptions inference = new()
        {
            Device = "auto",
            Threads = 0,
            Parallel = 0,
            MaxBatch = 64,
            CudaGraphs = false,
            MaxDelay = TimeSpan.FromMilliseconds(30),
            Stride = 4,
            MaxLatency = TimeSpan.FromSeconds(2),
        };
        Assert.Equal(inference, file.Inference);
        var alert = file.Alerts["fight"];
        Assert.Equal((0.6, 0.48), (alert.Enter, alert.Exit));
        Assert.Equal(["aisle", "dock-east"], alert.Cameras);
        Assert.Empty(alert.Zones);
        TimeSpan[] times = [alert.BeginAfter, alert.EndAfter, alert.MergeGap, alert.Cooldown, alert.UpdateEvery];
        Assert.Equal([1, 3, 1, 10, 10], times.Select(t => t.TotalSeconds));
        var camera = file.Cameras["dock-east"];
        Assert.Equal(
            (CameraReader.Ffmpeg, false, RecordingPace.Realtime, "auto"), (camera.Reader, camera.Loop, camera.Pace, camera.Transport));
        Assert.Equal([new(0.1, 0.2), new(0.8, 0.2), new(0.8, 0.9)], camera.Zones["gate"].Points);
    }

    [Theory]
    [InlineData("cuda", "cuda:0")]
    [InlineData("\"cuda:3\"", "cuda:3")]
    [InlineData("\"cuda:0, cuda:2\"", "cuda:0,cuda:2")]
    public void Read_Device_NamesEachGpu(string text, string expected) =>
        Assert.Equal(expected, Good(Minimal + $"inference: {{ device: {text} }}\n").Inference.Device);

    [Fact]
    public void Read_NoBackgroundFile_UsesBuiltInPhrases() =>
        Assert.Equal(
            BackgroundFile.Phrases(File.ReadAllText(Path.Combine(RepositoryPaths.Root, "config", "background.txt"))),
            Good(Minimal).Background);

    [Fact]
    public void Read_MotionAndHealth_AreOnByDefault()
    {
        var cameras = Good("""
            model: m
            cameras:
              a: { source: a.mp4 }
              b: { source: b.mp4, motion-gate: false, motion-sensitivity: high, frozen-after: off, black-after: 1m, corrupt-after: off }
              c: { source: c.mp4, motion-sensitivity: low }
            alerts: { x: { phrases: [x] } }
            """).Cameras;

        Assert.Equal(
            [MotionSensitivity.Normal, null, MotionSensitivity.Low],
            new[] { cameras["a"].Motion, cameras["b"].Motion, cameras["c"].Motion });
        var tenSeconds = TimeSpan.FromSeconds(10);
        Assert.Equal(new(tenSeconds, tenSeconds, tenSeconds), cameras["a"].Health);
        Assert.Equal(new(null, TimeSpan.FromMinutes(1), null), cameras["b"].Health);
    }

    [Fact]
    public void Read_Defaults_AreOverriddenKeyByKey()
    {
        var file = Good("""
            model: m
            defaults:
              camera: { loop: true, transport: udp }
              alert: { threshold: 0.7, cooldown: 2m, not: [one, two], cameras: [a] }
            cameras: { a: { source: a.mp4 }, b: { source: "device:1", transport: tcp } }
            alerts:
              x: { phrases: [x], threshold: 0.5, not: [three] }
              y: { phrases: [y], cameras: ["*"] }
            """);

        Assert.Equal((true, "udp"), (file.Cameras["a"].Loop, file.Cameras["a"].Transport));
        Assert.Equal((false, "tcp", CameraReader.OpenCv), (file.Cameras["b"].Loop, file.Cameras["b"].Transport, file.Cameras["b"].Reader));
        var (x, y) = (file.Alerts["x"], file.Alerts["y"]);
        Assert.Equal((0.5, 0.4, 2.0), (x.Enter, x.Exit, x.Cooldown.TotalMinutes));
        Assert.Equal(["three"], x.Not);
        Assert.Equal(["a"], x.Cameras);
        Assert.Equal((0.7, 0.56), (y.Enter, y.Exit));
        Assert.Equal(["one", "two"], y.Not);
        Assert.Equal(["a", "b"], y.Cameras);
    }

    [Fact]
    public void Read_OverlappingPatterns_SelectEachCameraOnce() =>
        Assert.Equal(["dock-east"], Good(WithAlert("{ phrases: [a], cameras: [\"dock-*\", \"*-eas?\"] }")).Alerts["fight"].Cameras);

    [Fact]
    public void Hash_OtherTextOrSecret_ChangesOnlyWithText()
    {
        var secret = With("rtsp://10", "rtsp://u:${P}@10");

        Assert.Equal(Good(secret, ("P", "one")).Hash, Good(secret, ("P", "two")).Hash);
        Assert.NotEqual(Good(Minimal).Hash, Good(Minimal + "# more").Hash);
        Assert.Matches("^[0-9a-f]{64}$", Good(Minimal).Hash);
    }

    [Fact]
    public void Read_StartedAt_KeepsOffset() =>
        Assert.Equal(
            new DateTimeOffset(2025, 1, 31, 18, 0, 0, TimeSpan.FromHours(1)),
            Good(WithCamera("{ source: a.mp4, started-at: 2025-01-31T18:00:00+01:00 }")).Cameras["aisle"].StartedAt);
}
