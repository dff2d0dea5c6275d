// The JSON form of an event's data: what config/event.schema.json describes, field by field.
using System.Text.Json;
using System.Text.Json.Serialization;
using CloudNative.CloudEvents;
using StreamActions.Worker.Alerts;
using StreamActions.Worker.Inference;

namespace StreamActions.Worker.Events;

/// <summary>Data of <c>streamactions.action.*</c>.</summary>
internal sealed record ActionData(
    string EventId,
    string Alert,
    string Camera,
    string? Zone,
    DateTimeOffset BeganAt,
    DateTimeOffset? EndedAt,
    WindowTimes Window,
    double Score,
    double PeakScore,
    ScoreThresholds Threshold,
    string Phrase,
    PhraseScore? RunnerUp,
    ModelIdentity Model,
    string ConfigHash,
    string? Snapshot,
    double LatencyMs);

/// <summary>Data of <c>streamactions.camera.*</c>.</summary>
internal sealed record CameraData(string Camera, string State, DateTimeOffset At, string Reason, string Detail);

/// <summary>How event data is written: camelCase, UTC times, nulls kept so that every field is always there.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    Converters = [typeof(UtcTimeConverter), typeof(ScoreConverter)])]
[JsonSerializable(typeof(ActionData))]
[JsonSerializable(typeof(CameraData))]
internal sealed partial class EventDataContext : JsonSerializerContext;

/// <summary>RFC 3339 in UTC with a <c>Z</c>, as CloudEvents writes its own times.</summary>
internal sealed class UtcTimeConverter : JsonConverter<DateTimeOffset>
{
    /// <inheritdoc/>
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.GetDateTimeOffset();

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteStringValue(CloudEventAttributeType.Timestamp.Format(value.ToUniversalTime()));
}

/// <summary>Six decimals: beyond them a score is noise of single precision.</summary>
internal sealed class ScoreConverter : JsonConverter<double>
{
    /// <inheritdoc/>
    public override double Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetDouble();

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, double value, JsonSerializerOptions options) =>
        writer.WriteNumberValue(Math.Round(value, 6));
}
