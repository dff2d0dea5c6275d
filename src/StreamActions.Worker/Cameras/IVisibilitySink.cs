// The interface that takes a camera's changes of visibility.
namespace StreamActions.Worker.Cameras;

/// <summary>A blind reason began, or the camera sees again.</summary>
/// <param name="Camera">The camera's name.</param>
/// <param name="Time">Capture time of the change.</param>
/// <param name="Blind">True when the reason began; false when the camera sees again.</param>
/// <param name="Reason">One of <see cref="BlindReason"/>.</param>
/// <param name="Detail">A sentence for the operator, without secrets.</param>
internal sealed record VisibilityChange(string Camera, DateTimeOffset Time, bool Blind, string Reason, string Detail);

/// <summary>Takes changes of visibility in the order in which they happened. The event publisher implements it.</summary>
internal interface IVisibilitySink
{
    /// <summary>Takes a change. Returns at once: the sink never waits for a disk.</summary>
    void Publish(VisibilityChange change);
}
