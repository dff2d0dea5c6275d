// Where frames come from: one opening of a camera, a stream or a recording.
namespace StreamActions.Video;

/// <summary>
/// One opening of a source. Not reusable: after the end or a failure, make a new one. Disposing stops the source and
/// everything it started.
/// </summary>
public interface IFrameSource : IAsyncDisposable
{
    /// <summary>Frames of a live source that were dropped because nobody took them in time.</summary>
    long DroppedFrames => 0;

    /// <summary>Signs of damaged pictures so far, from whoever decodes them; 0 where that cannot be told.</summary>
    long DecodeErrors => 0;

    /// <summary>
    /// The sampled frames in order, as they arrive. Ends normally at the end of a recording; the caller disposes each frame.
    /// </summary>
    /// <exception cref="SourceException">The source cannot be opened, breaks, or sends nothing for too long: with the reason, and no secret.</exception>
    IAsyncEnumerable<Frame> ReadAsync(CancellationToken cancellation);
}
