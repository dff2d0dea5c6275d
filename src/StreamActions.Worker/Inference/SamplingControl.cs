// Thins the steps of live cameras when inference is at its limit: measures runs and demand, and asks the governor once a second.
using StreamActions.Worker.Views;

namespace StreamActions.Worker.Inference;

/// <summary>
/// Knows the steps that each view wants and the duration of runs. Above capacity, a view's steps are thinned evenly, which is a larger
/// stride: windows or frames are skipped before they reach the queue. Recordings at <c>pace: fast</c> are not thinned: they wait. Thread
/// safe.
/// </summary>
/// <param name="plan">Runs at a time and the largest batch.</param>
/// <param name="maxLatency">The time within which 95 % of the steps must be decided after their last frame arrived.</param>
/// <param name="time">The clock.</param>
internal sealed class SamplingControl(RunPlan plan, TimeSpan maxLatency, TimeProvider time)
{
    private const double Percentile = 0.95, TickSeconds = 1, MemorySeconds = 5, GoldenRatio = 0.618034;

    // A percentile of fewer latencies means little, but a slow device does not have to decide that many.
    private const int EnoughLatencies = 20, LongestWaitTicks = 5;

    // Slower than any stride: the camera has stopped.
    private const double LeastRate = 0.0005;

    private readonly Lock _lock = new();
    private readonly SamplingGovernor _governor = new(maxLatency);
    private readonly RunCosts _costs = new(plan);
    private readonly LatencyHistogram _latencies = new();
    private readonly Dictionary<View, Thinner> _views = [];
    private readonly Dictionary<string, Demand> _cameras = new(StringComparer.Ordinal);
    private readonly List<double> _wanted = [];
    private long _tickedAt = time.GetTimestamp();
    private int _ticksWithoutLatency, _opened;

    // A camera's steps: those asked for since the last tick, and their number and seconds with exponential decay.
    private sealed class Demand
    {
        public int Asked;
        public double Steps, Seconds, Share = 1;

        public double Rate => Seconds > 0 ? Steps / Seconds : 0;
    }

    // A view's part of a step that is due: at 1 it takes a step.
    private sealed class Thinner(Demand camera, double credit)
    {
        public readonly Demand Camera = camera;
        public double Credit = credit;
    }

    /// <summary>The runs for which the control measures.</summary>
    public RunPlan Plan => plan;

    /// <summary>Steps per second that the device can run, as measured; infinite before the first run.</summary>
    public double Capacity
    {
        get
        {
            lock (_lock)
                return _costs.StepsPerSecond;
        }
    }

    /// <summary>Whether to run a step of a live view. Ask once for each step that needs the network, before it is posted.</summary>
    public bool Takes(View view)
    {
        lock (_lock)
        {
            TickIfDue();
            if (!_views.TryGetValue(view, out var thinner))
                thinner = Open(view);
            thinner.Camera.Asked++;
            if (thinner.Camera.Share >= 1)
                return true;
            // The sum of equal shares may miss 1 by a rounding error.
            thinner.Credit += thinner.Camera.Share + 1e-9;
            if (thinner.Credit < 1)
                return false;
            thinner.Credit -= 1;
            return true;
        }
    }

    /// <summary>Takes the work of a lane on a batch.</summary>
    /// <param name="batch">Steps in the batch; at least 1.</param>
    /// <param name="runs">Windows or frames that it ran: more than steps when a step holds several frames.</param>
    /// <param name="took">How long it kept the lane busy.</param>
    public void Ran(int batch, int runs, TimeSpan took)
    {
        // A lane runs one frame of each step at a time.
        lock (_lock)
            _costs.Learn(batch, took * batch / Math.Max(batch, runs));
    }

    /// <summary>Takes the latency of a step: from the arrival of its last frame to its decision.</summary>
    public void Decided(TimeSpan latency)
    {
        lock (_lock)
            _latencies.Add(latency);
    }

    // Different start values spread the views: with equal ones, all would take their steps at the same time and then none.
    private Thinner Open(View view)
    {
        if (!_cameras.TryGetValue(view.Camera, out var camera))
            _cameras.Add(view.Camera, camera = new());
        Thinner thinner = new(camera, ++_opened * GoldenRatio % 1);
        _views.Add(view, thinner);
        return thinner;
    }

    private void TickIfDue()
    {
        var seconds = time.GetElapsedTime(_tickedAt).TotalSeconds;
        if (seconds < TickSeconds)
            return;
        _tickedAt = time.GetTimestamp();
        var kept = Math.Exp(-seconds / MemorySeconds);
        _wanted.Clear();
        foreach (var (name, camera) in _cameras)
        {
            var added = MemorySeconds * (1 - kept);
            camera.Steps = camera.Steps * kept + camera.Asked / seconds * added;
            camera.Seconds = camera.Seconds * kept + added;
            camera.Asked = 0;
            if (camera.Rate < LeastRate)
                Close(name, camera);
            else
                _wanted.Add(camera.Rate);
        }
        _governor.Tick(_costs.StepsPerSecond, _wanted, Latency(), _costs.Run);
        foreach (var camera in _cameras.Values)
            camera.Share = _governor.ShareOf(camera.Rate);
    }

    private TimeSpan? Latency()
    {
        if (_latencies.Count == 0 || (_latencies.Count < EnoughLatencies && ++_ticksWithoutLatency < LongestWaitTicks))
            return null;
        var latency = _latencies.Percentile(Percentile);
        _latencies.Clear();
        _ticksWithoutLatency = 0;
        return latency;
    }

    private void Close(string name, Demand camera)
    {
        _cameras.Remove(name);
        foreach (var (view, thinner) in _views)
        {
            if (thinner.Camera == camera)
                _views.Remove(view);
        }
    }
}
