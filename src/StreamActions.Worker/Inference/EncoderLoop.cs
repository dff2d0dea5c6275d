// The encoder's threads: each takes batches from the queue, runs them on its lane and hands observations to the alerts.
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using StreamActions.Worker.Telemetry;

namespace StreamActions.Worker.Inference;

/// <summary>
/// Starts as many threads as the plan has runs at a time. Each takes batches, encodes them and hands on the observations. It counts a
/// failed batch and continues with the next. It never waits for the store. Stopping encodes the waiting steps first, for
/// <see cref="Grace"/> at most. Stop the cameras before it.
/// </summary>
internal sealed partial class EncoderLoop(
    EncoderQueue queue, IVideoEncoder encoder, SamplingControl sampling, IObservationSink observations, WorkerMetrics metrics,
    TimeProvider time, ILogger<EncoderLoop> logger)
    : IHostedService
{
    /// <summary>The longest time that stopping may take. The sinks stop later and need the rest of the host's time-out.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(3);

    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly LogThrottle _throttle = new(time, TimeSpan.FromSeconds(30));
    private volatile bool _abandoned;
    private int _running;

    /// <summary>Starts the threads. Not threads of the pool: a run blocks for a long time, and the cameras need the pool.</summary>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        Worker[] workers = [.. Enumerable.Range(0, sampling.Plan.Parallel).Select(_ => OpenWorker())];
        _running = workers.Length;
        LogPlan(sampling.Plan);
        for (var i = 0; i < workers.Length; i++)
            new Thread(workers[i].Run) { IsBackground = true, Name = FormattableString.Invariant($"encoder {i}") }.Start();
        return Task.CompletedTask;
    }

    /// <summary>
    /// Encodes the waiting steps. After <see cref="Grace"/> it drops them and leaves each lane to its last batch. Never throws.
    /// </summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        queue.Complete();
        if (_running == 0 && !_over.Task.IsCompleted)
            return;
        try
        {
            await _over.Task.WaitAsync(Grace, time, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            _abandoned = true;
            queue.Abandon();
            LogAbandoned();
        }
    }

    /// <summary>Opens a lane.</summary>
    internal Worker OpenWorker() => new(this, encoder.OpenLane());

    /// <summary>A lane with its lists, which are reused, so that a batch allocates nothing.</summary>
    internal sealed class Worker(EncoderLoop loop, EncoderLane lane) : IDisposable
    {
        private readonly List<EncoderStep> _batch = [], _failed = [];
        private readonly List<(EncoderStep Step, Observation Observation)> _due = [];

        /// <summary>Runs batches until the queue is closed and empty: the work of an encoder thread.</summary>
        public void Run()
        {
            using (this)
            {
                while (!loop._abandoned && loop.Queue.Take(_batch))
                    Work();
            }
            if (Interlocked.Decrement(ref loop._running) == 0)
                loop._over.TrySetResult();
        }

        /// <summary>Runs the next batch on the calling thread if it is due.</summary>
        /// <returns>False when none is due.</returns>
        public bool TryRun()
        {
            if (!loop.Queue.TryTake(_batch, out _) || _batch.Count == 0)
                return false;
            Work();
            return true;
        }

        /// <summary>Closes the lane.</summary>
        public void Dispose() => lane.Dispose();

        private void Work()
        {
            TimeSpan? took = null;
            try
            {
                took = Encode();
            }
            catch (Exception e)
            {
                _failed.Clear();
                foreach (var step in _batch)
                    _failed.AddRange(Enumerable.Repeat(step, step.Windows));
                loop.Failed(_failed, e.Message);
            }
            finally
            {
                foreach (var step in _batch)
                    step.Dispose();
                loop.Queue.Done(_batch, took);
            }
        }

        private TimeSpan Encode()
        {
            var (started, time) = (loop.Time.GetTimestamp(), loop.Time);
            _due.Clear();
            _failed.Clear();
            var runs = 0;
            foreach (var step in _batch)
                runs += step.Runs;
            lane.Encode(_batch, _due);
            loop.Metrics.Batch(_due.Count, time.GetElapsedTime(started));
            foreach (var (step, observation) in _due)
            {
                if (!observation.IsFinite())
                {
                    _failed.Add(step);
                    continue;
                }
                loop.Observations.Observe(observation);
                step.Decided();
                loop.Decided(time.GetElapsedTime(observation.ArrivedAt));
            }
            var took = time.GetElapsedTime(started);
            loop.Sampling.Ran(_batch.Count, runs, took);
            if (_failed.Count > 0)
                loop.Failed(_failed, "model output contains NaN or infinity");
            else
                loop.Succeeded();
            // A lane runs one frame of each step at a time.
            return took * _batch.Count / Math.Max(_batch.Count, runs);
        }
    }

    private EncoderQueue Queue => queue;

    private SamplingControl Sampling => sampling;

    private IObservationSink Observations => observations;

    private WorkerMetrics Metrics => metrics;

    private TimeProvider Time => time;

    private void Decided(TimeSpan latency)
    {
        sampling.Decided(latency);
        metrics.WindowLatency(latency);
    }

    // The steps of the windows that failed: a step with several windows is listed as often.
    private void Failed(List<EncoderStep> windows, string reason)
    {
        foreach (var step in windows)
        {
            metrics.Dropped(step.View.Camera, "failed", 1);
            queue.Count(step.View, WindowOutcome.Failed);
        }
        if (_throttle.ShouldLog(out var suppressed))
            LogFailed(windows.Count, reason.ReplaceLineEndings(" "), suppressed);
    }

    private void Succeeded()
    {
        if (_throttle.Recovered())
            LogRecovered();
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Inference runs on {Plan}")]
    private partial void LogPlan(RunPlan plan);

    [LoggerMessage(Level = LogLevel.Error,
        Message = "Inference failed for {Windows} windows: {Reason}. The worker continues with the next windows "
            + "({Suppressed} more failures since the last such line)")]
    private partial void LogFailed(int windows, string reason, int suppressed);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Stopped before all windows were analysed: inference takes too long")]
    private partial void LogAbandoned();

    [LoggerMessage(Level = LogLevel.Information, Message = "Inference works again")]
    private partial void LogRecovered();
}
