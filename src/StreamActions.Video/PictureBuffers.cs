// The pool for buffers of the size of a picture.
using System.Buffers;

namespace StreamActions.Video;

/// <summary>
/// The pool of picture buffers. One thread rents a buffer and another returns it. The shared pool of .NET would then keep a megabyte for
/// every thread that ever returned a buffer. This pool allocates only when all its buffers are in use, so it never holds more buffers than
/// were in use at once.
/// </summary>
public static class PictureBuffers
{
    // Kept: buffers of each size, a few for each of many cameras. Longest: an 8K picture with four channels.
    private const int Longest = 1 << 27, Kept = 256;

    /// <summary>The pool. A buffer may be longer than requested, and is not cleared.</summary>
    public static ArrayPool<byte> Pool { get; } = ArrayPool<byte>.Create(Longest, Kept);
}
