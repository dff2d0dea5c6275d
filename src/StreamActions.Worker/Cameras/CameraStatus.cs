// How a camera is, as others may see it.
namespace StreamActions.Worker.Cameras;

/// <summary>States of a camera.</summary>
internal enum CameraState
{
    /// <summary>Being opened, for the first time or again.</summary>
    Connecting,

    /// <summary>Frames come.</summary>
    Live,

    /// <summary>It cannot be opened or broke; it will be tried again.</summary>
    Offline,

    /// <summary>A recording that is over.</summary>
    Ended,
}

/// <summary>A camera's state, which opening it belongs to, and why.</summary>
/// <param name="State">The state.</param>
/// <param name="Generation">Openings so far.</param>
/// <param name="Reason">Why it is offline, one line without secrets; empty otherwise.</param>
internal sealed record CameraStatus(CameraState State, int Generation, string Reason);
