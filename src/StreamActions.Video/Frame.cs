// One decoded picture, on its way from a source to a window, in a buffer that is used again.
namespace StreamActions.Video;

/// <summary>
/// A picture in packed RGB (3 bytes a pixel, rows from the top, no padding) with its times. The buffer is rented:
/// whoever receives a frame disposes it, and must not touch <see cref="Pixels"/> afterwards.
/// </summary>
public sealed class Frame : IDisposable
{
    private byte[]? _buffer;

    private Frame(byte[] buffer, int width, int height, DateTimeOffset capturedAt, long arrivedAt, long sequence) =>
        (_buffer, Width, Height, CapturedAt, ArrivedAt, Sequence) = (buffer, width, height, capturedAt, arrivedAt, sequence);

    /// <summary>Width in pixels.</summary>
    public int Width { get; }

    /// <summary>Height in pixels.</summary>
    public int Height { get; }

    /// <summary>When the picture was taken: arrival for a live stream, the recording's own time for a file.</summary>
    public DateTimeOffset CapturedAt { get; }

    /// <summary>
    /// <see cref="TimeProvider.GetTimestamp"/> when the picture arrived here: latency is measured from it. A recording that is played in
    /// real time "arrives" when it is its turn.
    /// </summary>
    public long ArrivedAt { get; private set; }

    /// <summary>Rises by one with every frame of one opening of the source; a stream may leave numbers out (dropped frames).</summary>
    public long Sequence { get; }

    /// <summary>The pixels: Width × Height × 3 bytes.</summary>
    public Span<byte> Pixels => (_buffer ?? throw new ObjectDisposedException(nameof(Frame))).AsSpan(0, Width * Height * 3);

    /// <summary>Rents a buffer for a picture; its content is not cleared.</summary>
    public static Frame Rent(int width, int height, DateTimeOffset capturedAt, long arrivedAt, long sequence) =>
        new(PictureBuffers.Pool.Rent(checked(width * height * 3)), width, height, capturedAt, arrivedAt, sequence);

    /// <summary>Gives the buffer back.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _buffer, null) is { } buffer)
            PictureBuffers.Pool.Return(buffer);
    }

    /// <summary>Says that it arrives only now.</summary>
    internal void Arrive(long arrivedAt) => ArrivedAt = arrivedAt;
}
