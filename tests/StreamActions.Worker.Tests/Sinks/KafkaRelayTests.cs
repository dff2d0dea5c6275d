// How the relay handles each answer of a broker, with a fake producer.
using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using StreamActions.Worker.Configuration;
using StreamActions.Worker.Sinks;
using StreamActions.Worker.Tests.Events;

namespace StreamActions.Worker.Tests.Sinks;

public sealed class KafkaRelayTests : IAsyncDisposable
{
    private static readonly KafkaOptions Options = new("broker:9092", "events", new Dictionary<string, string>());

    private readonly StoreFolder _folder = new();
    private readonly EventStore _store;
    private readonly List<FakeProducer> _producers = [];
    private ProducerCallbacks? _callbacks;

    public KafkaRelayTests() => _store = _folder.Open();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Relay_PendingEvents_AreSentInOrderAndMarkedDelivered()
    {
        using var relay = Relay(_ => ErrorCode.NoError);
        await AppendAsync(0, 1, 2);
        await relay.StartAsync(Cancel);

        await UntilAsync(() => _store.PendingCount == 0);
        await AppendAsync(3);
        await UntilAsync(() => _store.PendingCount == 0);
        await relay.StopAsync(Cancel);

        Assert.Equal(Ids(0, 1, 2, 3), _producers[0].SentIds);
    }

    [Theory]
    [InlineData(ErrorCode.Local_MsgTimedOut)]
    [InlineData(ErrorCode.Local_UnknownTopic)]
    [InlineData(ErrorCode.TopicAuthorizationFailed)]
    [InlineData(ErrorCode.NotEnoughReplicas)]
    public async Task Relay_TemporaryError_RetriesUntilDelivered(ErrorCode code)
    {
        var failures = 3;
        using var relay = Relay(_ => failures-- > 0 ? code : ErrorCode.NoError);
        await AppendAsync(0);
        await relay.StartAsync(Cancel);

        await UntilAsync(() => _store.PendingCount == 0);
        await relay.StopAsync(Cancel);

        Assert.Equal(Ids(0, 0, 0, 0), _producers[0].SentIds);
        Assert.Equal(3L, _folder.Query("SELECT attempts FROM events"));
        Assert.Equal(0L, _folder.Query("SELECT count(*) FROM dead_letters"));
        Assert.Contains(_folder.Lines.At(LogLevel.Information), line => line.Contains("accepts events again", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Relay_OneEventFails_ResendsLaterEventsOfItsCamera()
    {
        var failed = false;
        using var relay = Relay(message =>
        {
            if (failed || IdOf(message) != Ids(1)[0])
                return ErrorCode.NoError;
            failed = true;
            return ErrorCode.Local_MsgTimedOut;
        });
        await AppendAsync(0, 1, 2);
        await _store.AppendAsync(SampleEvents.Encoded(9, "aisle"), Cancel);
        await relay.StartAsync(Cancel);

        await UntilAsync(() => _store.PendingCount == 0);
        await relay.StopAsync(Cancel);

        string[] expected = [.. Ids(0, 1, 2), SampleEvents.Encoded(9, "aisle").Id, .. Ids(1, 2)];
        Assert.Equal(expected, _producers[0].SentIds);
    }

    [Fact]
    public async Task Relay_BatchRejected_DeadLettersOnlyOffendingEvent()
    {
        // A broker that rejects one record rejects its whole batch.
        using var relay = Relay(message => IdOf(message) == Ids(1)[0] || _producers[0].SentIds.Count < 3
            ? ErrorCode.MsgSizeTooLarge
            : ErrorCode.NoError);
        await AppendAsync(0, 1, 2, 3);
        await relay.StartAsync(Cancel);

        await UntilAsync(() => _store.PendingCount == 0);
        await relay.StopAsync(Cancel);

        Assert.Equal(Ids(1)[0], _folder.Query("SELECT id FROM dead_letters"));
        Assert.Equal(1L, _folder.Query("SELECT count(*) FROM dead_letters"));
        Assert.Equal(3L, _folder.Query("SELECT count(*) FROM events WHERE delivered_at IS NOT NULL"));
        Assert.Contains("dead_letters", Assert.Single(_folder.Lines.At(LogLevel.Error)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Relay_ClientRejectsEvent_DeadLettersItAndSendsTheNext()
    {
        using var relay = Relay(message => IdOf(message) == Ids(1)[0] ? ErrorCode.MsgSizeTooLarge : ErrorCode.NoError);
        _producers[0].Thrown.Add(ErrorCode.MsgSizeTooLarge);
        await AppendAsync(0, 1, 2);
        await relay.StartAsync(Cancel);

        await UntilAsync(() => _store.PendingCount == 0);
        await relay.StopAsync(Cancel);

        Assert.Equal(Ids(0, 2), _producers[0].SentIds);
        Assert.Equal(Ids(1)[0], _folder.Query("SELECT id FROM dead_letters"));
    }

    [Fact]
    public async Task Relay_ProducerQueueFull_KeepsOrder()
    {
        var full = true;
        using var relay = Relay(message =>
        {
            if (!full || IdOf(message) != Ids(1)[0])
                return ErrorCode.NoError;
            full = false;
            return ErrorCode.Local_QueueFull;
        });
        _producers[0].Thrown.Add(ErrorCode.Local_QueueFull);
        await AppendAsync(0, 1, 2);
        await relay.StartAsync(Cancel);

        await UntilAsync(() => _store.PendingCount == 0);
        await relay.StopAsync(Cancel);

        Assert.Equal(Ids(0, 1, 2), _producers[0].SentIds);
    }

    [Fact]
    public async Task Relay_FatalProducerError_ReplacesProducer()
    {
        using var relay = Relay(_ => _producers.Count == 1 ? ErrorCode.Local_Fatal : ErrorCode.NoError);
        await AppendAsync(0, 1);
        await relay.StartAsync(Cancel);

        await UntilAsync(() => _store.PendingCount == 0);
        await relay.StopAsync(Cancel);

        Assert.Equal(2, _producers.Count);
        Assert.True(_producers[0].Disposed);
        Assert.Equal(Ids(0, 1), _producers[1].SentIds);
    }

    [Fact]
    public async Task Relay_ProducerThrowsUnexpectedly_LogsAndRetries()
    {
        var thrown = false;
        using var relay = Relay(_ =>
        {
            if (thrown)
                return ErrorCode.NoError;
            thrown = true;
            throw new InvalidOperationException("out of handles");
        });
        await AppendAsync(0);
        await relay.StartAsync(Cancel);

        await UntilAsync(() => _store.PendingCount == 0);
        await relay.StopAsync(Cancel);

        Assert.Contains("out of handles", Assert.Single(_folder.Lines.At(LogLevel.Warning)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Relay_ManyErrors_LogsOneLinePerInterval()
    {
        using var relay = Relay(_ => ErrorCode.NoError);

        for (var i = 0; i < 100; i++)
            _callbacks!.OnError(new Error(ErrorCode.Local_AllBrokersDown, "1/1 brokers are down"));
        _folder.Time.Advance(TimeSpan.FromSeconds(31));
        _callbacks!.OnError(new Error(ErrorCode.Local_AllBrokersDown, "1/1 brokers are down"));
        await relay.StopAsync(Cancel);

        Assert.Equal(
            [
                "Kafka broker:9092 topic events: 1/1 brokers are down; 0 events are pending in the store (0 similar reports suppressed)",
                "Kafka broker:9092 topic events: 1/1 brokers are down; 0 events are pending in the store (99 similar reports suppressed)",
            ],
            _folder.Lines.At(LogLevel.Warning));
    }

    [Fact]
    public async Task StopAsync_PendingEvents_AreSent()
    {
        using var relay = Relay(_ => ErrorCode.NoError);
        await relay.StartAsync(Cancel);
        await AppendAsync(0, 1, 2);

        await relay.StopAsync(Cancel);

        Assert.Equal(0, _store.PendingCount);
        Assert.Equal(Ids(0, 1, 2), _producers[0].SentIds);
    }

    [Fact]
    public async Task StopAsync_BrokerDoesNotAnswer_KeepsEventsAfterGracePeriod()
    {
        using var relay = Relay(message => IdOf(message) == Ids(0)[0] ? ErrorCode.NoError : null);
        await AppendAsync(0, 1, 2);
        await relay.StartAsync(Cancel);
        await UntilAsync(() => _producers[0].SentIds.Count == 3);

        var stopping = relay.StopAsync(Cancel);
        Assert.False(stopping.IsCompleted);
        await UntilAsync(() => stopping.IsCompleted);

        Assert.Equal(2, _store.PendingCount);
        Assert.Contains("2 events stay in the store", Assert.Single(_folder.Lines.At(LogLevel.Warning)), StringComparison.Ordinal);
    }

    private KafkaRelay Relay(Func<Message<string, string>, ErrorCode?> answer) =>
        new(
            _store, Options,
            callbacks =>
            {
                _callbacks = callbacks;
                _producers.Add(new FakeProducer(answer));
                return _producers[^1];
            },
            _folder.Metrics, _folder.Time, _folder.Lines.Of<KafkaRelay>());

    private async Task AppendAsync(params int[] numbers)
    {
        foreach (var number in numbers)
            await _store.AppendAsync(SampleEvents.Encoded(number), Cancel);
    }

    // Advances the fake clock until the condition holds.
    private async Task UntilAsync(Func<bool> condition)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        deadline.CancelAfter(TimeSpan.FromMinutes(1));
        while (!condition())
        {
            deadline.Token.ThrowIfCancellationRequested();
            _folder.Time.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Yield();
        }
    }

    private static string[] Ids(params int[] numbers) => [.. numbers.Select(number => SampleEvents.Encoded(number).Id)];

    private static string IdOf(Message<string, string> message) =>
        System.Text.Encoding.UTF8.GetString(message.Headers.GetLastBytes("ce_id"));
}
