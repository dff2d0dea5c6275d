// The pixels of one clip during augmentation.
namespace StreamActions.Trainer.Data.Augmentation;

/// <summary>The pixels of a clip; augmentation changes them in place.</summary>
/// <param name="Pixels">uint8 RGB [Frames, Size, Size, 3].</param>
/// <param name="Frames">Number of frames.</param>
/// <param name="Size">Side of a frame in pixels.</param>
internal readonly record struct ClipPixels(byte[] Pixels, int Frames, int Size)
{
    /// <summary>The pixels of a frame, uint8 RGB [Size, Size, 3].</summary>
    public Span<byte> Frame(int index) => Pixels.AsSpan(index * Size * Size * 3, Size * Size * 3);
}
