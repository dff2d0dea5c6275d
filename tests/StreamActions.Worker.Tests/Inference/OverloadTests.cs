// Overload on a scripted clock: slots, queue, lane and thinning are real, and a run takes scripted time.
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using StreamActions.Core.Clips;
using StreamActions.Worker.Inference;
using StreamActions.Worker.Telemetry;
using StreamActions.Worker.Tests.Sinks;
using StreamActions.Worker.Views;

namespace StreamActions.Worker.Tests.Inference;

public sealed class OverloadTests : IDisposable
{
    private static readonly TimeSpan MaxLatency = TimeSpan.FromSeconds(2);
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().AddSingleton<WorkerMetrics>().BuildServiceProvider();

    public void Dispose() => _services.Dispose();

    [Theory]
    [InlineData(8, 4, 16, false)]
    [InlineData(4, 1, 2, false)]
    [InlineData(30, 4, 60, false)]
    [InlineData(3, 10, 15, false)]
    [InlineData(8, 4, 16, true)]
    [InlineData(3, 10, 15, true)]
    public void Overload_TwiceTheCapacity_EveryCameraIsWatchedWithinMaxLatency(int cameras, double fps, double capacity, bool stream)
    {
        using Site site = new(_services.GetRequiredService<WorkerMetrics>(), cameras, fps, stream)
        {
            RunTime = TimeSpan.FromSeconds(1 / capacity),
        };
        site.Play(TimeSpan.FromSeconds(120));

        var counts = Enumerable.Range(0, cameras).Select(i => site.Queue.Counts()[Site.NameOf(i)]).ToArray();
        // The demand is twice the capacity, and 85 % of the capacity is planned for.
        Assert.All(counts, count => Assert.InRange(count.Coverage, 0.36, 0.5));
        Assert.All(counts, count => Assert.True(count.Thinned > 10 * count.Dropped, $"{count}"));
        Assert.All(site.Latencies.Values, latencies => Assert.InRange(latencies.Count, 0.36 * 120 * fps, 0.5 * 120 * fps));
        var all = site.Latencies.Values.SelectMany(latencies => latencies).Order().ToArray();
        Assert.InRange(all[all.Length * 95 / 100], TimeSpan.Zero, MaxLatency);
    }

    [Fact]
    public void Overload_StreamWithStride_GivesWindowsWithFramesThatAreEncoded()
    {
        // Half of the frames are encoded. A window that is due with another frame is given with the next one, so none is lost.
        using Site site = new(_services.GetRequiredService<WorkerMetrics>(), 8, 4, stream: true, stride: 4)
        {
            RunTime = TimeSpan.FromSeconds(1 / 16.0),
        };
        site.Play(TimeSpan.FromSeconds(20));
        var before = site.Queue.Counts();
        site.Play(TimeSpan.FromSeconds(60));
        Assert.All(site.Queue.Counts(), count => Assert.Equal(1, count.Value.Since(before[count.Key]).Coverage));
        Assert.All(site.Queue.Counts(), count => Assert.InRange(count.Value.Since(before[count.Key]).Posted, 59, 61));
    }

    [Fact]
    public void Overload_Ends_EveryWindowIsDecidedAgain()
    {
        using Site site = new(_services.GetRequiredService<WorkerMetrics>(), 8, 4, stream: false)
        {
            RunTime = TimeSpan.FromSeconds(1 / 16.0),
        };
        site.Play(TimeSpan.FromSeconds(30));
        site.RunTime = TimeSpan.FromSeconds(1 / 64.0);
        site.Play(TimeSpan.FromSeconds(10));
        var before = site.Queue.Counts();
        site.Play(TimeSpan.FromSeconds(30));
        Assert.All(site.Queue.Counts(), count => Assert.Equal(1, count.Value.Since(before[count.Key]).Coverage));
    }

    // Cameras whose frames arrive at even times, one lane, and one clock that runs and frames advance together.
    private sealed class Site : IObservationSink, IViewStatus, IDisposable
    {
        private readonly FakeTimeProvider _time = new();
        private readonly ClipSpec _clip;
        private readonly EncoderLoop.Worker _worker;
        private readonly IViewSlot[] _slots;
        private readonly TimeSpan _interval;
        private readonly PriorityQueue<int, DateTimeOffset> _arrivals = new();

        public Site(WorkerMetrics metrics, int cameras, double fps, bool stream, int stride = 1)
        {
            _interval = TimeSpan.FromSeconds(1 / fps);
            _clip = new(1, fps, 8, ResizeRule.Squash);
            FakeActionModel model = new(_clip) { OnRun = _ => Pass(_time.GetUtcNow() + RunTime) };
            FakeStreamModel streams = new() { OnRun = _ => Pass(_time.GetUtcNow() + RunTime) };
            EncoderSettings settings = new(stride, MaxBatch: 1, MostWaiting: 3);
            Queue = new(1, TimeSpan.Zero, _time);
            SamplingControl sampling = new(new("cpu", 1, 1, 1), MaxLatency, _time);
            var encoder = stream ? new StreamingEncoder(streams, model.Manifest, settings) : model.Encoder(settings);
            EncoderStage stage = new(encoder, Queue, this, this, sampling, metrics);
            EncoderLoop loop = new(Queue, encoder, sampling, this, metrics, _time, new Lines().Of<EncoderLoop>());
            _worker = loop.OpenWorker();
            _slots = [.. Enumerable.Range(0, cameras).Select(i => stage.Open(new(NameOf(i), null), waits: false))];
            for (var i = 0; i < cameras; i++)
                _arrivals.Enqueue(i, _time.GetUtcNow() + _interval * i / cameras);
        }

        public EncoderQueue Queue { get; }

        public TimeSpan RunTime { get; set; }

        public Dictionary<string, List<TimeSpan>> Latencies { get; } = [];

        public static string NameOf(int camera) => $"camera-{camera}";

        public void Play(TimeSpan time)
        {
            var end = _time.GetUtcNow() + time;
            while (_time.GetUtcNow() < end)
            {
                // When no window waits, the clock moves to the next frame.
                if (!_worker.TryRun() && _arrivals.TryPeek(out _, out var next))
                    Pass(next);
            }
        }

        public void Observe(in Observation observation)
        {
            if (!Latencies.TryGetValue(observation.View.Camera, out var latencies))
                Latencies.Add(observation.View.Camera, latencies = []);
            latencies.Add(_time.GetElapsedTime(observation.ArrivedAt));
        }

        public void Unseen(string camera, DateTimeOffset at)
        {
        }

        public void Finish(string camera)
        {
        }

        public Task SettledAsync(string camera) => Task.CompletedTask;

        public bool IsBusy(View view) => false;

        public void Dispose()
        {
            foreach (var slot in _slots)
                slot.Dispose();
            _worker.Dispose();
            Queue.Dispose();
        }

        // The frames of this time arrive at their times, also while a run is under way.
        private void Pass(DateTimeOffset until)
        {
            while (_arrivals.TryPeek(out var camera, out var at) && at <= until)
            {
                if (at > _time.GetUtcNow())
                    _time.SetUtcNow(at);
                var frame = ViewFrame.Rent(_clip.FrameBytes, new(NameOf(camera), null), 1, at, _time.GetTimestamp());
                var pushed = _slots[camera].PushAsync(frame, CancellationToken.None).AsTask();
                Assert.True(pushed.IsCompletedSuccessfully);
                _arrivals.DequeueEnqueue(camera, at + _interval);
            }
            if (until > _time.GetUtcNow())
                _time.SetUtcNow(until);
        }
    }
}
