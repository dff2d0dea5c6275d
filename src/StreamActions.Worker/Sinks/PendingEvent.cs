// A stored event that still has to be delivered.
using StreamActions.Worker.Events;

namespace StreamActions.Worker.Sinks;

/// <summary>A stored event that still has to be delivered.</summary>
/// <param name="Seq">Its place in the store; rises with every append and is never used again.</param>
/// <param name="Event">The event.</param>
/// <param name="Attempts">How often delivery has failed.</param>
internal sealed record PendingEvent(long Seq, EncodedEvent Event, int Attempts);
