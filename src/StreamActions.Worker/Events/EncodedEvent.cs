// An event in the form in which it is stored and sent: the outbox and the relay carry it without looking inside.
namespace StreamActions.Worker.Events;

/// <summary>An event ready to be stored and sent.</summary>
/// <param name="Id">The CloudEvents id; a replay repeats it.</param>
/// <param name="Key">The Kafka key: the camera's name.</param>
/// <param name="Type">The CloudEvents type.</param>
/// <param name="Headers">Kafka headers of the CloudEvents binary binding, in a fixed order.</param>
/// <param name="Payload">The CloudEvents data as JSON.</param>
internal sealed record EncodedEvent(
    string Id, string Key, string Type, IReadOnlyDictionary<string, string> Headers, string Payload);
