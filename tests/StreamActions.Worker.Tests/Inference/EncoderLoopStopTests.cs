// Stopping encodes the waiting windows, but abandons a model that is too slow.
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using StreamActions.Core.Clips;
using StreamActions.Worker.Inference;
using StreamActions.Worker.Telemetry;
using StreamActions.Worker.Tests.Sinks;

namespace StreamActions.Worker.Tests.Inference;

public sealed class EncoderLoopStopTests : IDisposable
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);
    private readonly FakeTimeProvider _time = new();
    private readonly Lines _lines = new();
    private readonly HeldModel _model = new();
    private readonly EncoderQueue _queue;
    private readonly EncoderLoop _loop;
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().AddSingleton<WorkerMetrics>().BuildServiceProvider();

    public EncoderLoopStopTests()
    {
        _queue = new(1, TimeSpan.Zero, _time);
        var metrics = _services.GetRequiredService<WorkerMetrics>();
        WindowedEncoder encoder = new(_model, new(1, 4, 8, ResizeRule.Squash), new(1, 1, 1));
        SamplingControl sampling = new(new("cpu", 1, 1, 1), TimeSpan.FromSeconds(2), _time);
        _loop = new(_queue, encoder, sampling, new NoAlerts(), metrics, _time, _lines.Of<EncoderLoop>());
    }

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _model.Release();
        _queue.Dispose();
        _model.Dispose();
        _services.Dispose();
    }

    [Fact]
    public async Task StopAsync_WindowsWait_EncodesThemFirst()
    {
        _queue.Post(Pictures.Step(new("dock", null)));
        _queue.Post(Pictures.Step(new("dock", "gate")));
        await _loop.StartAsync(Cancelled);
        await _model.Started.WaitAsync(Timeout, Cancelled);
        var stopping = _loop.StopAsync(Cancelled);
        _model.Release();
        await stopping.WaitAsync(Timeout, Cancelled);
        Assert.Equal(2, _model.Runs);
        Assert.Empty(_lines.At(LogLevel.Warning));
    }

    [Fact]
    public async Task StopAsync_ModelTooSlow_ReturnsAfterGraceAndStartsNoBatch()
    {
        _queue.Post(Pictures.Step(new("dock", null)));
        await _loop.StartAsync(Cancelled);
        await _model.Started.WaitAsync(Timeout, Cancelled);
        _queue.Post(Pictures.Step(new("dock", "gate")));
        var stopping = _loop.StopAsync(Cancelled);
        Assert.False(stopping.IsCompleted);
        _time.Advance(EncoderLoop.Grace);
        await stopping.WaitAsync(Timeout, Cancelled);
        Assert.Contains("inference takes too long", Assert.Single(_lines.At(LogLevel.Warning)), StringComparison.Ordinal);

        // The running batch completes. The next one is not started.
        _model.Release();
        await WaitForEndOfThreadAsync();
        Assert.Equal(1, _model.Runs);
    }

    [Fact]
    public async Task StopAsync_HostCancels_DoesNotThrow()
    {
        _queue.Post(Pictures.Step(new("dock", null)));
        await _loop.StartAsync(Cancelled);
        await _model.Started.WaitAsync(Timeout, Cancelled);
        await _loop.StopAsync(new CancellationToken(canceled: true));
        _model.Release();
    }

    // A second stop completes without a warning only after the thread has ended.
    private async Task WaitForEndOfThreadAsync()
    {
        await _loop.StopAsync(Cancelled).WaitAsync(Timeout, Cancelled);
        Assert.Single(_lines.At(LogLevel.Warning));
    }

    private sealed class NoAlerts : IObservationSink
    {
        public void Observe(in Observation observation) => Assert.Fail("the model's outputs are not finite");

        public void Unseen(string camera, DateTimeOffset at)
        {
        }

        public void Finish(string camera)
        {
        }

        public Task SettledAsync(string camera) => Task.CompletedTask;
    }

    // Blocks every run until it is released. Its outputs are NaN, so that the alerts decide nothing.
    private sealed class HeldModel : IWindowModel, IDisposable
    {
        private readonly ManualResetEventSlim _released = new();
        private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _runs;

        public Task Started => _started.Task;
        public int Runs => Volatile.Read(ref _runs);

        public IModelLane OpenLane(int maxBatch) => new Lane(this);

        public void Release() => _released.Set();

        public void Dispose() => _released.Dispose();

        private sealed class Lane(HeldModel model) : IModelLane
        {
            public BatchOutput Run(IReadOnlyList<FrameWindow> windows)
            {
                Interlocked.Increment(ref model._runs);
                model._started.TrySetResult();
                if (!model._released.Wait(Timeout, CancellationToken.None))
                    throw new TimeoutException("the test did not release the model");
                return new(new[] { float.NaN }, default, 1, 0);
            }

            public void Dispose()
            {
            }
        }
    }
}
