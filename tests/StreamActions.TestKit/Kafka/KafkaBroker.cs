// A Kafka broker for tests: the best kind that is available.
using System.Net;
using System.Net.Sockets;

namespace StreamActions.TestKit.Kafka;

/// <summary>The kinds of brokers for tests.</summary>
public enum KafkaKind
{
    /// <summary>A cluster named by the environment variable KAFKA_BOOTSTRAP. Tests do not stop it.</summary>
    External,

    /// <summary>Apache Kafka, started by the script in the shared folder.</summary>
    Local,

    /// <summary>librdkafka's mock cluster: for producing and consuming, not for tests of loss or duplicates.</summary>
    Mock,
}

/// <summary>
/// A running broker. Order of choice: <c>KAFKA_BOOTSTRAP</c>, then <c>../shared/kafka/kafka.sh</c> (needs Java 17), then librdkafka's mock
/// cluster. To use a broker in a container, start it and set <c>KAFKA_BOOTSTRAP</c>. <see cref="DisposeAsync"/> stops the broker; a watcher
/// process stops it when the test process dies.
/// </summary>
public sealed class KafkaBroker : IAsyncDisposable
{
    private readonly IBrokerProcess _process;

    private KafkaBroker(KafkaKind kind, string notice, IBrokerProcess process)
    {
        Kind = kind;
        Notice = notice;
        _process = process;
    }

    /// <summary>host:port of the plaintext listener.</summary>
    public string Bootstrap => _process.Bootstrap;

    /// <summary>host:port of the SASL PLAIN listener (user <c>alice</c>, password <c>alice-secret</c>); null without one.</summary>
    public string? SaslBootstrap => _process.SaslBootstrap;

    /// <summary>The kind of the broker.</summary>
    public KafkaKind Kind { get; }

    /// <summary>One line that names the broker and the reason of the choice. Tests print it.</summary>
    public string Notice { get; }

    /// <summary>Whether tests can kill, restart, pause and resume the broker.</summary>
    public bool CanFail => Kind == KafkaKind.Local;

    /// <summary>Starts the best kind that is available. <see cref="KafkaKind.Local"/> takes about ten seconds.</summary>
    public static async Task<KafkaBroker> StartAsync(CancellationToken cancellationToken = default)
    {
        if (Environment.GetEnvironmentVariable("KAFKA_BOOTSTRAP") is { Length: > 0 } named)
            return new KafkaBroker(KafkaKind.External, $"Kafka named by KAFKA_BOOTSTRAP: {named}", new ExternalBroker(named));

        try
        {
            return new KafkaBroker(KafkaKind.Local, "A real Apache Kafka.", await LocalBroker.StartAsync(cancellationToken));
        }
        catch (BrokerUnavailableException e)
        {
            return new KafkaBroker(
                KafkaKind.Mock,
                "NOT A REAL BROKER: librdkafka's mock cluster, because KAFKA_BOOTSTRAP is not set and "
                + $"no broker could be started ({e.Message}).",
                new MockBroker());
        }
    }

    /// <summary>SIGKILL: the broker loses unwritten data. <see cref="RestartAsync"/> starts it again at the same address.</summary>
    public Task KillAsync() => _process.KillAsync();

    /// <summary>Starts a killed broker again, with its data.</summary>
    public Task RestartAsync(CancellationToken cancellationToken = default) => _process.RestartAsync(cancellationToken);

    /// <summary>SIGSTOP: connections stay open, but the broker does not answer.</summary>
    public Task PauseAsync() => _process.PauseAsync();

    /// <summary>SIGCONT.</summary>
    public Task ResumeAsync() => _process.ResumeAsync();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _process.DisposeAsync();

    /// <summary>The first of several consecutive free loopback ports, below the ephemeral range of the system.</summary>
    internal static int FreePorts(int count)
    {
        while (true)
        {
            var first = Random.Shared.Next(20_000, 32_000);
            if (Enumerable.Range(first, count).All(IsFree))
                return first;
        }
    }

    private static bool IsFree(int port)
    {
        try
        {
            using TcpListener listener = new(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}

/// <summary>This kind of broker is not available here.</summary>
internal sealed class BrokerUnavailableException(string message) : Exception(message);

/// <summary>A broker of one kind.</summary>
internal interface IBrokerProcess : IAsyncDisposable
{
    /// <summary>host:port.</summary>
    string Bootstrap { get; }

    /// <summary>host:port of the SASL listener; null without one.</summary>
    string? SaslBootstrap => null;

    /// <summary>SIGKILL.</summary>
    Task KillAsync() => throw new NotSupportedException("this kind of broker cannot be killed; check CanFail");

    /// <summary>Start after a kill.</summary>
    Task RestartAsync(CancellationToken cancellationToken) =>
        throw new NotSupportedException("this kind of broker cannot be restarted; check CanFail");

    /// <summary>SIGSTOP.</summary>
    Task PauseAsync() => throw new NotSupportedException("this kind of broker cannot be paused; check CanFail");

    /// <summary>SIGCONT.</summary>
    Task ResumeAsync() => throw new NotSupportedException("this kind of broker cannot be resumed; check CanFail");
}

/// <summary>A cluster that the tests neither start nor stop.</summary>
internal sealed class ExternalBroker(string bootstrap) : IBrokerProcess
{
    /// <inheritdoc/>
    public string Bootstrap { get; } = bootstrap;

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
