// A picture at the model's size, shared by all the windows it is part of.
using StreamActions.Video;

namespace StreamActions.Worker.Windows;

/// <summary>
/// uint8 RGB of the model's size in a rented buffer, reference counted: a new frame has one reference, and the buffer goes back when the
/// last is released.
/// </summary>
internal sealed class ModelFrame
{
    private readonly byte[] _buffer;
    private readonly int _length;
    private int _references = 1;

    private ModelFrame(int length) => (_buffer, _length) = (PictureBuffers.Pool.Rent(length), length);

    /// <summary>When the picture was taken.</summary>
    public required DateTimeOffset CapturedAt { get; init; }

    /// <summary>Timestamp of its arrival, from which latency is measured.</summary>
    public required long ArrivedAt { get; init; }

    /// <summary>The pixels.</summary>
    public Span<byte> Pixels
    {
        get
        {
            ObjectDisposedException.ThrowIf(Volatile.Read(ref _references) <= 0, this);
            return _buffer.AsSpan(0, _length);
        }
    }

    /// <summary>A frame with room for so many bytes.</summary>
    public static ModelFrame Rent(int bytes, DateTimeOffset capturedAt, long arrivedAt) => new(bytes) { CapturedAt = capturedAt, ArrivedAt = arrivedAt };

    /// <summary>One more holder.</summary>
    public ModelFrame Share()
    {
        // Not a plain increment: a frame that is gone must stay gone.
        int holders;
        do
        {
            holders = Volatile.Read(ref _references);
            ObjectDisposedException.ThrowIf(holders <= 0, this);
        }
        while (Interlocked.CompareExchange(ref _references, holders + 1, holders) != holders);
        return this;
    }

    /// <summary>One holder less.</summary>
    public void Release()
    {
        var left = Interlocked.Decrement(ref _references);
        if (left == 0)
            PictureBuffers.Pool.Return(_buffer);
        ObjectDisposedException.ThrowIf(left < 0, this);
    }
}
