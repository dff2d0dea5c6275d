// Moves stored events to Kafka: at least once, in order per camera, with stable ids so that consumers can drop duplicates.
using Confluent.Kafka;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Polly;
using Polly.Retry;
using StreamActions.Worker.Configuration;
using StreamActions.Worker.Telemetry;

namespace StreamActions.Worker.Sinks;

/// <summary>
/// Sends pending events in batches and marks them as delivered after the broker has confirmed them. During an outage the producer
/// holds one batch, and the store keeps all events. A rejected event moves to the dead letters.
/// </summary>
internal sealed partial class KafkaRelay : BackgroundService
{
    /// <summary>Time for deliveries during shutdown. Events that are still pending after it stay on disk.</summary>
    public static readonly TimeSpan ShutdownGrace = TimeSpan.FromSeconds(5);

    private const int BatchLimit = 500;
    private static readonly TimeSpan LogInterval = TimeSpan.FromSeconds(30);

    private readonly EventStore _store;
    private readonly KafkaOptions _options;
    private readonly Func<ProducerCallbacks, IProducer<string, string>> _connect;
    private readonly SinkMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly ILogger<KafkaRelay> _logger;
    private readonly LogThrottle _faultLog;
    private readonly ResiliencePipeline<Step> _retry;
    private IProducer<string, string> _producer;
    private volatile bool _producerFailed;
    private int _singleSends;

    /// <summary>Creates the relay and its producer, which does not connect yet.</summary>
    /// <exception cref="SinkException">The producer's settings are invalid.</exception>
    public KafkaRelay(EventStore store, KafkaOptions options, SinkMetrics metrics, TimeProvider time, ILogger<KafkaRelay> logger)
        : this(store, options, callbacks => KafkaConnection.Connect(options, callbacks), metrics, time, logger)
    {
    }

    /// <summary>Creates the relay with another producer factory, for tests.</summary>
    internal KafkaRelay(
        EventStore store, KafkaOptions options, Func<ProducerCallbacks, IProducer<string, string>> connect, SinkMetrics metrics,
        TimeProvider time, ILogger<KafkaRelay> logger)
    {
        _store = store;
        _options = options;
        _connect = connect;
        _metrics = metrics;
        _time = time;
        _logger = logger;
        _faultLog = new LogThrottle(time, LogInterval);
        _retry = new ResiliencePipelineBuilder<Step> { TimeProvider = time }
            .AddRetry(new RetryStrategyOptions<Step>
            {
                ShouldHandle = new PredicateBuilder<Step>().HandleResult(Step.Retry),
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Delay = TimeSpan.FromMilliseconds(200),
                MaxDelay = TimeSpan.FromSeconds(4),
                MaxRetryAttempts = int.MaxValue,
            })
            .Build();
        _producer = Connect();
    }

    private enum Step
    {
        /// <summary>No events are pending.</summary>
        Idle,

        /// <summary>The next batch can follow at once.</summary>
        Progress,

        /// <summary>The batch failed and is sent again after a back-off.</summary>
        Retry,
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        base.Dispose();
        _producer.Dispose();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using CancellationTokenSource graceOver = new();
        var graceTimer = _time.CreateTimer(_ => graceOver.Cancel(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        await using var disposingTimer = graceTimer.ConfigureAwait(false);
        var stopping = stoppingToken.Register(() => graceTimer.Change(ShutdownGrace, Timeout.InfiniteTimeSpan));
        await using var unregistering = stopping.ConfigureAwait(false);
        try
        {
            while (true)
            {
                var step = await _retry.ExecuteAsync(StepAsync, graceOver.Token).ConfigureAwait(false);
                if (step != Step.Idle)
                    continue;
                if (stoppingToken.IsCancellationRequested)
                    break;
                await WaitForEventsAsync(stoppingToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (graceOver.IsCancellationRequested)
        {
            LogUndelivered(_store.PendingCount);
        }
    }

    private async Task WaitForEventsAsync(CancellationToken stoppingToken)
    {
        try
        {
            await _store.WaitForPendingAsync(stoppingToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Events may have been stored since the last read: the loop reads the store again before it stops.
        }
    }

    private async ValueTask<Step> StepAsync(CancellationToken graceOver)
    {
        try
        {
            if (_producerFailed)
                ReplaceProducer();
            var rows = await _store.ReadPendingAsync(_singleSends > 0 ? 1 : BatchLimit, graceOver).ConfigureAwait(false);
            if (rows.Count == 0)
                return Step.Idle;
            var delivery = Delivery.Start(_producer, _options.Topic, rows);
            try
            {
                await delivery.Answered.WaitAsync(graceOver).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                await RecordAsync(delivery).ConfigureAwait(false);
                throw;
            }

            return await RecordAsync(delivery).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not (OperationCanceledException or ObjectDisposedException))
        {
            // The store or the producer failed unexpectedly. Only confirmed events are marked as delivered, so none is lost.
            ReportFault(e.Message);
            return Step.Retry;
        }
    }

    private async Task<Step> RecordAsync(Delivery delivery)
    {
        var outcome = DeliveryOutcome.Of(delivery);
        _producerFailed |= outcome.ProducerFailed;
        // The broker rejects whole batches. Sending the same events one by one shows which of them is invalid.
        _singleSends = outcome.BatchRejected ? delivery.Rows.Count : Math.Max(0, _singleSends - 1);
        foreach (var (row, reason) in outcome.DeadLetters)
        {
            await _store.DeadLetterAsync(row.Seq, reason, CancellationToken.None).ConfigureAwait(false);
            _metrics.DeadLettered();
            LogDeadLettered(row.Event.Id, row.Event.Key, reason);
        }

        if (outcome.Delivered.Count > 0)
        {
            await _store.MarkDeliveredAsync(outcome.Delivered, _time.GetUtcNow(), CancellationToken.None).ConfigureAwait(false);
            _metrics.Delivered(outcome.Delivered.Count);
            if (outcome.Fault is null && _faultLog.Recovered())
                LogRecovered(_options.Bootstrap, _store.PendingCount);
        }

        if (outcome.Fault is not { } fault)
            return Step.Progress;
        await _store.MarkFailedAsync(outcome.Retried, fault.Reason, CancellationToken.None).ConfigureAwait(false);
        _metrics.Failed(outcome.Retried.Count);
        if (outcome.BatchRejected)
            return Step.Progress;
        ReportFault(fault.Reason);
        return Step.Retry;
    }

    private IProducer<string, string> Connect() => _connect(new ProducerCallbacks(OnProducerError, OnProducerLog));

    private void ReplaceProducer()
    {
        _producer.Dispose();
        _producerFailed = false;
        _producer = Connect();
    }

    private void OnProducerError(Error error)
    {
        _producerFailed |= error.IsFatal;
        ReportFault(error.Reason);
    }

    private void OnProducerLog(SyslogLevel level, string line)
    {
        // librdkafka also reports relevant errors to OnProducerError, and it logs dozens of lines during an outage.
        if (level <= SyslogLevel.Critical)
            LogClientCritical(line);
        else
            LogClient(line);
    }

    private void ReportFault(string reason)
    {
        if (_faultLog.ShouldLog(out var suppressed))
            LogFault(_options.Bootstrap, _options.Topic, reason, _store.PendingCount, suppressed);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message =
        "Kafka {Bootstrap} topic {Topic}: {Reason}; {Pending} events are pending in the store ({Suppressed} similar reports suppressed)")]
    private partial void LogFault(string bootstrap, string topic, string reason, long pending, int suppressed);

    [LoggerMessage(Level = LogLevel.Information, Message = "Kafka {Bootstrap} accepts events again; {Pending} events are pending")]
    private partial void LogRecovered(string bootstrap, long pending);

    [LoggerMessage(Level = LogLevel.Error, Message =
        "Kafka rejected event {Id} of camera {Camera}: {Reason}; the event is kept in the table dead_letters of the store")]
    private partial void LogDeadLettered(string id, string camera, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message =
        "Kafka did not confirm all events before the shutdown deadline: {Pending} events stay in the store for the next start")]
    private partial void LogUndelivered(long pending);

    [LoggerMessage(Level = LogLevel.Warning, Message = "librdkafka: {Line}")]
    private partial void LogClientCritical(string line);

    [LoggerMessage(Level = LogLevel.Debug, Message = "librdkafka: {Line}")]
    private partial void LogClient(string line);
}
