// JSON settings of event data: camelCase, UTC times, nulls written so that every field is always present.
using System.Text.Json;
using System.Text.Json.Serialization;
using CloudNative.CloudEvents;

namespace StreamActions.Worker.Events;

/// <summary>Source-generated serialisation of event data.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    Converters = [typeof(UtcTimeConverter), typeof(ScoreConverter)])]
[JsonSerializable(typeof(ActionEvent))]
[JsonSerializable(typeof(CameraEvent))]
internal sealed partial class EventJsonContext : JsonSerializerContext;

/// <summary>RFC 3339 in UTC with a <c>Z</c>, the format of CloudEvents attributes.</summary>
internal sealed class UtcTimeConverter : JsonConverter<DateTimeOffset>
{
    /// <inheritdoc/>
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.GetDateTimeOffset();

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteStringValue(CloudEventAttributeType.Timestamp.Format(value.ToUniversalTime()));
}

/// <summary>Rounds to six decimals: further digits of a score are single-precision noise.</summary>
internal sealed class ScoreConverter : JsonConverter<double>
{
    /// <inheritdoc/>
    public override double Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetDouble();

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, double value, JsonSerializerOptions options) =>
        writer.WriteNumberValue(Math.Round(value, 6));
}
