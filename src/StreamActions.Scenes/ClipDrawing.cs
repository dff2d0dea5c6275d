// Draws the frames of a clip and, for a stream, the frames before it.
using StreamActions.Core.Clips;

namespace StreamActions.Scenes;

/// <summary>Draws a scene's frames. Draw the clip first: its pixels then do not depend on the number of earlier frames.</summary>
/// <param name="scene">The scene.</param>
/// <param name="spec">Size and timing.</param>
/// <param name="earlier">Number of frames before the clip.</param>
internal sealed class ClipDrawing(GeneratedScene scene, ClipSpec spec, int earlier)
{
    /// <summary>uint8 RGB [earlier + T, S, S, 3].</summary>
    public byte[] Pixels { get; } = new byte[(earlier + spec.Frames) * spec.FrameBytes];

    /// <summary>True plays the scene backwards: earlier frames then show later times.</summary>
    public bool Backwards { get; init; }

    /// <summary>True shows one moment in every frame.</summary>
    public bool Frozen { get; init; }

    /// <summary>Draws the T frames of the clip.</summary>
    public void DrawClip()
    {
        // In the order of the scene's time, because the noise depends on the order of drawing.
        for (var time = 0; time < spec.Frames; time++)
            Draw(time, Played(time));
    }

    /// <summary>Draws the frames before the clip.</summary>
    public void DrawEarlier()
    {
        for (var frame = -1; frame >= -earlier; frame--)
            Draw(Played(frame), frame);
    }

    // Frame t of a clip that is played backwards shows time T − 1 − t, and the other way round.
    private int Played(int number) => Backwards ? spec.Frames - 1 - number : number;

    private void Draw(int time, int frame) =>
        scene.Draw(Frozen ? 0 : time / spec.SampleFps, Pixels.AsSpan((earlier + frame) * spec.FrameBytes, spec.FrameBytes));
}
