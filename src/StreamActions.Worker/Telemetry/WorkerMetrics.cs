// Every instrument of cameras, inference and decisions; the outbox has its own in SinkMetrics.
using System.Diagnostics.Metrics;
using StreamActions.Worker.Cameras;
using StreamActions.Worker.Events;
using StreamActions.Worker.Sinks;

namespace StreamActions.Worker.Telemetry;

/// <summary>Counts frames, windows, batches and events; drops and failures have counters of their own.</summary>
internal sealed class WorkerMetrics
{
    private readonly Meter _meter;
    private readonly Counter<long> _frames, _framesDropped, _decodeErrors, _windows, _still, _dropped, _events, _lost, _failures, _reconnects, _stalls, _hangs;
    private readonly Counter<double> _blind;
    private readonly Histogram<double> _batch, _latency;
    private long _frameTotal, _windowTotal, _stillTotal, _batchTotal, _batchMicroseconds;

    /// <summary>Creates the instruments.</summary>
    public WorkerMetrics(IMeterFactory meters)
    {
        var meter = _meter = meters.Create(SinkMetrics.MeterName);
        _frames = meter.CreateCounter<long>("streamactions.camera.frames", "{frame}", "Sampled frames received, by camera.");
        _framesDropped = meter.CreateCounter<long>("streamactions.camera.frames.dropped", "{frame}", "Frames of live sources that nobody took in time, by camera and reason.");
        _decodeErrors = meter.CreateCounter<long>("streamactions.camera.decode.errors", "{error}", "Damage that the reader reported, by camera.");
        _blind = meter.CreateCounter<double>("streamactions.camera.blind.time", "s", "Time in which a camera did not see, by camera and reason.");
        _failures = meter.CreateCounter<long>("streamactions.camera.failures", "{failure}", "Openings that failed or broke, by camera and reason.");
        _reconnects = meter.CreateCounter<long>("streamactions.camera.reconnects", "{reconnect}", "Cameras live again after a failure, by camera.");
        _stalls = meter.CreateCounter<long>("streamactions.camera.stalls", "{stall}", "Times that frames which were due did not come, by camera.");
        _hangs = meter.CreateCounter<long>("streamactions.camera.hangs", "{hang}", "Openings that had to wait for a reader which cannot be stopped, by camera.");
        _windows = meter.CreateCounter<long>("streamactions.windows.analysed", "{window}", "Windows the network has scored.");
        _still = meter.CreateCounter<long>("streamactions.windows.still", "{window}", "Windows decided without the network because nothing moved, by camera.");
        _dropped = meter.CreateCounter<long>("streamactions.windows.dropped", "{window}", "Windows nobody decided on, by camera and reason: replaced by a newer one, failed in inference, too late while stopping.");
        _events = meter.CreateCounter<long>("streamactions.events", "{event}", "Action events, by alert, camera and phase.");
        _lost = meter.CreateCounter<long>("streamactions.events.lost", "{event}", "Action events that could not be stored, by camera.");
        _batch = meter.CreateHistogram<double>("streamactions.inference.duration", "s", "Time of one batch.");
        _latency = meter.CreateHistogram<double>("streamactions.event.latency", "s", "From the arrival of a window's last frame to the decision.");
    }

    /// <summary>Totals since the start: frames, windows that the network scored, windows skipped as still, batches, and the time of all batches.</summary>
    public (long Frames, long Windows, long Still, long Batches, TimeSpan BatchTime) Totals =>
        (Interlocked.Read(ref _frameTotal), Interlocked.Read(ref _windowTotal), Interlocked.Read(ref _stillTotal), Interlocked.Read(ref _batchTotal), TimeSpan.FromMicroseconds(Interlocked.Read(ref _batchMicroseconds)));

    /// <summary>A frame came.</summary>
    public void Frame(string camera)
    {
        Interlocked.Increment(ref _frameTotal);
        _frames.Add(1, new KeyValuePair<string, object?>("camera", camera));
    }

    /// <summary>A camera failed.</summary>
    public void CameraFailed(string camera, string reason) =>
        _failures.Add(1, new KeyValuePair<string, object?>("camera", camera), new KeyValuePair<string, object?>("reason", reason));

    /// <summary>A camera is live again.</summary>
    public void CameraReconnected(string camera) => _reconnects.Add(1, new KeyValuePair<string, object?>("camera", camera));

    /// <summary>A camera's frames stay away.</summary>
    public void CameraStalled(string camera) => _stalls.Add(1, new KeyValuePair<string, object?>("camera", camera));

    /// <summary>A camera's reader hangs.</summary>
    public void ReaderHangs(string camera) => _hangs.Add(1, new KeyValuePair<string, object?>("camera", camera));

    /// <summary>Adds the gauge of the cameras' states: 1 for the state a camera is in, 0 for all others.</summary>
    public void ObserveCameras(Func<IEnumerable<(string Camera, CameraState State)>> cameras) => _meter.CreateObservableGauge(
        "streamactions.camera.state",
        () => cameras().SelectMany(now => Enum.GetValues<CameraState>().Select(state => new Measurement<int>(
            state == now.State ? 1 : 0,
            new KeyValuePair<string, object?>("camera", now.Camera), new KeyValuePair<string, object?>("state", state.ToString().ToLowerInvariant())))),
        "{camera}", "1 for the state that a camera is in, by camera and state.");

    /// <summary>The source dropped frames, and its reader reported damage.</summary>
    public void SourceLosses(string camera, long droppedFrames, long decodeErrors)
    {
        if (droppedFrames > 0)
            _framesDropped.Add(droppedFrames, new KeyValuePair<string, object?>("camera", camera), new KeyValuePair<string, object?>("reason", "late"));
        if (decodeErrors > 0)
            _decodeErrors.Add(decodeErrors, new KeyValuePair<string, object?>("camera", camera));
    }

    /// <summary>A camera was blind for a time.</summary>
    public void Blind(string camera, string reason, TimeSpan time) =>
        _blind.Add(time.TotalSeconds, new KeyValuePair<string, object?>("camera", camera), new KeyValuePair<string, object?>("reason", reason));

    /// <summary>A window needed no inference.</summary>
    public void Still(string camera)
    {
        Interlocked.Increment(ref _stillTotal);
        _still.Add(1, new KeyValuePair<string, object?>("camera", camera));
    }

    /// <summary>Windows were dropped.</summary>
    public void Dropped(string camera, string reason, long count) =>
        _dropped.Add(count, new KeyValuePair<string, object?>("camera", camera), new KeyValuePair<string, object?>("reason", reason));

    /// <summary>A batch was run.</summary>
    public void Batch(int windows, TimeSpan duration)
    {
        Interlocked.Add(ref _windowTotal, windows);
        Interlocked.Increment(ref _batchTotal);
        Interlocked.Add(ref _batchMicroseconds, (long)duration.TotalMicroseconds);
        _windows.Add(windows);
        _batch.Record(duration.TotalSeconds);
    }

    /// <summary>An event could not be stored.</summary>
    public void EventLost(ActionEvent e) => _lost.Add(1, new KeyValuePair<string, object?>("camera", e.Camera));

    /// <summary>An event was published.</summary>
    public void Event(ActionEvent e)
    {
        _events.Add(1, new KeyValuePair<string, object?>("alert", e.Alert), new KeyValuePair<string, object?>("camera", e.Camera),
            new KeyValuePair<string, object?>("phase", e.Phase.ToString().ToLowerInvariant()));
        if (e.Phase == ActionPhase.Begin)
            _latency.Record(e.LatencyMs / 1000);
    }
}
