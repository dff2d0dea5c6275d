// One decoded picture in a pooled buffer, on its way from a source to a view.
namespace StreamActions.Video;

/// <summary>
/// A picture in packed RGB (3 bytes for a pixel, rows from the top, no padding) with its times. The buffer comes from a pool: the receiver
/// disposes the frame and must not use <see cref="Pixels"/> afterwards.
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

    /// <summary>
    /// When the picture was taken: the stream's own clock, anchored to arrival, for a live stream; arrival for a stream without a clock;
    /// the recording's own time for a file.
    /// </summary>
    public DateTimeOffset CapturedAt { get; }

    /// <summary>
    /// <see cref="TimeProvider.GetTimestamp"/> when the picture was taken; equals <see cref="ArrivedAt"/> where only that is known.
    /// </summary>
    public long CaptureTimestamp { get; private init; }

    /// <summary>
    /// <see cref="TimeProvider.GetTimestamp"/> at the arrival of the picture: latency is measured from it. A frame of a recording that is
    /// read in real time arrives when it is due.
    /// </summary>
    public long ArrivedAt { get; private set; }

    /// <summary>Number of the frame since the source was opened. A stream skips the numbers of dropped frames.</summary>
    public long Sequence { get; }

    /// <summary>The pixels: Width × Height × 3 bytes.</summary>
    public Span<byte> Pixels => (_buffer ?? throw new ObjectDisposedException(nameof(Frame))).AsSpan(0, Width * Height * 3);

    /// <summary>Rents a buffer for a picture; its content is not cleared.</summary>
    public static Frame Rent(int width, int height, DateTimeOffset capturedAt, long arrivedAt, long sequence) =>
        Rent(width, height, capturedAt, arrivedAt, arrivedAt, sequence);

    /// <summary>Rents a buffer for a picture that was taken before it arrived; its content is not cleared.</summary>
    public static Frame Rent(
        int width, int height, DateTimeOffset capturedAt, long captureTimestamp, long arrivedAt, long sequence) =>
        new(PictureBuffers.Pool.Rent(checked(width * height * 3)), width, height, capturedAt, arrivedAt, sequence)
        { CaptureTimestamp = captureTimestamp };

    /// <summary>Returns the buffer to the pool.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _buffer, null) is { } buffer)
            PictureBuffers.Pool.Return(buffer);
    }

    /// <summary>Sets the arrival time.</summary>
    internal void Arrive(long arrivedAt) => ArrivedAt = arrivedAt;
}
