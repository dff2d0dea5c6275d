// Reads recordings for training and evaluation, on the worker's decode and resize path.
using StreamActions.Core.Clips;

namespace StreamActions.Video;

/// <summary>Reads recordings.</summary>
public static class ClipReader
{
    /// <summary>Reads the sampled frames of a part of a recording, in order, as the worker receives them before it resizes.</summary>
    /// <param name="path">The recording.</param>
    /// <param name="part">Which frames.</param>
    /// <param name="take">Takes a frame; the frame is disposed afterwards.</param>
    /// <param name="cancellation">Stops reading.</param>
    /// <returns>The number of frames, at least 1.</returns>
    /// <exception cref="SourceException">It cannot be read; the message names the path.</exception>
    public static async Task<int> EachAsync(string path, RecordingPart part, Action<Frame> take, CancellationToken cancellation = default)
    {
        var options = new SourceOptions
        {
            Address = path,
            Kind = SourceKind.File,
            SampleFps = part.SampleFps,
            From = part.From,
            Length = part.Length,
            Pace = RecordingPace.Fast,
        };
        var source = new FfmpegSource(options, TimeProvider.System);
        await using var _ = source.ConfigureAwait(false);
        var count = 0;
        await foreach (var frame in source.ReadAsync(cancellation).ConfigureAwait(false))
        {
            using (frame)
                take(frame);
            if (++count == part.MostFrames)
                break;
        }
        return count;
    }

    /// <summary>All sampled frames of a recording, made square as in the worker.</summary>
    /// <param name="path">The recording.</param>
    /// <param name="sampleFps">Frames per second of the recording's time.</param>
    /// <param name="size">Side of a frame in pixels.</param>
    /// <param name="rule">How a picture becomes square.</param>
    /// <param name="cancellation">Stops reading.</param>
    /// <returns>Packed RGB [n, size, size, 3]: n = length / (size · size · 3), at least 1.</returns>
    /// <exception cref="SourceException">It cannot be read; the message names the path.</exception>
    public static async Task<byte[]> ReadAllAsync(
        string path, double sampleFps, int size, ResizeRule rule, CancellationToken cancellation = default)
    {
        var frameBytes = size * size * 3;
        var frames = new byte[16 * frameBytes];
        var length = 0;
        await EachAsync(path, new(sampleFps), frame =>
        {
            if (length + frameBytes > frames.Length)
                Array.Resize(ref frames, checked(frames.Length * 2));
            FramePreprocessor.Resize(frame, crop: null, size, rule, frames.AsSpan(length, frameBytes));
            length += frameBytes;
        }, cancellation).ConfigureAwait(false);
        Array.Resize(ref frames, length);
        return frames;
    }

    /// <inheritdoc cref="ReadAllAsync"/>
    /// <remarks>Blocks the calling thread: for programs without a synchronisation context.</remarks>
    public static byte[] ReadAll(string path, double sampleFps, int size, ResizeRule rule) =>
#pragma warning disable VSTHRD002 // The callers are command-line programs without a synchronisation context.
        ReadAllAsync(path, sampleFps, size, rule).GetAwaiter().GetResult();
#pragma warning restore VSTHRD002
}
