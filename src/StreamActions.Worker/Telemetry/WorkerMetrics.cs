// The instruments of cameras, inference and decisions. SinkMetrics has those of the outbox.
using System.Diagnostics.Metrics;

namespace StreamActions.Worker.Telemetry;

/// <summary>Counts frames, windows, batches and events. Drops and failures have counters of their own.</summary>
internal sealed class WorkerMetrics
{
    /// <summary>Name of the meter of all instruments of the worker.</summary>
    public const string MeterName = "StreamActions.Worker";

    private readonly Meter _meter;
    private readonly Counter<long> _frames, _framesDropped, _decodeErrors, _failures, _reconnects, _stalls, _hangs, _clocks;
    private readonly Counter<long> _windows, _still, _thinned, _dropped, _events, _lost, _publisherDropped;
    private readonly Counter<double> _blind;
    private readonly Histogram<double> _batch, _windowLatency, _latency;
    private long _frameTotal, _windowTotal, _stillTotal, _batchTotal, _batchMicroseconds;

    /// <summary>Creates the instruments.</summary>
    public WorkerMetrics(IMeterFactory meters)
    {
        _meter = meters.Create(MeterName);
        _frames = Counter("streamactions.camera.frames", "{frame}", "Sampled frames received, by camera.");
        _framesDropped = Counter("streamactions.camera.frames.dropped", "{frame}",
            "Frames of live sources dropped because the worker was too slow, by camera and reason.");
        _decodeErrors = Counter("streamactions.camera.decode.errors", "{error}", "Decode errors reported by the reader, by camera.");
        _blind = _meter.CreateCounter<double>("streamactions.camera.blind.time", "s",
            "Time during which a camera was blind, by camera and reason.");
        _failures = Counter("streamactions.camera.failures", "{failure}", "Connections that failed or broke, by camera and reason.");
        _reconnects = Counter("streamactions.camera.reconnects", "{reconnect}", "Successful connections after a failure, by camera.");
        _stalls = Counter("streamactions.camera.stalls", "{stall}", "Stalls: no frame arrived within the deadline, by camera.");
        _hangs = Counter("streamactions.camera.hangs", "{hang}",
            "Connections delayed because the previous reader did not stop, by camera.");
        _clocks = Counter("streamactions.camera.clock.rejected", "{camera}",
            "Streams whose own clock is wrong, so that frames take their time of arrival, by camera.");
        _windows = Counter("streamactions.windows.analysed", "{window}", "Windows scored by the model.");
        _still = Counter("streamactions.windows.still", "{window}", "Windows skipped by the motion gate, by camera.");
        _thinned = Counter("streamactions.windows.thinned", "{window}",
            "Windows skipped because inference was at its limit, by camera.");
        _dropped = Counter("streamactions.windows.dropped", "{window}",
            "Windows dropped without a decision, by camera and reason: replaced by a newer window, inference failed, or worker stopping.");
        _events = Counter("streamactions.events", "{event}", "Action events stored, by alert, camera and phase.");
        _lost = Counter("streamactions.events.lost", "{event}", "Failed attempts to store an event, by camera.");
        _publisherDropped = Counter("streamactions.publisher.dropped", "{event}",
            "Events dropped because the publisher queue was full, by camera and kind: begin (retracted), update or camera.");
        _batch = _meter.CreateHistogram<double>("streamactions.inference.duration", "s", "Duration of one inference batch.");
        _windowLatency = _meter.CreateHistogram<double>("streamactions.window.latency", "s",
            "Time from the arrival of a window's last frame to its decision.");
        _latency = _meter.CreateHistogram<double>("streamactions.event.latency", "s",
            "Time from the arrival of a window's last frame to the decision, for begin events.");
    }

    /// <summary>Totals since the start: frames, windows scored by the model, still windows, batches and their total duration.</summary>
    public (long Frames, long Windows, long Still, long Batches, TimeSpan BatchTime) Totals =>
        (Interlocked.Read(ref _frameTotal), Interlocked.Read(ref _windowTotal), Interlocked.Read(ref _stillTotal),
            Interlocked.Read(ref _batchTotal), TimeSpan.FromMicroseconds(Interlocked.Read(ref _batchMicroseconds)));

    /// <summary>Counts a frame received.</summary>
    public void Frame(string camera)
    {
        Interlocked.Increment(ref _frameTotal);
        _frames.Add(1, Tag("camera", camera));
    }

    /// <summary>Counts a connection that failed or broke.</summary>
    public void CameraFailed(string camera, string reason) => _failures.Add(1, Tag("camera", camera), Tag("reason", reason));

    /// <summary>Counts a successful connection after a failure.</summary>
    public void CameraReconnected(string camera) => _reconnects.Add(1, Tag("camera", camera));

    /// <summary>Counts a stall: no frame arrived within the deadline.</summary>
    public void CameraStalled(string camera) => _stalls.Add(1, Tag("camera", camera));

    /// <summary>Counts a stream whose own clock is wrong.</summary>
    public void ClockRejected(string camera) => _clocks.Add(1, Tag("camera", camera));

    /// <summary>Counts a reader that does not stop.</summary>
    public void ReaderHangs(string camera) => _hangs.Add(1, Tag("camera", camera));

    /// <summary>Adds a gauge with one series per camera and state: 1 for the current state, 0 for the others.</summary>
    /// <typeparam name="TState">The states; a series has the state's name in lower case.</typeparam>
    public void ObserveCameras<TState>(Func<IEnumerable<(string Camera, TState State)>> cameras)
        where TState : struct, Enum =>
        _meter.CreateObservableGauge(
            "streamactions.camera.state",
            () => cameras().SelectMany(now => Enum.GetValues<TState>().Select(state => new Measurement<int>(
                EqualityComparer<TState>.Default.Equals(state, now.State) ? 1 : 0,
                Tag("camera", now.Camera), Tag("state", state.ToString().ToLowerInvariant())))),
            "{camera}", "1 for the current state of a camera, 0 for the other states, by camera and state.");

    /// <summary>Counts the frames that a source dropped and the decode errors of its reader.</summary>
    public void SourceLosses(string camera, long droppedFrames, long decodeErrors)
    {
        if (droppedFrames > 0)
            _framesDropped.Add(droppedFrames, Tag("camera", camera), Tag("reason", "late"));
        if (decodeErrors > 0)
            _decodeErrors.Add(decodeErrors, Tag("camera", camera));
    }

    /// <summary>Adds time during which a camera was blind.</summary>
    public void Blind(string camera, string reason, TimeSpan time) =>
        _blind.Add(time.TotalSeconds, Tag("camera", camera), Tag("reason", reason));

    /// <summary>Counts a window that the motion gate skipped.</summary>
    public void Still(string camera)
    {
        Interlocked.Increment(ref _stillTotal);
        _still.Add(1, Tag("camera", camera));
    }

    /// <summary>Counts windows that were skipped because inference was at its limit.</summary>
    public void Thinned(string camera, long count) => _thinned.Add(count, Tag("camera", camera));

    /// <summary>Adds a gauge of the share of due windows that were decided, by camera.</summary>
    public void ObserveCoverage(Func<IEnumerable<(string Camera, double Share)>> cameras) => _meter.CreateObservableGauge(
        "streamactions.camera.coverage", () => cameras().Select(now => new Measurement<double>(now.Share, Tag("camera", now.Camera))),
        "1", "Share of a camera's due windows that were decided in the last 10 s, by camera.");

    /// <summary>Adds a counter of the tokens of frames, by whether they were encoded or reused. Its total never falls.</summary>
    public void ObserveTokens(Func<(long Encoded, long Reused)> tokens) => _meter.CreateObservableCounter(
        "streamactions.inference.tokens",
        () =>
        {
            var (encoded, reused) = tokens();
            return new Measurement<long>[] { new(encoded, Tag("kind", "encoded")), new(reused, Tag("kind", "reused")) };
        },
        "{token}", "Tokens of frames while inference.reuse is on, by kind: encoded, or reused from an earlier frame.");

    /// <summary>Records the latency of a window: from the arrival of its last frame to the decision.</summary>
    public void WindowLatency(TimeSpan latency) => _windowLatency.Record(latency.TotalSeconds);

    /// <summary>Counts dropped windows.</summary>
    public void Dropped(string camera, string reason, long count) =>
        _dropped.Add(count, Tag("camera", camera), Tag("reason", reason));

    /// <summary>Counts a batch and its windows.</summary>
    public void Batch(int windows, TimeSpan duration)
    {
        Interlocked.Add(ref _windowTotal, windows);
        Interlocked.Increment(ref _batchTotal);
        Interlocked.Add(ref _batchMicroseconds, (long)duration.TotalMicroseconds);
        _windows.Add(windows);
        _batch.Record(duration.TotalSeconds);
    }

    /// <summary>Counts a failed attempt to store an event.</summary>
    public void EventLost(string camera) => _lost.Add(1, Tag("camera", camera));

    /// <summary>Counts an action event that was stored.</summary>
    /// <param name="alert">The alert's name.</param>
    /// <param name="camera">The camera's name.</param>
    /// <param name="phase">begin, update or end.</param>
    public void EventStored(string alert, string camera, string phase) =>
        _events.Add(1, Tag("alert", alert), Tag("camera", camera), Tag("phase", phase));

    /// <summary>Counts an event that the full publisher queue dropped.</summary>
    /// <param name="camera">The camera's name.</param>
    /// <param name="kind">begin, update or camera.</param>
    public void EventDropped(string camera, string kind) => _publisherDropped.Add(1, Tag("camera", camera), Tag("kind", kind));

    /// <summary>Adds the gauge of events that wait for the store.</summary>
    public void ObservePublisherQueue(Func<int> length) => _meter.CreateObservableGauge(
        "streamactions.publisher.queue", length, "{event}", "Events decided and not yet stored.");

    /// <summary>Records the latency of a begin event: from the arrival of the window's last frame to the decision.</summary>
    public void EventLatency(TimeSpan latency) => _latency.Record(latency.TotalSeconds);

    private static KeyValuePair<string, object?> Tag(string name, string value) => new(name, value);

    private Counter<long> Counter(string name, string unit, string description) =>
        _meter.CreateCounter<long>(name, unit, description);
}
