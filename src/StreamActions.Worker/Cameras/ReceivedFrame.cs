// A frame with its capture time and its opening: what a camera's connection hands on.
using StreamActions.Video;

namespace StreamActions.Worker.Cameras;

/// <summary>A frame from a camera's connection.</summary>
/// <param name="Frame">The frame. The connection disposes it.</param>
/// <param name="At">Its capture time, from <see cref="CameraVisibility.Stamp"/>.</param>
/// <param name="Jumped">True when time jumped before this frame.</param>
/// <param name="Generation">The camera's opening that the frame comes from.</param>
/// <param name="Source">The source of that opening. It counts dropped frames and decoding errors.</param>
internal readonly record struct ReceivedFrame(Frame Frame, DateTimeOffset At, bool Jumped, int Generation, IFrameSource Source);
