// A frame as it comes from a camera's connection.
using StreamActions.Video;

namespace StreamActions.Worker.Cameras;

/// <summary>A frame, and where and when it comes from.</summary>
/// <param name="Frame">The frame; the connection gives it back.</param>
/// <param name="At">Its capture time, from <see cref="CameraVisibility.Stamp"/>.</param>
/// <param name="Jumped">Whether time jumped before it.</param>
/// <param name="Generation">Which opening of the camera it comes from.</param>
/// <param name="Source">The source of that opening, for what it lost.</param>
internal readonly record struct ReceivedFrame(Frame Frame, DateTimeOffset At, bool Jumped, int Generation, IFrameSource Source);
