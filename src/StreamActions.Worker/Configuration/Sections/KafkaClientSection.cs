// The block `sinks.kafka.client`: librdkafka properties for reaching and trusting a cluster, from a list of allowed ones.
namespace StreamActions.Worker.Configuration;

/// <summary>Reads the block. Its values may be secrets: none is ever quoted or explained.</summary>
internal static class KafkaClientSection
{
    // What lets a cluster be reached. Acknowledgements, retries, idempotence and time-outs are the outbox's own.
    private static readonly string[] Allowed =
    [
        "security.protocol", "sasl.mechanism", "sasl.mechanisms", "sasl.username", "sasl.password", "sasl.kerberos.service.name",
        "sasl.kerberos.principal", "sasl.kerberos.keytab", "sasl.oauthbearer.method", "sasl.oauthbearer.client.id",
        "sasl.oauthbearer.client.secret", "sasl.oauthbearer.scope", "sasl.oauthbearer.extensions", "sasl.oauthbearer.token.endpoint.url",
        "ssl.ca.location", "ssl.ca.pem", "ssl.certificate.location", "ssl.certificate.pem", "ssl.key.location", "ssl.key.pem",
        "ssl.key.password", "ssl.cipher.suites", "ssl.endpoint.identification.algorithm", "client.id", "client.rack", "compression.type",
        "broker.address.family", "socket.connection.setup.timeout.ms", "linger.ms",
    ];

    private static readonly string[] Shown = ["security.protocol", "sasl.mechanism", "sasl.mechanisms", "compression.type", "client.id"];

    private static readonly string[] Protocols = ["plaintext", "ssl", "sasl_plaintext", "sasl_ssl"];

    /// <summary>The properties of the section <c>sinks.kafka</c>, with its <c>allow-plaintext-sasl</c>.</summary>
    public static IReadOnlyDictionary<string, string> Read(Section kafka)
    {
        var plaintextSasl = kafka.Flag("allow-plaintext-sasl", false);
        Dictionary<string, string> properties = [];
        if (kafka.Map("client") is not { } client)
            return properties;
        foreach (var name in Allowed)
        {
            if (client.Find(name) is not { } found || client.Scalar(found) is not { } scalar || client.Resolve(scalar, found) is not { } value)
                continue;
            properties.Add(name, value);
            client.Explain(name, Shown.Contains(name) ? scalar.Text : "***", found);
        }
        client.Done();
        CheckProtocol(client, properties, plaintextSasl);
        return properties;
    }

    private static void CheckProtocol(Section client, Dictionary<string, string> properties, bool plaintextSasl)
    {
        var protocol = client.Find("security.protocol");
        if (protocol is null && properties.Keys.FirstOrDefault(name => name.StartsWith("sasl.", StringComparison.Ordinal)) is { } sasl)
        {
            client.Problem(client.Find(sasl)!.Node.Place, sasl, "has no effect without security.protocol", "add security.protocol: sasl_ssl");
            return;
        }
        if (protocol is null || !properties.TryGetValue("security.protocol", out var value))
            return;
        if (!Protocols.Contains(value, StringComparer.OrdinalIgnoreCase))
            client.Problem(protocol.Node.Place, "security.protocol", "this is not a protocol", $"give one of {string.Join(", ", Protocols)}");
        else if (string.Equals(value, "sasl_plaintext", StringComparison.OrdinalIgnoreCase) && !plaintextSasl)
        {
            client.Problem(protocol.Node.Place, "security.protocol", "a password would cross the network in the clear",
                "use sasl_ssl, or set sinks.kafka.allow-plaintext-sasl: true if the network is trusted");
        }
    }
}
