// A scripted camera: pictures of one brightness, then an end, a failure or silence.
using System.Runtime.CompilerServices;
using StreamActions.Video;

namespace StreamActions.TestKit;

/// <summary>One opening of a scripted camera.</summary>
public sealed class FakeFrameSource : IFrameSource
{
    private readonly IReadOnlyList<(DateTimeOffset At, byte Brightness)> _pictures;
    private readonly Func<CancellationToken, Task> _after;
    private readonly TimeProvider _time;

    private FakeFrameSource(IEnumerable<(DateTimeOffset, byte)> pictures, Func<CancellationToken, Task> after, TimeProvider time) =>
        (_pictures, _after, _time) = ([.. pictures], after, time);

    /// <summary>Width and height of the pictures, in pixels.</summary>
    public (int Width, int Height) Size { get; init; } = (32, 18);

    /// <summary>Whether the source was closed.</summary>
    public bool IsDisposed { get; private set; }

    /// <summary>Pictures, then the end of the recording.</summary>
    public static FakeFrameSource Ending(TimeProvider time, IEnumerable<(DateTimeOffset, byte)> pictures) =>
        new(pictures, _ => Task.CompletedTask, time);

    /// <summary>Pictures, then a failure.</summary>
    public static FakeFrameSource Failing(TimeProvider time, Exception failure, params IEnumerable<(DateTimeOffset, byte)> pictures) =>
        new(pictures, _ => Task.FromException(failure), time);

    /// <summary>Pictures, then silence until it is stopped.</summary>
    public static FakeFrameSource Silent(TimeProvider time, params IEnumerable<(DateTimeOffset, byte)> pictures) =>
        new(pictures, token => Task.Delay(Timeout.Infinite, token), time);

    /// <summary>Pictures, then silence until <paramref name="letGo"/> ends. It ignores cancellation, as a driver may do.</summary>
    public static FakeFrameSource Hanging(TimeProvider time, Task letGo, params IEnumerable<(DateTimeOffset, byte)> pictures) =>
        new(pictures, _ => letGo, time);

    /// <summary>Pictures at regular times, with one brightness for each second.</summary>
    public static IEnumerable<(DateTimeOffset, byte)> Row(DateTimeOffset start, int fps, params byte[] brightnessBySecond) =>
        Enumerable.Range(0, brightnessBySecond.Length * fps)
            .Select(i => (start + i * TimeSpan.FromSeconds(1.0 / fps), brightnessBySecond[i / fps]));

    /// <inheritdoc/>
    public async IAsyncEnumerable<Frame> ReadAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        long sequence = 0;
        foreach (var (at, brightness) in _pictures)
        {
            cancellation.ThrowIfCancellationRequested();
            var frame = Frame.Rent(Size.Width, Size.Height, at, _time.GetTimestamp(), sequence++);
            frame.Pixels.Fill(brightness);
            yield return frame;
        }
        await _after(cancellation);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        IsDisposed = true;
        return ValueTask.CompletedTask;
    }
}
