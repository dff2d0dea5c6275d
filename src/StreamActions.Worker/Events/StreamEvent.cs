// The base of all events.
using System.Text.Json.Serialization;

namespace StreamActions.Worker.Events;

/// <summary>
/// An event of one camera, to be stored and published. Its properties are the event's data in JSON, as described by
/// config/event.schema.json. Properties with <see cref="JsonIgnoreAttribute"/> appear only in the headers or in ids.
/// </summary>
internal abstract record StreamEvent
{
    /// <summary>The camera's name. As the Kafka key it keeps the events of a camera in order.</summary>
    [JsonPropertyOrder(0)]
    public required string Camera { get; init; }

    /// <summary>Capture time of the frame that caused the event.</summary>
    [JsonIgnore]
    public required DateTimeOffset Time { get; init; }
}
