// A frame allocates little managed memory in steady state, and the encoder's threads allocate nothing.
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using StreamActions.Core.Bundles;
using StreamActions.Video;
using StreamActions.Worker.Alerts;
using StreamActions.Worker.Configuration;
using StreamActions.Worker.Events;
using StreamActions.Worker.Inference;
using StreamActions.Worker.Telemetry;
using StreamActions.Worker.Tests.Alerts;
using StreamActions.Worker.Tests.Events;
using StreamActions.Worker.Tests.Sinks;
using StreamActions.Worker.Views;

namespace StreamActions.Worker.Tests.Inference;

public sealed class AllocationTests : IDisposable
{
    private const int Cameras = 4, WarmUp = 200, Measured = 1000;

    // A window of 8 frames for every frame: an array of 8 references, and the window, its step and the frame.
    private const int MostBytesPerFrame = 256;

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().AddSingleton<WorkerMetrics>().BuildServiceProvider();
    private readonly Lines _lines = new();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose() => _services.Dispose();

    [Fact]
    public async Task PushAsync_SteadyState_AllocatesLittlePerFrameAndNothingOnEncoderThreads()
    {
        using FakeActionModel phrases = new(frames: 8);
        using MeteredModel model = new(phrases);
        CameraOptions[] cameras = [.. Enumerable.Range(0, Cameras).Select(i => SampleAlerts.Dock with
        {
            Name = $"camera-{i}",
            Pace = RecordingPace.Realtime,
            Motion = MotionSensitivity.High,
        })];
        var alert = SampleAlerts.Fight with { Cameras = [.. cameras.Select(c => c.Name)], Not = ["dark two", "dark three"] };
        var metrics = _services.GetRequiredService<WorkerMetrics>();
        EventPublisher publisher = new(new FakeSink(), metrics, TimeProvider.System, _lines.Of<EventPublisher>());
        var plan = AlertCompiler.Compile(
            SampleAlerts.File(cameras, [.. Enumerable.Range(0, 5).Select(i => alert with { Name = $"fight-{i}" })]),
            phrases, _lines.Of<AllocationTests>());
        AlertStage alerts = new(plan, publisher, TimeProvider.System);
        using EncoderQueue queue = new(1, TimeSpan.Zero, TimeProvider.System);
        var encoder = model.Encoder(new(Stride: 1, MaxBatch: 1, MostWaiting: 1));
        // Its clock stands still, so that a busy machine thins no window.
        SamplingControl sampling = new(new("cpu", 1, 2, 1), TimeSpan.FromSeconds(2), new FakeTimeProvider());
        EncoderLoop loop = new(queue, encoder, sampling, alerts, metrics, TimeProvider.System, _lines.Of<EncoderLoop>());
        EncoderStage stage = new(encoder, queue, alerts, alerts, sampling, metrics);
        CameraViews[] views = [.. cameras.Select(c => new CameraViews(c, [new View(c.Name, null)], phrases.Manifest.Clip, stage))];
        foreach (var view in views)
            view.Resize(32, 18);
        await loop.StartAsync(Cancelled);

        // The test's thread is the camera task. It waits for the windows of each round, so that every window is encoded.
        var bytes = Play(views, model, 0, WarmUp + Measured);
        await loop.StopAsync(Cancelled);
        foreach (var view in views)
            view.Dispose();
        publisher.Dispose();

        Assert.DoesNotContain(queue.Counts().Values, count => count.Dropped > 0);
        // Not exactly 0: listeners of other tests that run at the same time cost a few bytes.
        Assert.InRange(model.BytesOfEncoderThreads / (double)(Measured * Cameras), 0, 8);
        Assert.InRange(bytes / (double)(Measured * Cameras), 1, MostBytesPerFrame);
    }

    private static long Play(CameraViews[] views, MeteredModel model, int from, int to)
    {
        var (bytes, length) = (0L, model.Manifest.Clip.Frames);
        for (var i = from; i < to; i++)
        {
            if (i == WarmUp)
                model.Measure();
            foreach (var view in views)
            {
                using var frame = Frame.Rent(32, 18, DateTimeOffset.UnixEpoch.AddSeconds(i / 4.0), TimeProvider.System.GetTimestamp(), i);
                frame.Pixels.Fill((byte)(i % 2 * 100));
                var before = GC.GetAllocatedBytesForCurrentThread();
                var pushing = view.PushAsync(frame, frame.CapturedAt, 1, CancellationToken.None);
                Assert.True(pushing.IsCompletedSuccessfully);
                if (i >= WarmUp)
                    bytes += GC.GetAllocatedBytesForCurrentThread() - before;
            }
            var expected = Math.Max(0, i + 2 - length) * views.Length;
            Assert.True(SpinWait.SpinUntil(() => model.Runs == expected, Timeout), $"{model.Runs} of {expected} windows");
        }
        return bytes;
    }

    // Counts what each encoder thread allocates from one run to the next.
    private sealed class MeteredModel(FakeActionModel phrases) : IActionModel, IWindowModel
    {
        private readonly List<Lane> _lanes = [];
        private int _runs;
        private volatile bool _measures;

        public int Runs => Volatile.Read(ref _runs);

        public long BytesOfEncoderThreads => _lanes.Sum(lane => lane.Bytes);

        public ModelManifest Manifest => phrases.Manifest;

        public string Sha256 => phrases.Sha256;

        public string Device => "cpu";

        public void Measure() => _measures = true;

        public IVideoEncoder Encoder(EncoderSettings settings) => new WindowedEncoder(this, Manifest.Clip, settings);

        public IModelLane OpenLane(int maxBatch)
        {
            Lane lane = new(this);
            _lanes.Add(lane);
            return lane;
        }

        public IReadOnlyList<float[]> EmbedTexts(IReadOnlyList<string> texts) => phrases.EmbedTexts(texts);

        public IReadOnlyList<string> UnknownWords(string phrase) => phrases.UnknownWords(phrase);

        public bool IsCut(string phrase) => phrases.IsCut(phrase);

        public void Dispose()
        {
        }

        private sealed class Lane(MeteredModel model) : IModelLane
        {
            // Dark: the alerts begin no event.
            private readonly float[] _embedding = [1, 0];
            private long _before = -1;

            public long Bytes { get; private set; }

            public BatchOutput Run(IReadOnlyList<FrameWindow> windows)
            {
                if (model._measures)
                {
                    var now = GC.GetAllocatedBytesForCurrentThread();
                    Bytes += _before < 0 ? 0 : now - _before;
                    _before = now;
                }
                Interlocked.Increment(ref model._runs);
                return new(_embedding, default, 2, 0);
            }

            public void Dispose()
            {
            }
        }
    }
}
