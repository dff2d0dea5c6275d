// The publisher's queue: it never waits, it is bounded, and it drops by rule.
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using StreamActions.Worker.Alerts;
using StreamActions.Worker.Cameras;
using StreamActions.Worker.Events;
using StreamActions.Worker.Telemetry;
using StreamActions.Worker.Tests.Alerts;
using StreamActions.Worker.Tests.Sinks;
using StreamActions.Worker.Tests.Telemetry;
using StreamActions.Worker.Views;

namespace StreamActions.Worker.Tests.Events;

public sealed class EventPublisherTests : IDisposable
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);
    private static readonly View Dock = new("dock", null);
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly FakeTimeProvider _time = new();
    private readonly FakeSink _sink = new();
    private readonly Lines _lines = new();
    private readonly EventPublisher _publisher;

    public EventPublisherTests() => _publisher = new(_sink, new WorkerMetrics(Meters), _time, _lines.Of<EventPublisher>());

    private IMeterFactory Meters => _services.GetRequiredService<IMeterFactory>();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _publisher.Dispose();
        _services.Dispose();
    }

    private static AlertTransition Transition(ActionPhase phase, int second, string alert = "fight", View? view = null)
    {
        var at = DateTimeOffset.UnixEpoch.AddSeconds(second);
        AlertRule rule = new(SampleAlerts.Fight with { Name = alert }, new LabelScorer(["x"], 0), new("hash", new("fake", "1", "sha")));
        DateTimeOffset? ended = phase == ActionPhase.End ? at : null;
        return new(view ?? Dock, rule, new(phase, second, at, DateTimeOffset.UnixEpoch, ended, 0.9, 0.9), new(0.9, "x", null), at, at, 0);
    }

    private static VisibilityChange Blind(int second) =>
        new("dock", DateTimeOffset.UnixEpoch.AddSeconds(second), Blind: true, "offline", "refused");

    [Fact]
    public async Task Publish_StoreStalls_ReturnsAtOnceAndStoresLaterInOrder()
    {
        TaskCompletionSource stall = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _sink.Stall = stall.Task;
        var receipt = _publisher.Publish(Transition(ActionPhase.Begin, 0));
        _publisher.Publish(Blind(1));
        _publisher.Publish(Transition(ActionPhase.Update, 2));
        _publisher.Publish(Transition(ActionPhase.End, 3));

        Assert.Null(receipt!.IsStored);
        Assert.Equal(4, _publisher.QueueLength);
        stall.SetResult();
        await _publisher.SettledAsync("dock").WaitAsync(Timeout, Cancelled);
        Assert.True(receipt.IsStored);
        Assert.Equal(0, _publisher.QueueLength);
        Assert.Equal([0, 1, 2, 3], _sink.Events.Select(e => (e.Time - DateTimeOffset.UnixEpoch).TotalSeconds));
    }

    [Fact]
    public async Task Publish_QueueFull_DropsUpdatesFirstAndNeverAnEnd()
    {
        using Measurements dropped = new(Meters, "streamactions.publisher.dropped");
        TaskCompletionSource stall = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _sink.Stall = stall.Task;
        _publisher.Publish(Transition(ActionPhase.Begin, 0));
        for (var second = 1; second < EventPublisher.Capacity; second++)
            _publisher.Publish(Transition(ActionPhase.Update, second));

        Assert.Null(_publisher.Publish(Transition(ActionPhase.Update, 5000)));
        var other = _publisher.Publish(Transition(ActionPhase.Begin, 5001, "fall"));
        _publisher.Publish(Blind(5002));
        _publisher.Publish(Transition(ActionPhase.End, 5003));
        Assert.Equal(EventPublisher.Capacity + 1, _publisher.QueueLength);
        stall.SetResult();
        await _publisher.SettledAsync("dock").WaitAsync(Timeout, Cancelled);

        Assert.True(other!.IsStored);
        // The newest update is refused; the begin and the camera event each take the place of the oldest waiting update.
        Assert.Equal([(1, "dock/update"), (1, "dock/update"), (1, "dock/update")], dropped.Seen);
        Assert.Equal([0, .. Enumerable.Range(3, EventPublisher.Capacity - 3), 5001, 5002, 5003],
            _sink.Events.Select(e => (int)(e.Time - DateTimeOffset.UnixEpoch).TotalSeconds));
        Assert.Contains(_lines.At(LogLevel.Error), line => line.Contains("store is too slow", StringComparison.Ordinal));
    }

    [Fact]
    public void Publish_QueueFullOfBegins_RefusesFurtherBegins()
    {
        using Measurements dropped = new(Meters, "streamactions.publisher.dropped");
        _sink.Stall = new TaskCompletionSource().Task;
        for (var i = 0; i < EventPublisher.Capacity; i++)
            Assert.Null(_publisher.Publish(Transition(ActionPhase.Begin, i, $"alert-{i}"))!.IsStored);
        Assert.False(_publisher.Publish(Transition(ActionPhase.Begin, 5000, "late"))!.IsStored);
        _publisher.Publish(Blind(5001));
        Assert.Equal([(1, "dock/begin"), (1, "dock/camera")], dropped.Seen);
        Assert.Equal(EventPublisher.Capacity, _publisher.QueueLength);
    }

    [Fact]
    public async Task Publish_OneCamerasStoreStalls_OtherCamerasAreStored()
    {
        _sink.StallFor = e => e.Camera == "dock" ? new TaskCompletionSource().Task : Task.CompletedTask;
        _publisher.Publish(Transition(ActionPhase.Begin, 0));
        _publisher.Publish(Transition(ActionPhase.Begin, 1, view: new("aisle", null)));
        await _publisher.SettledAsync("aisle").WaitAsync(Timeout, Cancelled);
        Assert.Equal("aisle", Assert.Single(_sink.Events).Camera);
    }

    [Fact]
    public async Task StartAsync_EndNotStored_RetriesItWithoutFurtherEvents()
    {
        await _publisher.StartAsync(Cancelled);
        _publisher.Publish(Transition(ActionPhase.Begin, 0));
        _sink.Refuses = e => e is ActionEvent { Phase: ActionPhase.End };
        _publisher.Publish(Transition(ActionPhase.End, 1));
        await _publisher.SettledAsync("dock").WaitAsync(Timeout, Cancelled);
        Assert.Equal([ActionPhase.Begin], _sink.Phases);

        _sink.Refuses = _ => false;
        _time.Advance(EventPublisher.RetryEvery);
        await _publisher.SettledAsync("dock").WaitAsync(Timeout, Cancelled);
        Assert.Equal([ActionPhase.Begin, ActionPhase.End], _sink.Phases);
    }

    [Fact]
    public async Task Publish_UpdateAndEndOfARefusedBegin_AreNotStored()
    {
        _sink.Refuses = e => e is ActionEvent { Phase: ActionPhase.Begin };
        var receipt = _publisher.Publish(Transition(ActionPhase.Begin, 0));
        _publisher.Publish(Transition(ActionPhase.Update, 1));
        _publisher.Publish(Transition(ActionPhase.End, 2));
        await _publisher.SettledAsync("dock").WaitAsync(Timeout, Cancelled);
        Assert.False(receipt!.IsStored);
        Assert.Empty(_sink.Events);
    }

    [Fact]
    public async Task StopAsync_StoreStalls_EndsAfterTheGrace()
    {
        _sink.Stall = new TaskCompletionSource().Task;
        _publisher.Publish(Transition(ActionPhase.Begin, 0));
        var stopping = _publisher.StopAsync(Cancelled);
        Assert.False(stopping.IsCompleted);
        _time.Advance(EventPublisher.Grace);
        await stopping.WaitAsync(Timeout, Cancelled);
        Assert.Contains("before 1 events were stored", Assert.Single(_lines.At(LogLevel.Error)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task QueueLength_IsAMetric()
    {
        await _publisher.StartAsync(Cancelled);
        _sink.Stall = new TaskCompletionSource().Task;
        _publisher.Publish(Blind(0));
        List<int> seen = [];
        using MeterListener listener = new();
        listener.InstrumentPublished = (instrument, _) =>
        {
            if (instrument.Name == "streamactions.publisher.queue" && ReferenceEquals(instrument.Meter.Scope, Meters))
                listener.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<int>((_, value, _, _) => seen.Add(value));
        listener.Start();
        listener.RecordObservableInstruments();
        Assert.Equal([1], seen);
    }
}
