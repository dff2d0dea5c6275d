// A frame of a view at the model's size: what the views hand to the encoder.
using StreamActions.Video;

namespace StreamActions.Worker.Views;

/// <summary>
/// One frame of a view: uint8 RGB [Size, Size, 3] in a rented buffer. The buffer is reference counted: a new frame has one holder, and the
/// last holder returns the buffer to the pool.
/// </summary>
internal sealed class ViewFrame
{
    private readonly byte[] _buffer;
    private readonly int _length;
    private int _holders = 1;

    private ViewFrame(int length) => (_buffer, _length) = (PictureBuffers.Pool.Rent(length), length);

    /// <summary>The view that the frame shows.</summary>
    public required View View { get; init; }

    /// <summary>Number of the camera's opening that the frame comes from.</summary>
    public required int Generation { get; init; }

    /// <summary>Capture time.</summary>
    public required DateTimeOffset CapturedAt { get; init; }

    /// <summary>Timestamp of the frame's arrival. Latency is measured from it.</summary>
    public required long ArrivedAt { get; init; }

    /// <summary>Whether something moved since the frame before. Always true without a motion gate.</summary>
    public bool Moved { get; set; } = true;

    /// <summary>The pixels, [Size, Size, 3].</summary>
    /// <exception cref="ObjectDisposedException">The last holder has released the frame.</exception>
    public Span<byte> Pixels
    {
        get
        {
            ObjectDisposedException.ThrowIf(Volatile.Read(ref _holders) <= 0, this);
            return _buffer.AsSpan(0, _length);
        }
    }

    /// <summary>Rents a frame of this number of bytes. The caller is its holder.</summary>
    public static ViewFrame Rent(int bytes, View view, int generation, DateTimeOffset capturedAt, long arrivedAt) =>
        new(bytes) { View = view, Generation = generation, CapturedAt = capturedAt, ArrivedAt = arrivedAt };

    /// <summary>Adds a holder.</summary>
    public ViewFrame Share()
    {
        // Not a plain increment: a frame whose buffer was returned must not be shared.
        int holders;
        do
        {
            holders = Volatile.Read(ref _holders);
            ObjectDisposedException.ThrowIf(holders <= 0, this);
        }
        while (Interlocked.CompareExchange(ref _holders, holders + 1, holders) != holders);
        return this;
    }

    /// <summary>Removes a holder.</summary>
    public void Release()
    {
        var left = Interlocked.Decrement(ref _holders);
        if (left == 0)
            PictureBuffers.Pool.Return(_buffer);
        ObjectDisposedException.ThrowIf(left < 0, this);
    }
}
