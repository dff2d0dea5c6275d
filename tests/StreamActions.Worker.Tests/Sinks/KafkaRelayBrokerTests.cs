// The relay with a real broker: order, headers, outages, rejected events, shutdown.
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Microsoft.Extensions.Logging;
using StreamActions.TestKit.Kafka;
using StreamActions.Worker.Configuration;
using StreamActions.Worker.Events;
using StreamActions.Worker.Sinks;
using StreamActions.Worker.Tests.Events;

namespace StreamActions.Worker.Tests.Sinks;

public sealed class KafkaRelayBrokerTests(KafkaFixture kafka, ITestOutputHelper output) : IClassFixture<KafkaFixture>, IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(2);

    private readonly StoreFolder _folder = new();
    private readonly string _topic = $"events-{Guid.NewGuid():N}";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        output.WriteLine(kafka.Broker.Notice);
        foreach (var (level, text) in _folder.Lines.All)
            output.WriteLine($"{level} {text}");
        _folder.Dispose();
    }

    [Fact]
    public async Task Relay_EventsOfSeveralCameras_ArriveInOrderWithStoredHeaders()
    {
        await using var store = _folder.Open();
        using var relay = await StartAsync(store);
        List<EncodedEvent> stored = [];
        for (var number = 0; number < 600; number++)
            stored.Add(await AppendAsync(store, number));

        var records = await ReadAsync(stored);
        await UntilDeliveredAsync(store);
        await relay.StopAsync(Cancel);

        Assert.Equal(stored.Count, records.Count);
        foreach (var camera in stored.GroupBy(encoded => encoded.Key))
        {
            var read = records.Where(record => record.Key == camera.Key).ToList();
            Assert.Equal(camera.Select(encoded => encoded.Id), read.Select(record => record.Headers["ce_id"]));
            Assert.Equal(camera.Select(encoded => encoded.Payload), read.Select(record => record.Value));
            Assert.Equal(camera.First().Headers, read[0].Headers);
        }
    }

    [Fact]
    public async Task Relay_RecordingReplayed_PublishesSameIdsAgain()
    {
        await using var store = _folder.Open();
        using var relay = await StartAsync(store);
        EncodedEvent[] stored = [await AppendAsync(store, 0), await AppendAsync(store, 0)];

        using KafkaReader reader = new(kafka.Broker.Bootstrap, _topic);
        var records = await reader.ReadUntilAsync(all => all.Count == 2, Deadline, Cancel);

        Assert.Equal(stored.Select(encoded => encoded.Id), records.Select(record => record.Headers["ce_id"]));
        await relay.StopAsync(Cancel);
    }

    [Fact]
    public async Task Relay_BrokerKilledAndRestarted_AllArriveInOrder()
    {
        Assert.SkipUnless(kafka.Broker.CanFail, $"needs a broker that the test can kill, but has: {kafka.Broker.Notice}");
        await using var store = _folder.Open();
        using var relay = await StartAsync(store);
        List<EncodedEvent> stored = [];
        for (var number = 0; number < 300; number++)
            stored.Add(await AppendAsync(store, number));
        await UntilAsync(() => store.PendingCount < 300);

        var kill = kafka.Broker.KillAsync();
        for (var number = 300; number < 1_500; number++)
            stored.Add(await AppendAsync(store, number));
        await kill;
        await UntilAsync(() => _folder.Lines.At(LogLevel.Warning).Any());
        Assert.True(store.PendingCount > 0);
        await kafka.Broker.RestartAsync(Cancel);

        var records = await ReadAsync(stored);
        await UntilDeliveredAsync(store);
        await relay.StopAsync(Cancel);

        // Duplicates have the same id. Without them the order is that of the store.
        foreach (var camera in stored.GroupBy(encoded => encoded.Key))
        {
            Assert.Equal(
                camera.Select(encoded => encoded.Id),
                records.Where(record => record.Key == camera.Key).Select(record => record.Headers["ce_id"]).Distinct());
        }

        Assert.InRange(_folder.Lines.At(LogLevel.Warning).Count(), 1, 5); // throttled, not one line per event
        Assert.Contains(_folder.Lines.At(LogLevel.Information), line => line.Contains("accepts events again", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Relay_BrokerFreezesAndResumes_AllArrive()
    {
        Assert.SkipUnless(kafka.Broker.CanFail, $"needs a broker that the test can kill, but has: {kafka.Broker.Notice}");
        await using var store = _folder.Open();
        using var relay = await StartAsync(store);
        List<EncodedEvent> stored = [await AppendAsync(store, 0)];
        await UntilDeliveredAsync(store);

        await kafka.Broker.PauseAsync();
        for (var number = 1; number < 50; number++)
            stored.Add(await AppendAsync(store, number));
        Assert.True(store.PendingCount > 0);
        await kafka.Broker.ResumeAsync();

        await ReadAsync(stored);
        await UntilDeliveredAsync(store);
        await relay.StopAsync(Cancel);
    }

    [Fact]
    public async Task Relay_EventTooLargeForClient_DeadLettersItAndSendsTheNext()
    {
        await using var store = _folder.Open();
        await store.AppendAsync(SampleEvents.Encoded(0) with { Payload = new string('x', 2_000_000) }, Cancel);
        EncodedEvent[] stored = [await AppendAsync(store, 3), await AppendAsync(store, 6)];
        using var relay = await StartAsync(store);

        var records = await ReadAsync(stored);
        await UntilDeliveredAsync(store);
        await relay.StopAsync(Cancel);

        Assert.Equal(2, records.Count);
        Assert.Equal(SampleEvents.Encoded(0).Id, _folder.Query("SELECT id FROM dead_letters"));
    }

    [Fact]
    public async Task Relay_EventTooLargeForTopic_DeadLettersItAndKeepsOrder()
    {
        Assert.SkipWhen(kafka.Broker.Kind == KafkaKind.Mock, $"needs a broker with topic settings, but has: {kafka.Broker.Notice}");
        using (var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = kafka.Broker.Bootstrap }).Build())
        {
            await admin.CreateTopicsAsync(
            [
                new TopicSpecification
                {
                    Name = _topic, NumPartitions = 2, ReplicationFactor = 1,
                    Configs = new Dictionary<string, string> { ["max.message.bytes"] = "20000" },
                },
            ]);
        }

        await using var store = _folder.Open();
        List<EncodedEvent> stored = [];
        for (var number = 0; number < 9; number++)
        {
            stored.Add(await AppendAsync(store, number));
            if (number == 4)
                await store.AppendAsync(SampleEvents.Encoded(99, "camera-1") with { Payload = new string('x', 50_000) }, Cancel);
        }

        using var relay = await StartAsync(store);
        var records = await ReadAsync(stored);
        await UntilDeliveredAsync(store);
        await relay.StopAsync(Cancel);

        Assert.Equal(SampleEvents.Encoded(99, "camera-1").Id, _folder.Query("SELECT id FROM dead_letters"));
        Assert.Equal(1L, _folder.Query("SELECT count(*) FROM dead_letters"));
        foreach (var camera in stored.GroupBy(encoded => encoded.Key))
        {
            Assert.Equal(
                camera.Select(encoded => encoded.Id),
                records.Where(record => record.Key == camera.Key).Select(record => record.Headers["ce_id"]).Distinct());
        }
    }

    [Fact]
    public async Task Relay_PasswordWrongThenRight_KeepsEventsAndNeverLogsPassword()
    {
        Assert.SkipWhen(kafka.Broker.SaslBootstrap is null, $"needs a broker with passwords, but has: {kafka.Broker.Notice}");
        await using var store = _folder.Open();
        EncodedEvent[] stored = [await AppendAsync(store, 0), await AppendAsync(store, 1)];

        using (var unauthorised = await StartAsync(store, WithPassword("wrong-secret")))
        {
            await UntilAsync(() => _folder.Lines.At(LogLevel.Warning).Any());
            await unauthorised.StopAsync(Cancel);
        }

        Assert.Equal(2, store.PendingCount);
        Assert.Contains("uthentication", _folder.Lines.At(LogLevel.Warning).First(), StringComparison.Ordinal);
        Assert.DoesNotContain(_folder.Lines.All, line => line.Text.Contains("wrong-secret", StringComparison.Ordinal));

        using var relay = await StartAsync(store, WithPassword("alice-secret"));
        await ReadAsync(stored);
        await UntilDeliveredAsync(store);
        await relay.StopAsync(Cancel);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task StopAsync_BrokerKilledOrPaused_KeepsEventsForNextStart(bool killed)
    {
        Assert.SkipUnless(kafka.Broker.CanFail, $"needs a broker that the test can kill, but has: {kafka.Broker.Notice}");
        List<EncodedEvent> stored = [];
        await using (var store = _folder.Open())
        {
            using var relay = await StartAsync(store);
            stored.Add(await AppendAsync(store, 0));
            await UntilDeliveredAsync(store);
            await (killed ? kafka.Broker.KillAsync() : kafka.Broker.PauseAsync());
            for (var number = 1; number < 20; number++)
                stored.Add(await AppendAsync(store, number));

            await relay.StopAsync(Cancel);

            Assert.Equal(19, store.PendingCount);
        }

        await (killed ? kafka.Broker.RestartAsync(Cancel) : kafka.Broker.ResumeAsync());
        await using var again = _folder.Open();
        using var next = await StartAsync(again);
        var records = await ReadAsync(stored);
        await UntilDeliveredAsync(again);

        Assert.Equal(stored.Select(encoded => encoded.Id).Order(), records.Select(record => record.Headers["ce_id"]).Distinct().Order());
        await next.StopAsync(Cancel);
    }

    private KafkaOptions WithPassword(string password) =>
        new(kafka.Broker.SaslBootstrap!, _topic, new Dictionary<string, string>
        {
            ["security.protocol"] = "sasl_plaintext",
            ["sasl.mechanism"] = "PLAIN",
            ["sasl.username"] = "alice",
            ["sasl.password"] = password,
        });

    private async Task<KafkaRelay> StartAsync(EventStore store, KafkaOptions? options = null)
    {
        options ??= new(kafka.Broker.Bootstrap, _topic, new Dictionary<string, string>());
        KafkaRelay relay = new(store, options, _folder.Metrics, TimeProvider.System, _folder.Lines.Of<KafkaRelay>());
        await relay.StartAsync(Cancel);
        return relay;
    }

    private static async Task<EncodedEvent> AppendAsync(EventStore store, int number)
    {
        var encoded = SampleEvents.Encoded(number, $"camera-{number % 3}");
        await store.AppendAsync(encoded, Cancel);
        return encoded;
    }

    private async Task<IReadOnlyList<ReadRecord>> ReadAsync(IReadOnlyCollection<EncodedEvent> expected)
    {
        var ids = expected.Select(encoded => encoded.Id).ToHashSet();
        using KafkaReader reader = new(kafka.Broker.Bootstrap, _topic);
        return await reader.ReadUntilAsync(all => ids.IsSubsetOf(all.Select(record => record.Headers["ce_id"])), Deadline, Cancel);
    }

    private static Task UntilDeliveredAsync(EventStore store) => UntilAsync(() => store.PendingCount == 0);

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        deadline.CancelAfter(Deadline);
        using PeriodicTimer poll = new(TimeSpan.FromMilliseconds(20));
        while (!condition())
            await poll.WaitForNextTickAsync(deadline.Token);
    }
}
