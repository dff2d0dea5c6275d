// librdkafka's mock cluster, inside this process.
using Confluent.Kafka;

namespace StreamActions.TestKit.Kafka;

/// <summary>librdkafka's mock cluster. It lives as long as the client that created it.</summary>
internal sealed class MockBroker : IBrokerProcess
{
    private readonly IProducer<Null, Null> _holder;

    /// <summary>Starts the cluster.</summary>
    public MockBroker()
    {
        ProducerConfig settings = new() { BootstrapServers = "unused" };
        settings.Set("test.mock.num.brokers", "1");
        _holder = new ProducerBuilder<Null, Null>(settings).SetLogHandler((_, _) => { }).Build();
        using var admin = new DependentAdminClientBuilder(_holder.Handle).Build();
        var broker = admin.GetMetadata(TimeSpan.FromSeconds(10)).Brokers[0];
        Bootstrap = $"{broker.Host}:{broker.Port}";
    }

    /// <inheritdoc/>
    public string Bootstrap { get; }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _holder.Dispose();
        return ValueTask.CompletedTask;
    }
}
