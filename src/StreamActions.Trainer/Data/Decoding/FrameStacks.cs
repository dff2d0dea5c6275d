// Decodes a part of a recording into memory, at the size that crops are taken from.
using StreamActions.Core.Clips;
using StreamActions.Video;

namespace StreamActions.Trainer.Data.Decoding;

/// <summary>Decodes recordings.</summary>
internal static class FrameStacks
{
    /// <summary>Largest aspect ratio of a kept picture; only the middle of a wider or higher one is kept.</summary>
    private const int WidestRatio = 4;

    /// <summary>Bytes of a frame of a 16:9 recording, the estimate for decode plans.</summary>
    public static long UsualBytes(int shortSide, ResizeRule rule) => rule == ResizeRule.Squash
        ? 3L * shortSide * shortSide
        : 16L * shortSide * shortSide / 3;

    /// <summary>
    /// Reads frames. <see cref="ResizeRule.CenterCrop"/> keeps their aspect ratio; <see cref="ResizeRule.Squash"/> makes them square.
    /// </summary>
    /// <exception cref="SourceException">The recording cannot be read; the message names the path.</exception>
    public static FrameStack Read(string path, RecordingPart part, int shortSide, ResizeRule rule)
    {
        int width = 0, height = 0, count = 0;
        byte[] pixels = [];
        ClipReader.EachAsync(path, part, frame =>
        {
            var seen = rule == ResizeRule.Squash ? CropRectangle.Whole(frame.Width, frame.Height) : Middle(frame.Width, frame.Height);
            if (count == 0)
            {
                // The first picture sets the size; later pictures of another aspect ratio are squashed to it.
                (width, height) = rule == ResizeRule.Squash ? (shortSide, shortSide) : Shape(seen, shortSide);
                pixels = new byte[16 * width * height * 3];
            }
            var bytes = width * height * 3;
            if ((count + 1) * bytes > pixels.Length)
                Array.Resize(ref pixels, (int)Math.Min(Array.MaxLength, 2L * pixels.Length));
            FramePreprocessor.Resize(frame.Pixels, frame.Width, frame.Height, seen, width, height, pixels.AsSpan(count++ * bytes, bytes));
        }).GetAwaiter().GetResult();
        Array.Resize(ref pixels, count * width * height * 3);
        return new(pixels, count, width, height);
    }

    private static CropRectangle Middle(int width, int height)
    {
        var (wide, high) = (Math.Min(width, WidestRatio * height), Math.Min(height, WidestRatio * width));
        return new((width - wide) / 2, (height - high) / 2, wide, high);
    }

    private static (int Width, int Height) Shape(CropRectangle seen, int shortSide) => seen.Width < seen.Height
        ? (shortSide, (int)Math.Round((double)shortSide * seen.Height / seen.Width))
        : ((int)Math.Round((double)shortSide * seen.Width / seen.Height), shortSide);
}
