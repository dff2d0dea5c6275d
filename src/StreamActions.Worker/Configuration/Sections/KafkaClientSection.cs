// The block `sinks.kafka.client`: allowed librdkafka properties, for connection, authentication and encryption.
namespace StreamActions.Worker.Configuration;

/// <summary>Reads the block. Values may be secrets: problems never quote them, and <c>explain</c> shows only harmless ones.</summary>
internal static class KafkaClientSection
{
    // Acknowledgements, retries, idempotence and time-outs are missing on purpose: the delivery guarantees depend on them.
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

    /// <summary>Reads the client properties of the block <c>sinks.kafka</c>, and its key <c>allow-plaintext-sasl</c>.</summary>
    public static IReadOnlyDictionary<string, string> Read(Section kafka)
    {
        var plaintextSasl = kafka.Flag("allow-plaintext-sasl", false);
        Dictionary<string, string> properties = [];
        if (kafka.Map("client") is not { } client)
            return properties;
        foreach (var name in Allowed)
        {
            if (client.Find(name) is not { } found || client.Scalar(found) is not { } scalar
                || client.Resolve(scalar, found) is not { } value)
                continue;
            properties.Add(name, value);
            client.Explain(name, Shown.Contains(name) ? scalar.Text : "***", found);
        }
        client.ReportUnknownKeys();
        CheckProtocol(client, properties, plaintextSasl);
        return properties;
    }

    private static void CheckProtocol(Section client, Dictionary<string, string> properties, bool plaintextSasl)
    {
        var protocol = client.Find("security.protocol");
        if (protocol is null && properties.Keys.FirstOrDefault(name => name.StartsWith("sasl.", StringComparison.Ordinal)) is { } sasl)
        {
            client.Problem(client.Find(sasl)!.Node.Place, sasl, "has no effect without security.protocol",
                "add security.protocol: sasl_ssl");
            return;
        }
        if (protocol is null || !properties.TryGetValue("security.protocol", out var value))
            return;
        if (!Protocols.Contains(value, StringComparer.OrdinalIgnoreCase))
            client.Problem(protocol.Node.Place, "security.protocol", "unknown protocol", $"choose one of {string.Join(", ", Protocols)}");
        else if (string.Equals(value, "sasl_plaintext", StringComparison.OrdinalIgnoreCase) && !plaintextSasl)
        {
            client.Problem(protocol.Node.Place, "security.protocol", "sends the password unencrypted",
                "use sasl_ssl, or set sinks.kafka.allow-plaintext-sasl: true in a trusted network");
        }
    }
}
