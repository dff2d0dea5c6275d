// A Kafka broker for tests: the best kind that this machine offers.
using System.Net;
using System.Net.Sockets;

namespace StreamActions.TestKit.Kafka;

/// <summary>Where a test's broker comes from.</summary>
public enum KafkaKind
{
    /// <summary>A cluster named by the environment variable KAFKA_BOOTSTRAP; it is not ours to stop.</summary>
    External,

    /// <summary>Apache Kafka started by the script in the shared folder.</summary>
    Local,

    /// <summary>librdkafka's imitation: good for produce and consume, not for loss or duplicates.</summary>
    Mock,
}

/// <summary>
/// A running broker. Order of choice: <c>KAFKA_BOOTSTRAP</c>, then <c>../shared/kafka/kafka.sh</c> (needs Java 17), then
/// librdkafka's mock cluster; for a broker in a container, start it and name it by <c>KAFKA_BOOTSTRAP</c>. Stopped by <see cref="DisposeAsync"/>, and by a watcher when the test process dies.
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

    /// <summary>host:port of the listener that asks for user <c>alice</c>, password <c>alice-secret</c> by PLAIN; null where there is none.</summary>
    public string? SaslBootstrap => _process.SaslBootstrap;

    /// <summary>Where it comes from.</summary>
    public KafkaKind Kind { get; }

    /// <summary>One line saying what the tests ran against and why; tests print it.</summary>
    public string Notice { get; }

    /// <summary>Whether <see cref="KillAsync"/>, <see cref="PauseAsync"/> and their like work.</summary>
    public bool CanFail => Kind == KafkaKind.Local;

    /// <summary>Starts the best kind there is. Takes about ten seconds with <see cref="KafkaKind.Local"/>.</summary>
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
                $"NOT A REAL BROKER: librdkafka's mock cluster, because KAFKA_BOOTSTRAP is not set and no broker could be started ({e.Message}).",
                new MockBroker());
        }
    }

    /// <summary>SIGKILL: what it had not written is lost. <see cref="RestartAsync"/> brings it back at the same address.</summary>
    public Task KillAsync() => _process.KillAsync();

    /// <summary>Starts a killed broker again, with the data it had.</summary>
    public Task RestartAsync(CancellationToken cancellationToken = default) => _process.RestartAsync(cancellationToken);

    /// <summary>SIGSTOP: connections stay open and nothing answers.</summary>
    public Task PauseAsync() => _process.PauseAsync();

    /// <summary>SIGCONT.</summary>
    public Task ResumeAsync() => _process.ResumeAsync();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _process.DisposeAsync();

    /// <summary>The first of a number of free loopback ports in a row, below the range the system hands out by itself.</summary>
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

/// <summary>This kind of broker cannot be had here.</summary>
internal sealed class BrokerUnavailableException(string message) : Exception(message);

/// <summary>A broker of one kind.</summary>
internal interface IBrokerProcess : IAsyncDisposable
{
    /// <summary>host:port.</summary>
    string Bootstrap { get; }

    /// <summary>host:port of the listener with passwords; null where there is none.</summary>
    string? SaslBootstrap => null;

    /// <summary>SIGKILL.</summary>
    Task KillAsync() => throw new NotSupportedException("this kind of broker cannot be killed; ask CanFail first");

    /// <summary>Start after a kill.</summary>
    Task RestartAsync(CancellationToken cancellationToken) => throw new NotSupportedException("this kind of broker cannot be restarted; ask CanFail first");

    /// <summary>SIGSTOP.</summary>
    Task PauseAsync() => throw new NotSupportedException("this kind of broker cannot be paused; ask CanFail first");

    /// <summary>SIGCONT.</summary>
    Task ResumeAsync() => throw new NotSupportedException("this kind of broker cannot be resumed; ask CanFail first");
}

/// <summary>Somebody else's cluster.</summary>
internal sealed class ExternalBroker(string bootstrap) : IBrokerProcess
{
    /// <inheritdoc/>
    public string Bootstrap { get; } = bootstrap;

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
