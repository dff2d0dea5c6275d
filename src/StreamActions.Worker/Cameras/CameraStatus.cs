// The state of a camera's connection.
namespace StreamActions.Worker.Cameras;

/// <summary>States of a camera.</summary>
internal enum CameraState
{
    /// <summary>The camera is being opened, or waits for an opening slot.</summary>
    Connecting,

    /// <summary>Frames arrive.</summary>
    Live,

    /// <summary>Frames arrive, but the camera is blind: see its blind reasons. Only the watch of all cameras shows this state.</summary>
    Blind,

    /// <summary>The camera is open, but a frame that was due has not arrived. It is opened again if none arrives soon.</summary>
    Stalled,

    /// <summary>The camera could not be opened, or its stream broke. It is opened again after the back-off.</summary>
    Offline,

    /// <summary>The operator's file disables the camera. It is never opened.</summary>
    Disabled,

    /// <summary>The recording is over.</summary>
    Ended,
}

/// <summary>A camera's state, with its opening, its reason and its start.</summary>
/// <param name="State">The state.</param>
/// <param name="Generation">Number of openings so far.</param>
/// <param name="Reason">Why the camera is offline or stalled, or why it was opened again. One line without secrets; empty when
/// live.</param>
/// <param name="Since">When the state began.</param>
internal sealed record CameraStatus(CameraState State, int Generation, string Reason, DateTimeOffset Since);
