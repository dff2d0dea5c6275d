// One Kafka broker for all tests of a class.
using StreamActions.TestKit.Kafka;

namespace StreamActions.Worker.Tests.Sinks;

public sealed class KafkaFixture : IAsyncLifetime
{
    public KafkaBroker Broker { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Broker = await KafkaBroker.StartAsync();
        TestContext.Current.SendDiagnosticMessage("{0}", Broker.Notice);
    }

    public ValueTask DisposeAsync() => Broker.DisposeAsync();
}
