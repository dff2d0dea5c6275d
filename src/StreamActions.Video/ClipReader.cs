// A whole recording as model-sized frames, for training and evaluation: the worker's own decode and resize path.
using StreamActions.Core.Clips;

namespace StreamActions.Video;

/// <summary>Reads recordings into memory.</summary>
public static class ClipReader
{
    /// <summary>All sampled frames of a recording, each made square as the worker does it.</summary>
    /// <param name="path">The recording.</param>
    /// <param name="sampleFps">Frames per second of the recording's time.</param>
    /// <param name="size">Side of a frame in pixels.</param>
    /// <param name="rule">How a picture is made square.</param>
    /// <param name="cancellation">Stops reading.</param>
    /// <returns>Packed RGB [n, size, size, 3]: n = length / (size · size · 3), at least 1.</returns>
    /// <exception cref="SourceException">It cannot be read; the message names the path.</exception>
    public static async Task<byte[]> ReadAllAsync(
        string path, double sampleFps, int size, ResizeRule rule, CancellationToken cancellation = default)
    {
        var options = new SourceOptions { Address = path, Kind = MediaKind.File, SampleFps = sampleFps, Pace = RecordingPace.Fast };
        await using var source = new FfmpegSource(options, TimeProvider.System);
        var frameBytes = size * size * 3;
        var frames = new byte[16 * frameBytes];
        var count = 0;
        await foreach (var frame in source.ReadAsync(cancellation).ConfigureAwait(false))
        {
            using (frame)
            {
                if ((count + 1) * frameBytes > frames.Length)
                    Array.Resize(ref frames, checked(frames.Length * 2));
                FramePreprocessor.Resize(frame, crop: null, size, rule, frames.AsSpan(count++ * frameBytes, frameBytes));
            }
        }
        Array.Resize(ref frames, count * frameBytes);
        return frames;
    }

    /// <inheritdoc cref="ReadAllAsync"/>
    public static byte[] ReadAll(string path, double sampleFps, int size, ResizeRule rule) =>
        ReadAllAsync(path, sampleFps, size, rule).GetAwaiter().GetResult();
}
