// Creates Kafka producers. All librdkafka settings are made here.
using Confluent.Kafka;
using StreamActions.Core.Text;
using StreamActions.Worker.Configuration;

namespace StreamActions.Worker.Sinks;

/// <summary>Callbacks of a producer. They run on the producer's own threads.</summary>
/// <param name="OnError">Called for errors outside deliveries, often repeatedly. After a fatal error the producer must be replaced.</param>
/// <param name="OnLog">Called for each line of librdkafka's own log.</param>
internal sealed record ProducerCallbacks(Action<Error> OnError, Action<SyslogLevel, string> OnLog);

/// <summary>Creates producers for the configured cluster.</summary>
internal static class KafkaConnection
{
    private static readonly string[] SecretWords = ["password", "secret", "token", "pem", "oauthbearer.config", "jaas"];

    /// <summary>Creates a producer. It connects in the background.</summary>
    /// <exception cref="SinkException">A client property is unknown or its value is invalid.</exception>
    public static IProducer<string, string> Connect(KafkaOptions options, ProducerCallbacks callbacks)
    {
        var redact = Redactor(options);
        try
        {
            return new ProducerBuilder<string, string>(Settings(options))
                .SetErrorHandler((_, error) => callbacks.OnError(new Error(error.Code, redact(error.Reason), error.IsFatal)))
                .SetLogHandler((_, line) => callbacks.OnLog(line.Level, redact($"{line.Facility} {line.Message}")))
                .Build();
        }
        catch (Exception e) when (e is KafkaException or InvalidOperationException or ArgumentException)
        {
#pragma warning disable MA0054 // No inner exception: its text is not redacted and may contain a secret.
            throw new SinkException($"sinks.kafka: {redact(e.Message)}; correct the property under sinks.kafka.client");
#pragma warning restore MA0054
        }
    }

    /// <summary>The librdkafka properties: the worker's defaults, the operator's, then those that the delivery guarantees need.</summary>
    internal static ProducerConfig Settings(KafkaOptions options)
    {
        ProducerConfig settings = new()
        {
            ClientId = "streamactions",
            LingerMs = 1,
            Partitioner = Partitioner.Murmur2Random, // same partitioner as the Java client, so that joins by key line up
            SocketKeepaliveEnable = true,
            LogConnectionClose = false, // brokers close idle connections; that is not an error
            ReconnectBackoffMaxMs = 2000, // reconnect within seconds after a broker returns
            RetryBackoffMaxMs = 1000,
            RequestTimeoutMs = 10_000,
        };
        foreach (var (name, value) in options.Client)
            settings.Set(name, value);

        // The delivery guarantees need these, so they override the operator's properties: all replicas acknowledge, retries
        // neither duplicate nor reorder events within a session, no time-out drops an event, and a failed event stops those behind it.
        settings.BootstrapServers = options.Bootstrap;
        settings.Acks = Acks.All;
        settings.EnableIdempotence = true;
        settings.EnableGaplessGuarantee = true;
        settings.MessageTimeoutMs = 0;
        return settings;
    }

    private static Func<string, string> Redactor(KafkaOptions options)
    {
        Secrets secrets = new(options.Client
            .Where(property => SecretWords.Any(word => property.Key.Contains(word, StringComparison.OrdinalIgnoreCase)))
            .Select(property => property.Value));
        return secrets.Redact;
    }
}
