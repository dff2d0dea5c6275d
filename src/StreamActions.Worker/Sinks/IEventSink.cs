// The destination of events.
using StreamActions.Worker.Events;

namespace StreamActions.Worker.Sinks;

/// <summary>Takes events: the store in production, a list in tests.</summary>
internal interface IEventSink
{
    /// <summary>Stores an event. Completes when the event is durable.</summary>
    /// <exception cref="SinkException">The event could not be stored.</exception>
    Task AppendAsync(StreamEvent streamEvent);
}
