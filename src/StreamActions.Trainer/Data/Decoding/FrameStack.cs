// Decoded frames of one recording, all of one size.
namespace StreamActions.Trainer.Data.Decoding;

/// <summary>Frames in memory.</summary>
/// <param name="Pixels">uint8 RGB [Count, Height, Width, 3].</param>
/// <param name="Count">Frames, at least 1.</param>
/// <param name="Width">Width of each in pixels.</param>
/// <param name="Height">Height of each in pixels.</param>
internal sealed record FrameStack(byte[] Pixels, int Count, int Width, int Height)
{
    /// <summary>The pixels of a frame.</summary>
    public ReadOnlySpan<byte> Frame(int index) => Pixels.AsSpan(index * Width * Height * 3, Width * Height * 3);
}
