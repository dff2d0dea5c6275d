// A stored event that is not delivered yet.
using StreamActions.Worker.Events;

namespace StreamActions.Worker.Sinks;

/// <summary>A stored event that is not delivered yet.</summary>
/// <param name="Seq">Sequence number in the store. It increases with every append and is never reused.</param>
/// <param name="Event">The event.</param>
/// <param name="Attempts">Number of failed deliveries.</param>
internal sealed record PendingEvent(long Seq, EncodedEvent Event, int Attempts);
