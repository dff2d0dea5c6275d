// Decoded frames of one recording, all of the same size.
namespace StreamActions.Trainer.Data.Decoding;

/// <summary>Decoded frames in memory.</summary>
/// <param name="Pixels">uint8 RGB [Count, Height, Width, 3].</param>
/// <param name="Count">Number of frames, at least 1.</param>
/// <param name="Width">Width of a frame in pixels.</param>
/// <param name="Height">Height of a frame in pixels.</param>
internal sealed record FrameStack(byte[] Pixels, int Count, int Width, int Height)
{
    /// <summary>The pixels of a frame, uint8 RGB [Height, Width, 3].</summary>
    public ReadOnlySpan<byte> Frame(int index) => Pixels.AsSpan(index * Width * Height * 3, Width * Height * 3);
}
