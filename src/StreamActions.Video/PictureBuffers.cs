// Where buffers of pictures are rented: everything that is as large as a picture and lives as briefly.
using System.Buffers;

namespace StreamActions.Video;

/// <summary>
/// The pool of picture buffers. A picture is rented by one thread and given back by another, time and again: the shared pool of .NET then keeps
/// a buffer for every thread that ever gave one back, a megabyte each, which a worker of many days would pay for. This one makes a new buffer
/// only when all it has are in use, so that it never holds more than were in use at once.
/// </summary>
public static class PictureBuffers
{
    // Buffers of a size that are kept: a few a camera, of many cameras. The longest holds a picture of 8K with four channels.
    private const int Longest = 1 << 27, Kept = 256;

    /// <summary>The pool; a buffer may be longer than asked for, and is not cleared.</summary>
    public static ArrayPool<byte> Pool { get; } = ArrayPool<byte>.Create(Longest, Kept);
}
