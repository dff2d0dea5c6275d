// Records the measurements of one instrument.
using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace StreamActions.Worker.Tests.Telemetry;

/// <summary>Listens to one instrument of one factory, because tests that run in parallel have the same instruments.</summary>
internal sealed class Measurements : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentQueue<(double Value, string Tags)> _seen = new();

    public Measurements(IMeterFactory meters, string instrument)
    {
        _listener.InstrumentPublished = (published, listener) =>
        {
            if (published.Name == instrument && ReferenceEquals(published.Meter.Scope, meters))
                listener.EnableMeasurementEvents(published);
        };
        _listener.SetMeasurementEventCallback<double>((_, value, tags, _) => Add(value, tags));
        _listener.SetMeasurementEventCallback<long>((_, value, tags, _) => Add(value, tags));
        _listener.Start();
    }

    /// <summary>Values with the values of their tags, such as <c>dock/replaced</c>, in order.</summary>
    public IReadOnlyList<(double Value, string Tags)> Seen => [.. _seen];

    public void Dispose() => _listener.Dispose();

    private void Add(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
        _seen.Enqueue((value, string.Join('/', tags.ToArray().Select(t => t.Value))));
}
