// Where published events go.
namespace StreamActions.Worker.Events;

/// <summary>Stores events: in production the event store, in tests a list.</summary>
internal interface IEventSink
{
    /// <summary>Completes when the event is durable.</summary>
    /// <exception cref="Exception">The event is not stored; the message says why.</exception>
    Task AppendAsync(StreamEvent streamEvent);
}
