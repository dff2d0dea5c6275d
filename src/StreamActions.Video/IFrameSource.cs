// A source of frames: one opening of a stream, a recording or a device.
namespace StreamActions.Video;

/// <summary>
/// One opening of a source. Not reusable: after the end or a failure, create a new one. Disposing stops the source and its threads and
/// processes.
/// </summary>
public interface IFrameSource : IAsyncDisposable
{
    /// <summary>Frames of a live source that were dropped because the consumer was too slow.</summary>
    long DroppedFrames => 0;

    /// <summary>Decode errors so far; 0 when the decoder does not report them.</summary>
    long DecodeErrors => 0;

    /// <summary>
    /// The sampled frames in order, as they arrive. The sequence ends at the end of a recording. The caller disposes each frame.
    /// </summary>
    /// <exception cref="SourceException">The source cannot be opened, fails, or misses a deadline. The message holds no secret.</exception>
    IAsyncEnumerable<Frame> ReadAsync(CancellationToken cancellation);
}
