// The pixels of one clip while they are varied.
namespace StreamActions.Trainer.Data.Augmentation;

/// <summary>A clip, changed in place.</summary>
/// <param name="Pixels">uint8 RGB [Frames, Size, Size, 3].</param>
/// <param name="Frames">Frames.</param>
/// <param name="Size">Side of a frame in pixels.</param>
internal readonly record struct ClipPixels(byte[] Pixels, int Frames, int Size)
{
    /// <summary>A frame's pixels.</summary>
    public Span<byte> Frame(int index) => Pixels.AsSpan(index * Size * Size * 3, Size * Size * 3);
}
