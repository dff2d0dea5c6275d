// Turns an event into CloudEvents 1.0: attributes for the headers, JSON for the value.
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using CloudNative.CloudEvents;
using CloudNative.CloudEvents.SystemTextJson;
using StreamActions.Worker.Alerts;

namespace StreamActions.Worker.Events;

/// <summary>
/// Writes events in the binary mode of the CloudEvents Kafka protocol binding 1.0: attributes as <c>ce_</c> headers and
/// <c>content-type</c>, the value is the data alone. Consumers can then filter and route on headers without parsing the
/// value, and tools that know nothing of CloudEvents still read plain JSON.
/// </summary>
internal static class CloudEventJson
{
    /// <summary>Names config/event.schema.json (its <c>$id</c>); a change that breaks consumers takes the next number.</summary>
    public const string DataSchema = "urn:streamactions:event:1";

    private const string ContentType = "application/json";

    // Phrases stay readable: "ä" is not written as an escape, since no web page holds this JSON.
    private static readonly JsonEventFormatter Formatter = new(
        new JsonSerializerOptions(EventDataContext.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping },
        new JsonDocumentOptions());

    /// <summary>Encodes an event.</summary>
    /// <exception cref="ArgumentException">A number of the event is not finite.</exception>
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
            Data = DataOf(streamEvent),
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

    private static object DataOf(StreamEvent streamEvent) => streamEvent switch
    {
        ActionEvent action => new ActionData(
            EventIdentity.OfAction(action), action.Alert, action.Camera, action.Zone, action.BeganAt, action.EndedAt, action.Window,
            action.Score, action.PeakScore, action.Threshold, action.Phrase, action.RunnerUp, action.Model, action.ConfigHash,
            action.Snapshot, action.LatencyMs),
        CameraEvent camera => new CameraData(
            camera.Camera, camera.Blind ? "blind" : "seeing", camera.Time, camera.Reason, camera.Detail),
        _ => throw new ArgumentException($"no data is defined for {streamEvent.GetType().Name}", nameof(streamEvent)),
    };

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
