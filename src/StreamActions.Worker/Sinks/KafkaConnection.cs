// The producer and its settings; nothing of librdkafka is configured elsewhere.
using Confluent.Kafka;
using StreamActions.Worker.Configuration;

namespace StreamActions.Worker.Sinks;

/// <summary>What a producer tells beside its answers.</summary>
/// <param name="Fault">Brokers unreachable, not authorised …; may come often. Fatal ones need a new producer.</param>
/// <param name="Line">A line of librdkafka's own log.</param>
internal sealed record ProducerVoice(Action<Error> Fault, Action<SyslogLevel, string> Line);

/// <summary>Makes producers for the operator's cluster.</summary>
internal static class KafkaConnection
{
    private static readonly string[] SecretWords = ["password", "secret", "token", "pem", "oauthbearer.config", "jaas"];

    /// <summary>Makes a producer; it connects by itself, later.</summary>
    /// <exception cref="SinkException">A client property is unknown or its value is not understood.</exception>
    public static IProducer<string, string> Connect(KafkaOptions options, ProducerVoice voice)
    {
        try
        {
            var hide = Redactor(options);
            return new ProducerBuilder<string, string>(Settings(options))
                .SetErrorHandler((_, error) => voice.Fault(new Error(error.Code, hide(error.Reason), error.IsFatal)))
                .SetLogHandler((_, line) => voice.Line(line.Level, hide($"{line.Facility} {line.Message}")))
                .Build();
        }
        catch (Exception e) when (e is KafkaException or InvalidOperationException or ArgumentException)
        {
            // Without the cause: its text may hold a secret that only the redacted message is free of.
            throw new SinkException($"sinks.kafka: {Redactor(options)(e.Message)}; correct the property under sinks.kafka.client");
        }
    }

    /// <summary>librdkafka properties, the operator's among them.</summary>
    internal static ProducerConfig Settings(KafkaOptions options)
    {
        ProducerConfig settings = new()
        {
            ClientId = "streamactions",
            LingerMs = 1,
            Partitioner = Partitioner.Murmur2Random, // the Java client's, so that joins by key line up
            SocketKeepaliveEnable = true,
            LogConnectionClose = false, // brokers close idle connections; that is no fault
            ReconnectBackoffMaxMs = 2000, // a broker that returns is used again within seconds
            RetryBackoffMaxMs = 1000,
            RequestTimeoutMs = 10_000,
        };
        foreach (var (name, value) in options.Client)
            settings.Set(name, value);

        // What the outbox relies on, and therefore not the operator's to change: every replica has the event, retries neither
        // repeat nor reorder within a session, an event is never given up by a timer while those behind it go through, and no
        // event overtakes a failed one.
        settings.BootstrapServers = options.Bootstrap;
        settings.Acks = Acks.All;
        settings.EnableIdempotence = true;
        settings.EnableGaplessGuarantee = true;
        settings.MessageTimeoutMs = 0;
        return settings;
    }

    private static Func<string, string> Redactor(KafkaOptions options)
    {
        string[] secrets =
        [
            .. options.Client
                .Where(property => SecretWords.Any(word => property.Key.Contains(word, StringComparison.OrdinalIgnoreCase)))
                .Select(property => property.Value)
                .Where(value => value.Length > 0)
                .OrderByDescending(value => value.Length),
        ];
        return text => secrets.Aggregate(text, (shown, secret) => shown.Replace(secret, "***", StringComparison.Ordinal));
    }
}
