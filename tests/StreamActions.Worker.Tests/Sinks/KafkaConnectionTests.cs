// The producer's settings, and that error messages contain no secret.
using Confluent.Kafka;
using StreamActions.Worker.Configuration;
using StreamActions.Worker.Sinks;

namespace StreamActions.Worker.Tests.Sinks;

public sealed class KafkaConnectionTests
{
    private static readonly ProducerCallbacks NoCallbacks = new(_ => { }, (_, _) => { });

    [Fact]
    public void Settings_OperatorProperties_CannotWeakenDeliveryGuarantees()
    {
        var settings = KafkaConnection.Settings(Options(
            ("security.protocol", "sasl_ssl"), ("enable.idempotence", "false"), ("acks", "1"), ("message.timeout.ms", "5")));

        Assert.Equal(SecurityProtocol.SaslSsl, settings.SecurityProtocol);
        Assert.True(settings.EnableIdempotence);
        Assert.True(settings.EnableGaplessGuarantee);
        Assert.Equal(Acks.All, settings.Acks);
        Assert.Equal(0, settings.MessageTimeoutMs);
    }

    [Fact]
    public void Connect_UnknownProperty_ThrowsWithPropertyName()
    {
        var error = Assert.Throws<SinkException>(
            () => KafkaConnection.Connect(Options(("no.such.property", "1")), NoCallbacks));

        Assert.Equal(
            "sinks.kafka: No such configuration property: \"no.such.property\"; correct the property under sinks.kafka.client",
            error.Message);
    }

    [Fact]
    public void Connect_ErrorContainsSecret_IsRedacted()
    {
        var error = Assert.Throws<SinkException>(() => KafkaConnection.Connect(
            Options(("security.protocol", "hunter2"), ("sasl.password", "hunter2")), NoCallbacks));

        Assert.DoesNotContain("hunter2", error.ToString(), StringComparison.Ordinal);
        Assert.Contains("***", error.Message, StringComparison.Ordinal);
    }

    private static KafkaOptions Options(params (string Name, string Value)[] client) =>
        new("127.0.0.1:1", "events", client.ToDictionary(one => one.Name, one => one.Value));
}
