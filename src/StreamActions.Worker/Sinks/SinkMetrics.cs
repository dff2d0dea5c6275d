// Every instrument of the outbox and of the relay.
using System.Diagnostics.Metrics;
using StreamActions.Worker.Telemetry;

namespace StreamActions.Worker.Sinks;

/// <summary>Counts what enters and leaves the outbox.</summary>
internal sealed class SinkMetrics
{
    private readonly Meter _meter;
    private readonly Counter<long> _appended;
    private readonly Counter<long> _delivered;
    private readonly Counter<long> _failed;
    private readonly Counter<long> _deadLettered;
    private readonly Counter<long> _quarantined;

    /// <summary>Creates the instruments.</summary>
    public SinkMetrics(IMeterFactory meters)
    {
        _meter = meters.Create(WorkerMetrics.MeterName);
        _appended = _meter.CreateCounter<long>("streamactions.outbox.appended", "{event}", "Events stored durably.");
        _delivered = _meter.CreateCounter<long>("streamactions.outbox.delivered", "{event}", "Events the broker confirmed.");
        _failed = _meter.CreateCounter<long>("streamactions.outbox.failed", "{event}", "Attempts that failed; the events are kept and sent again.");
        _deadLettered = _meter.CreateCounter<long>("streamactions.outbox.deadlettered", "{event}", "Events the broker refused for good.");
        _quarantined = _meter.CreateCounter<long>("streamactions.outbox.quarantined", "{file}", "Corrupt stores put aside.");
    }

    /// <summary>Adds the gauge of events that wait.</summary>
    public void ObservePending(Func<long> pending) =>
        _meter.CreateObservableGauge("streamactions.outbox.pending", pending, "{event}", "Events stored and not yet delivered.");

    /// <summary>Events were stored durably.</summary>
    public void Appended(int count) => _appended.Add(count);

    /// <summary>The broker confirmed events.</summary>
    public void Delivered(int count) => _delivered.Add(count);

    /// <summary>Attempts failed.</summary>
    public void Failed(int count) => _failed.Add(count);

    /// <summary>The broker refused an event for good.</summary>
    public void DeadLettered() => _deadLettered.Add(1);

    /// <summary>A corrupt store was put aside.</summary>
    public void Quarantined() => _quarantined.Add(1);
}
