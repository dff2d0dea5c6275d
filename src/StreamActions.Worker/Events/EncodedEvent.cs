// The form in which events are stored and sent. The outbox and the relay do not parse it.
namespace StreamActions.Worker.Events;

/// <summary>An encoded event.</summary>
/// <param name="Id">The CloudEvents id; a replay produces the same one.</param>
/// <param name="Key">The Kafka key: the camera's name.</param>
/// <param name="Type">The CloudEvents type.</param>
/// <param name="Headers">Kafka headers of the CloudEvents binary binding, in a fixed order.</param>
/// <param name="Payload">The CloudEvents data as JSON.</param>
internal sealed record EncodedEvent(
    string Id, string Key, string Type, IReadOnlyDictionary<string, string> Headers, string Payload);
