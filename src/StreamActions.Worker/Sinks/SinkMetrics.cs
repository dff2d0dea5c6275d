// The instruments of the outbox and the relay.
using System.Diagnostics.Metrics;
using StreamActions.Worker.Telemetry;

namespace StreamActions.Worker.Sinks;

/// <summary>Counts events that enter and leave the outbox.</summary>
internal sealed class SinkMetrics
{
    private readonly Meter _meter;
    private readonly Counter<long> _appended;
    private readonly Counter<long> _delivered;
    private readonly Counter<long> _failed;
    private readonly Counter<long> _deadLettered;
    private readonly Counter<long> _quarantined;
    private readonly Counter<long> _reopened;

    /// <summary>Creates the instruments.</summary>
    public SinkMetrics(IMeterFactory meters)
    {
        _meter = meters.Create(WorkerMetrics.MeterName);
        _appended = _meter.CreateCounter<long>("streamactions.outbox.appended", "{event}", "Events stored durably.");
        _delivered = _meter.CreateCounter<long>("streamactions.outbox.delivered", "{event}", "Events confirmed by the broker.");
        _failed = _meter.CreateCounter<long>("streamactions.outbox.failed", "{event}",
            "Failed deliveries. The events stay pending and are sent again.");
        _deadLettered = _meter.CreateCounter<long>("streamactions.outbox.deadlettered", "{event}",
            "Events rejected by the broker and moved to the dead letters.");
        _quarantined = _meter.CreateCounter<long>("streamactions.outbox.quarantined", "{file}", "Corrupt stores renamed and replaced.");
        _reopened = _meter.CreateCounter<long>("streamactions.outbox.reopened", "{file}",
            "Stores that were removed or replaced while the worker used them.");
    }

    /// <summary>Adds the gauge of pending events.</summary>
    public void ObservePending(Func<long> pending) =>
        _meter.CreateObservableGauge("streamactions.outbox.pending", pending, "{event}", "Events stored and not yet delivered.");

    /// <summary>Counts events that were stored durably.</summary>
    public void Appended(int count) => _appended.Add(count);

    /// <summary>Counts events that the broker confirmed.</summary>
    public void Delivered(int count) => _delivered.Add(count);

    /// <summary>Counts failed deliveries.</summary>
    public void Failed(int count) => _failed.Add(count);

    /// <summary>Counts an event that moved to the dead letters.</summary>
    public void DeadLettered() => _deadLettered.Add(1);

    /// <summary>Counts a corrupt store.</summary>
    public void Quarantined() => _quarantined.Add(1);

    /// <summary>Counts a store that was removed or replaced while it was open.</summary>
    public void Reopened() => _reopened.Add(1);
}
