// Several lanes run at the same time. Observations of a view stay in order.
using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using StreamActions.Worker.Inference;
using StreamActions.Worker.Telemetry;
using StreamActions.Worker.Tests.Sinks;
using StreamActions.Worker.Views;

namespace StreamActions.Worker.Tests.Inference;

public sealed class EncoderLoopLanesTests : IDisposable
{
    private const int Lanes = 4;
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);
    private readonly Lines _lines = new();
    private readonly EncoderQueue _queue = new(1, TimeSpan.Zero, TimeProvider.System);
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().AddSingleton<WorkerMetrics>().BuildServiceProvider();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private EncoderLoop Loop(FakeActionModel model, IObservationSink observations) => new(
        _queue, model.Encoder(new(1, 1, 1)), new(new("cpu", 1, Lanes, 1), TimeSpan.FromSeconds(2), TimeProvider.System), observations,
        _services.GetRequiredService<WorkerMetrics>(), TimeProvider.System, _lines.Of<EncoderLoop>());

    public void Dispose()
    {
        _queue.Dispose();
        _services.Dispose();
    }

    [Fact]
    public async Task StartAsync_SeveralLanes_RunDifferentViewsAtTheSameTime()
    {
        // No run ends before all lanes run.
        using Barrier together = new(Lanes);
        using FakeActionModel model = new()
        {
            OnRun = _ => Assert.True(together.SignalAndWait(Timeout, CancellationToken.None)),
        };
        Observed observed = new();
        var loop = Loop(model, observed);
        await loop.StartAsync(Cancelled);
        for (var i = 0; i < Lanes; i++)
            _queue.Post(Pictures.Step(new($"camera-{i}", null)));
        for (var i = 0; i < Lanes; i++)
            await _queue.DrainedAsync($"camera-{i}", Cancelled).WaitAsync(Timeout, Cancelled);
        await loop.StopAsync(Cancelled);
        Assert.Equal(Lanes, observed.Of.Count);
        Assert.Contains("Inference runs on cpu: 4 runs at a time, 1 thread and 1 window each", _lines.All.Select(line => line.Text));
    }

    [Fact]
    public async Task StartAsync_SeveralLanes_KeepOrderOfEachView()
    {
        View[] views = [new("dock", null), new("dock", "gate"), new("aisle", null)];
        using FakeActionModel model = new();
        Observed observed = new();
        var loop = Loop(model, observed);
        await loop.StartAsync(Cancelled);
        await Task.WhenAll(views.Select(view => Task.Run(async () =>
        {
            for (var i = 1; i <= 300; i++)
                await _queue.PostWaitingAsync(Pictures.Step(view, i), Cancelled);
        })));
        await loop.StopAsync(Cancelled);
        Assert.All(views, view => Assert.Equal(Enumerable.Range(1, 300).Select(i => (double)i), observed.Of[view]));
    }

    // The capture times of each view, in the order of their observations.
    private sealed class Observed : IObservationSink
    {
        public ConcurrentDictionary<View, List<double>> Of { get; } = new();

        // The list is not thread safe: the queue must never run two steps of a view at the same time.
        public void Observe(in Observation observation) =>
            Of.GetOrAdd(observation.View, _ => []).Add((observation.To - DateTimeOffset.UnixEpoch).TotalSeconds);

        public void Unseen(string camera, DateTimeOffset at)
        {
        }

        public void Finish(string camera)
        {
        }

        public Task SettledAsync(string camera) => Task.CompletedTask;
    }
}
