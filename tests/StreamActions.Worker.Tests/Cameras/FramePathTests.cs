// From frames to windows, for any sequence of frames, clock changes and openings.
using CsCheck;
using Microsoft.Extensions.DependencyInjection;
using StreamActions.Core.Clips;
using StreamActions.TestKit;
using StreamActions.Video;
using StreamActions.Worker.Alerts;
using StreamActions.Worker.Cameras;
using StreamActions.Worker.Events;
using StreamActions.Worker.Inference;
using StreamActions.Worker.Telemetry;
using StreamActions.Worker.Tests.Alerts;
using StreamActions.Worker.Tests.Events;
using StreamActions.Worker.Tests.Inference;
using StreamActions.Worker.Tests.Sinks;
using StreamActions.Worker.Views;

namespace StreamActions.Worker.Tests.Cameras;

public sealed class FramePathTests : IDisposable
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    // What can happen before a frame: real time passes, the wall clock is set, the camera is opened again, or the picture changes its size
    // or freezes.
    private static readonly Gen<Step[]> Steps = Gen.Select(
        Gen.Frequency((30, Gen.Const(0.25)), (3, Gen.Double[0.01, 0.6]), (1, Gen.Double[0.65, 20])),
        Gen.Frequency((30, Gen.Const(0.0)), (1, Gen.Double[-3600, -0.1]), (1, Gen.Double[0.1, 3600])),
        Gen.Frequency((30, Gen.Const(false)), (1, Gen.Const(true))),
        Gen.Frequency((30, Gen.Const(false)), (1, Gen.Const(true))),
        Gen.Int[0, 5]).Select((passed, set, reopened, resized, still) => new Step(passed, set, reopened, resized, still)).Array[1, 120];

    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().AddSingleton<WorkerMetrics>().BuildServiceProvider();

    private sealed record Step(double Passed, double Set, bool Reopened, bool Resized, int Still);

    public void Dispose() => _services.Dispose();

    [Fact]
    public Task TakeAsync_AnyFrames_WindowsAreCompleteOrderedAndWithoutBreaks() =>
        Gen.Select(Steps, Gen.Int[1, 5], Gen.Int[1, 6]).SampleAsync(async (steps, length, stride) =>
        {
            var clip = new ClipSpec(length, 4, 8, ResizeRule.Squash);
            var longest = FrameSequence.LongestGap(clip.FrameInterval);
            EncoderQueue queue = new(64, TimeSpan.Zero, TimeProvider.System);
            var (path, visibility, pictures) = Make(clip, stride, queue);
            List<FrameWindow> windows = [];
            List<ViewFrame> used = [];
            var source = FakeFrameSource.Silent(TimeProvider.System);
            var (wall, real, generation, width, picture, still) = (Start, 0.0, 1, 32, 0, 0);
            byte piece = 0;
            foreach (var (step, i) in steps.Select((s, i) => (s, i)))
            {
                (wall, real) = (wall.AddSeconds(step.Passed + step.Set), real + step.Passed);
                generation += step.Reopened ? 1 : 0;
                width = step.Resized ? 96 - width : width;
                // Sometimes the picture freezes for a while.
                still = still > 0 ? still - 1 : step.Still == 0 && i % 7 == 0 ? 20 : 0;
                picture += still > 0 ? 0 : 1;
                using var frame = Frame.Rent(width, 18, wall, (long)(real * TimeProvider.System.TimestampFrequency), i);
                var at = visibility.Stamp(frame, out var jumped);
                piece += (byte)(step.Reopened || step.Resized || jumped ? 1 : 0);
                for (var p = 0; p < frame.Pixels.Length; p += 3)
                    (frame.Pixels[p], frame.Pixels[p + 1], frame.Pixels[p + 2]) = (piece, (byte)picture, (byte)(picture >> 8));
                await path.TakeAsync(new(frame, at, jumped, generation, source), CancellationToken.None);
                if (queue.Counts().TryGetValue("dock", out var counts) && counts.Posted > windows.Count)
                    windows.AddRange(queue.TakeNow().Select(step => ((WindowStep)step).Window));
            }
            foreach (var window in windows)
            {
                Assert.Equal(length, window.Frames.Count);
                Assert.Single(window.Frames.Select(f => f.Pixels[0]).Distinct());
                foreach (var (next, before) in window.Frames.Skip(1).Zip(window.Frames))
                {
                    Assert.InRange(next.CapturedAt - before.CapturedAt, TimeSpan.FromTicks(1), longest);
                    // Capture time is corrected by a tenth at most, so the gap between arrivals is bounded too.
                    var seconds = (next.ArrivedAt - before.ArrivedAt) / (double)TimeProvider.System.TimestampFrequency;
                    Assert.True(seconds <= longest.TotalSeconds / 0.9 + 1e-6);
                }
                used.AddRange(window.Frames);
                window.Dispose();
            }
            Assert.True(windows.Zip(windows.Skip(1)).All(pair => pair.First.To < pair.Second.To));
            pictures.Dispose();
            Assert.All(used, frame => Assert.True(Pictures.IsReleased(frame)));
        }, iter: 300);

    [Fact]
    public async Task TakeAsync_PictureTurnsFromWideToTall_NoWindowMixesBoth()
    {
        using TemporaryFolder folder = new();
        var film = TestVideo.Join(
            folder.File("turning.ts"),
            TestVideo.MakeColour(folder.File("wide.mp4"), 0x2020C0, 320, 180, seconds: 3),
            TestVideo.MakeColour(folder.File("tall.mp4"), 0xC02020, 180, 320, seconds: 3));
        var clip = new ClipSpec(4, 4, 8, ResizeRule.Squash);
        EncoderQueue queue = new(64, TimeSpan.Zero, TimeProvider.System);
        var (path, visibility, pictures) = Make(clip, 1, queue, recording: true);
        SourceOptions options = new() { Address = film, Kind = SourceKind.File, SampleFps = 4, Pace = RecordingPace.Fast };
        await using var source = new FfmpegSource(options, TimeProvider.System);
        List<FrameWindow> windows = [];
        HashSet<(int, int)> sizes = [];
        await foreach (var frame in source.ReadAsync(TestContext.Current.CancellationToken))
        {
            using (frame)
            {
                sizes.Add((frame.Width, frame.Height));
                var at = visibility.Stamp(frame, out var jumped);
                await path.TakeAsync(new(frame, at, jumped, 1, source), TestContext.Current.CancellationToken);
                if (queue.Counts().TryGetValue("dock", out var counts) && counts.Posted > windows.Count)
                    windows.AddRange(queue.TakeNow().Select(step => ((WindowStep)step).Window));
            }
        }
        Assert.Equal([(180, 320), (320, 180)], sizes.Order());
        // Each window is red or blue. Twelve pictures of each colour give nine windows of four.
        var red = windows.Select(w => w.Frames.Select(f => f.Pixels[0] > 100).Distinct().Single()).ToArray();
        Assert.True(red.Count(r => r) >= 8 && red.Count(r => !r) >= 8, $"{red.Length} windows");
        windows.ForEach(w => w.Dispose());
        pictures.Dispose();
    }

    private (FramePath Path, CameraVisibility Visibility, CameraViews Pictures) Make(
        ClipSpec clip, int stride, EncoderQueue queue, bool recording = false)
    {
        var metrics = _services.GetRequiredService<WorkerMetrics>();
        Lines lines = new();
        var camera = SampleAlerts.Dock with
        {
            Source = new(SourceKind.Stream, "rtsp://dock", "rtsp://dock"),
            Pace = RecordingPace.Realtime,
            // A drawn recording has identical frames.
            Health = new(recording ? null : TimeSpan.FromSeconds(2), null, null),
        };
        using FakeActionModel model = new(clip);
        EventPublisher publisher = new(new FakeSink(), metrics, TimeProvider.System, lines.Of<EventPublisher>());
        var plan = AlertCompiler.Compile(SampleAlerts.File([camera], SampleAlerts.Fight), model, lines.Of<FramePathTests>());
        AlertStage alerts = new(plan, publisher, TimeProvider.System);
        SamplingControl sampling = new(new("cpu", 1, 1, 1), TimeSpan.FromSeconds(2), TimeProvider.System);
        EncoderStage stage = new(model.Encoder(new(stride, 1, 1)), queue, alerts, alerts, sampling, metrics);
        CameraVisibility visibility = new("dock", recording, publisher, metrics, TimeProvider.System);
        CameraViews pictures = new(camera, [new View("dock", null)], clip, stage);
        return (new(camera, visibility, pictures, metrics, lines.Of<FramePath>()), visibility, pictures);
    }
}
