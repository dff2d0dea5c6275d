// Where decided events go.
using StreamActions.Worker.Events;

namespace StreamActions.Worker.Sinks;

/// <summary>Takes events; in production the store, in tests a list.</summary>
internal interface IEventSink
{
    /// <summary>Completes when the event is safe.</summary>
    /// <exception cref="SinkException">It is not.</exception>
    Task AppendAsync(StreamEvent streamEvent);
}
