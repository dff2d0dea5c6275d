// Moves stored events to Kafka: in order for each camera, none lost, a repetition only with the same id.
using Confluent.Kafka;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Polly;
using Polly.Retry;
using StreamActions.Worker.Configuration;

namespace StreamActions.Worker.Sinks;

/// <summary>
/// Sends what waits in the store, a batch at a time, and marks it delivered only when the broker has confirmed it. While the
/// broker is away one batch waits inside the producer and everything else on disk. A refused event goes to the dead letters.
/// </summary>
internal sealed partial class KafkaRelay : BackgroundService
{
    /// <summary>How long stopping may take to deliver what still waits; the rest stays on disk.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    private const int BatchLimit = 500;
    private static readonly TimeSpan LineEvery = TimeSpan.FromSeconds(30);

    private readonly EventStore _store;
    private readonly KafkaOptions _options;
    private readonly Func<ProducerVoice, IProducer<string, string>> _connect;
    private readonly SinkMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly ILogger<KafkaRelay> _logger;
    private readonly OutageLine _outage;
    private readonly ResiliencePipeline<Step> _patience;
    private IProducer<string, string> _producer;
    private volatile bool _broken;
    private int _alone;

    /// <summary>Creates the relay and its producer, which does not connect yet.</summary>
    /// <exception cref="SinkException">The producer's settings are wrong.</exception>
    public KafkaRelay(EventStore store, KafkaOptions options, SinkMetrics metrics, TimeProvider time, ILogger<KafkaRelay> logger)
        : this(store, options, voice => KafkaConnection.Connect(options, voice), metrics, time, logger)
    {
    }

    /// <summary>The same with another maker of producers.</summary>
    internal KafkaRelay(
        EventStore store, KafkaOptions options, Func<ProducerVoice, IProducer<string, string>> connect, SinkMetrics metrics,
        TimeProvider time, ILogger<KafkaRelay> logger)
    {
        _store = store;
        _options = options;
        _connect = connect;
        _metrics = metrics;
        _time = time;
        _logger = logger;
        _outage = new OutageLine(time, LineEvery);
        _patience = new ResiliencePipelineBuilder<Step> { TimeProvider = time }
            .AddRetry(new RetryStrategyOptions<Step>
            {
                ShouldHandle = new PredicateBuilder<Step>().HandleResult(Step.Held),
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
        Idle,
        Moved,
        Held,
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
        await using var graceTimer = _time.CreateTimer(
            _ => graceOver.Cancel(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        await using var stopping = stoppingToken.Register(() => graceTimer.Change(Grace, Timeout.InfiniteTimeSpan));
        try
        {
            while (true)
            {
                var step = await _patience.ExecuteAsync(StepAsync, graceOver.Token).ConfigureAwait(false);
                if (step != Step.Idle)
                    continue;
                if (stoppingToken.IsCancellationRequested)
                    break;
                await WaitAsync(stoppingToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (graceOver.IsCancellationRequested)
        {
            LogLeft(_store.PendingCount);
        }
    }

    private async Task WaitAsync(CancellationToken stoppingToken)
    {
        try
        {
            await _store.WaitForPendingAsync(stoppingToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // One more look at the store: what came last is delivered too.
        }
    }

    private async ValueTask<Step> StepAsync(CancellationToken graceOver)
    {
        try
        {
            if (_broken)
                Reconnect();
            var rows = await _store.ReadPendingAsync(_alone > 0 ? 1 : BatchLimit, graceOver).ConfigureAwait(false);
            if (rows.Count == 0)
                return Step.Idle;
            var delivery = Delivery.Start(_producer, _options.Topic, rows);
            try
            {
                await delivery.Answered.WaitAsync(graceOver).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                await SettleAsync(delivery).ConfigureAwait(false);
                throw;
            }

            return await SettleAsync(delivery).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not (OperationCanceledException or ObjectDisposedException))
        {
            // The store failed, or the producer in a way it does not report: nothing is marked, so nothing is lost.
            Fault(e.Message);
            return Step.Held;
        }
    }

    // Writes down what the answers mean. An event behind one of its camera's that is held is sent again after it, even if it
    // was delivered: consumers drop the repetition by its id, but could not mend the order.
    private async Task<Step> SettleAsync(Delivery delivery)
    {
        var rows = delivery.Rows;
        List<long> delivered = [];
        List<long> held = [];
        HashSet<string> heldKeys = [];
        Error? fault = null;
        var suspects = false;
        for (var i = 0; i < rows.Count; i++)
        {
            var (row, error) = (rows[i], delivery.Answers[i]);
            if (error is null)
            {
                heldKeys.Add(row.Event.Key); // not answered within the grace period
                continue;
            }

            var verdict = DeliveryVerdicts.Of(error);
            if (verdict == DeliveryVerdict.Delivered && !heldKeys.Contains(row.Event.Key))
            {
                delivered.Add(row.Seq);
            }
            else if (verdict == DeliveryVerdict.Refused && (rows.Count == 1 || delivery.RefusedHere.Contains(row.Seq)))
            {
                await _store.DeadLetterAsync(row.Seq, error.Reason, CancellationToken.None).ConfigureAwait(false);
                _metrics.DeadLettered();
                LogDeadLettered(row.Event.Id, row.Event.Key, error.Reason);
            }
            else if (verdict != DeliveryVerdict.Delivered)
            {
                // The broker refuses whole batches: which of the events is to blame shows when each is sent alone.
                suspects |= verdict == DeliveryVerdict.Refused;
                fault ??= error;
                held.Add(row.Seq);
                heldKeys.Add(row.Event.Key);
                _broken |= error.IsFatal || error.Code is ErrorCode.Local_Fatal or ErrorCode.Local_GaplessGuarantee;
            }
        }

        _alone = suspects ? rows.Count : Math.Max(0, _alone - 1);
        if (delivered.Count > 0)
        {
            await _store.MarkDeliveredAsync(delivered, _time.GetUtcNow(), CancellationToken.None).ConfigureAwait(false);
            _metrics.Delivered(delivered.Count);
            if (fault is null && _outage.Works())
                LogWorks(_options.Bootstrap, _store.PendingCount);
        }

        if (fault is null)
            return Step.Moved;
        await _store.MarkFailedAsync(held, fault.Reason, CancellationToken.None).ConfigureAwait(false);
        _metrics.Failed(held.Count);
        if (suspects)
            return Step.Moved;
        Fault(fault.Reason);
        return Step.Held;
    }

    private IProducer<string, string> Connect() => _connect(new ProducerVoice(Hear, HearLine));

    private void Reconnect()
    {
        _producer.Dispose();
        _broken = false;
        _producer = Connect();
    }

    private void Hear(Error error)
    {
        _broken |= error.IsFatal;
        Fault(error.Reason);
    }

    private void HearLine(SyslogLevel level, string line)
    {
        // What matters to an operator comes as a fault as well; these lines come by the dozen while a broker is away.
        if (level <= SyslogLevel.Critical)
            LogClientCritical(line);
        else
            LogClient(line);
    }

    private void Fault(string reason)
    {
        if (_outage.Fault(out var silent))
            LogHeld(_options.Bootstrap, _options.Topic, reason, _store.PendingCount, silent);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Kafka {Bootstrap} topic {Topic}: {Reason}; {Pending} events wait in the store ({Silent} reports without a line)")]
    private partial void LogHeld(string bootstrap, string topic, string reason, long pending, int silent);

    [LoggerMessage(Level = LogLevel.Information, Message = "Kafka {Bootstrap} takes events again; {Pending} wait")]
    private partial void LogWorks(string bootstrap, long pending);

    [LoggerMessage(Level = LogLevel.Error, Message = "Kafka refuses event {Id} of camera {Camera} for good: {Reason}; it is kept in dead_letters of the store")]
    private partial void LogDeadLettered(string id, string camera, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Stopped before everything was delivered: {Pending} events stay in the store for the next start")]
    private partial void LogLeft(long pending);

    [LoggerMessage(Level = LogLevel.Warning, Message = "librdkafka: {Line}")]
    private partial void LogClientCritical(string line);

    [LoggerMessage(Level = LogLevel.Debug, Message = "librdkafka: {Line}")]
    private partial void LogClient(string line);
}
