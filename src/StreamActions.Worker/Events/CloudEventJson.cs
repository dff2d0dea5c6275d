// Encodes events as CloudEvents 1.0: attributes in the headers, data as JSON in the value.
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using CloudNative.CloudEvents;
using CloudNative.CloudEvents.SystemTextJson;
using StreamActions.Worker.Alerts;

namespace StreamActions.Worker.Events;

/// <summary>
/// Encodes events in the binary mode of the CloudEvents Kafka protocol binding 1.0: the headers hold the attributes (<c>ce_*</c> and
/// <c>content-type</c>), the value holds the data only. Consumers can filter and route by headers without parsing the value. Tools
/// without CloudEvents support still read plain JSON.
/// </summary>
internal static class CloudEventJson
{
    /// <summary>The <c>$id</c> of config/event.schema.json. A breaking change takes the next number.</summary>
    public const string DataSchema = "urn:streamactions:event:1";

    private const string ContentType = "application/json";

    // The relaxed encoder writes "ä" as a letter, not as an escape. It is safe because this JSON is never embedded in HTML.
    private static readonly JsonEventFormatter Formatter = new(
        new JsonSerializerOptions(EventJsonContext.Default.Options)
        {
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            TypeInfoResolver = EventJsonContext.Default.WithAddedModifier(AllowIgnoredRequiredProperties),
        },
        new JsonDocumentOptions());

    /// <summary>Encodes an event.</summary>
    /// <exception cref="ArgumentException">A number of the event is NaN or infinity.</exception>
    public static EncodedEvent Encode(StreamEvent streamEvent)
    {
        CloudEvent cloudEvent = new(CloudEventsSpecVersion.V1_0)
        {
            Id = EventIdentity.Of(streamEvent),
            Source = new Uri($"/cameras/{Uri.EscapeDataString(streamEvent.Camera)}", UriKind.Relative),
            Type = TypeOf(streamEvent),
            Time = streamEvent.Time.ToUniversalTime(),
            DataContentType = ContentType,
            DataSchema = new Uri(DataSchema),
            Data = streamEvent,
        };
        cloudEvent.Validate();
        var payload = Encoding.UTF8.GetString(Formatter.EncodeBinaryModeEventData(cloudEvent).Span);
        return new EncodedEvent(cloudEvent.Id!, streamEvent.Camera, cloudEvent.Type!, Headers(cloudEvent), payload);
    }

    /// <summary>The CloudEvents type of an event.</summary>
    public static string TypeOf(StreamEvent streamEvent) => streamEvent switch
    {
        ActionEvent { Phase: ActionPhase.Begin } => "streamactions.action.begin",
        ActionEvent { Phase: ActionPhase.Update } => "streamactions.action.update",
        ActionEvent { Phase: ActionPhase.End } => "streamactions.action.end",
        CameraEvent { Blind: true } => "streamactions.camera.blind",
        CameraEvent { Blind: false } => "streamactions.camera.seeing",
        _ => throw new ArgumentException($"no CloudEvents type is defined for {streamEvent}", nameof(streamEvent)),
    };

    // The serialiser refuses a property that is both required and ignored, because it could not read such a type. Events are only written.
    private static void AllowIgnoredRequiredProperties(JsonTypeInfo type)
    {
        foreach (var property in type.Properties)
            property.IsRequired = false;
    }

    private static SortedDictionary<string, string> Headers(CloudEvent cloudEvent)
    {
        SortedDictionary<string, string> headers = new(StringComparer.Ordinal)
        {
            ["ce_specversion"] = cloudEvent.SpecVersion.VersionId,
            ["content-type"] = ContentType,
        };
        foreach (var (attribute, value) in cloudEvent.GetPopulatedAttributes())
        {
            if (attribute != cloudEvent.SpecVersion.DataContentTypeAttribute)
                headers["ce_" + attribute.Name] = attribute.Format(value);
        }

        return headers;
    }
}
