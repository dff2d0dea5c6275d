// How a camera is, as others may see it.
namespace StreamActions.Worker.Cameras;

/// <summary>States of a camera.</summary>
internal enum CameraState
{
    /// <summary>Being opened, or waiting for its turn to be, for the first time or again.</summary>
    Connecting,

    /// <summary>Frames come.</summary>
    Live,

    /// <summary>It is open, but frames that were due have not come; if none comes soon, it is opened again.</summary>
    Stalled,

    /// <summary>It cannot be opened or broke; it will be tried again.</summary>
    Offline,

    /// <summary>Switched off by the operator; it is never opened.</summary>
    Disabled,

    /// <summary>A recording that is over.</summary>
    Ended,
}

/// <summary>A camera's state, which opening it belongs to, why, and since when.</summary>
/// <param name="State">The state.</param>
/// <param name="Generation">Openings so far.</param>
/// <param name="Reason">Why it is offline or stalled, or why it had to be opened again; one line without secrets, empty when all is well.</param>
/// <param name="Since">Since when it is so.</param>
internal sealed record CameraStatus(CameraState State, int Generation, string Reason, DateTimeOffset Since);
