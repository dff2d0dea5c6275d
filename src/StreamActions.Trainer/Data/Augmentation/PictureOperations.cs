// Operations that read more than one value per pixel, or move pixels. Each changes all frames of a clip in the same way.
using System.Runtime.InteropServices;
using OpenCvSharp;

namespace StreamActions.Trainer.Data.Augmentation;

/// <summary>Saturation, sharpness and geometric operations on a clip.</summary>
internal static class PictureOperations
{
    private static readonly Scalar Grey = new(128, 128, 128);

    /// <summary>Mirrors the frames horizontally.</summary>
    public static void Mirror(ClipPixels clip)
    {
        for (var y = 0; y < clip.Frames * clip.Size; y++)
            MemoryMarshal.Cast<byte, Rgb>(clip.Pixels.AsSpan(y * clip.Size * 3, clip.Size * 3)).Reverse();
    }

    /// <summary>Scales the distance of each colour from grey: a factor above 1 makes colours stronger, 0 makes them grey.</summary>
    public static void Saturation(ClipPixels clip, double factor)
    {
        foreach (ref var pixel in MemoryMarshal.Cast<byte, Rgb>(clip.Pixels.AsSpan()))
        {
            var luma = 0.299 * pixel.R + 0.587 * pixel.G + 0.114 * pixel.B;
            byte Moved(byte value) => (byte)Math.Clamp(Math.Round(luma + (value - luma) * factor), 0, 255);
            pixel = new(Moved(pixel.R), Moved(pixel.G), Moved(pixel.B));
        }
    }

    /// <summary>Sharpens edges (factor above 1) or blurs them (below 1).</summary>
    public static void Sharpness(ClipPixels clip, double factor) => ForEachFrame(clip, (from, to) =>
    {
        using var smooth = new Mat();
        Cv2.GaussianBlur(from, smooth, new Size(3, 3), 0);
        Cv2.AddWeighted(from, factor, smooth, 1 - factor, 0, to);
    });

    /// <summary>Rotates the frames about their centre, in degrees.</summary>
    public static void Rotate(ClipPixels clip, double degrees)
    {
        using var turn = Cv2.GetRotationMatrix2D(new Point2f((clip.Size - 1) / 2f, (clip.Size - 1) / 2f), degrees, 1);
        Warp(clip, turn);
    }

    /// <summary>
    /// Shears and moves the frames: adds <paramref name="shearX"/> · y + <paramref name="moveX"/> to x, and likewise for y. Coordinates are
    /// in pixels from the centre.
    /// </summary>
    public static void Shear(ClipPixels clip, double shearX, double shearY, double moveX, double moveY)
    {
        var middle = (clip.Size - 1) / 2.0;
        using var matrix = Mat.FromPixelData(2, 3, MatType.CV_64FC1, new double[,]
        {
            { 1, shearX, moveX - shearX * middle },
            { shearY, 1, moveY - shearY * middle },
        });
        Warp(clip, matrix);
    }

    private static void Warp(ClipPixels clip, Mat matrix) => ForEachFrame(clip, (from, to) =>
        Cv2.WarpAffine(from, to, matrix, new Size(clip.Size, clip.Size), InterpolationFlags.Linear, BorderTypes.Constant, Grey));

    private static unsafe void ForEachFrame(ClipPixels clip, Action<Mat, Mat> change)
    {
        for (var t = 0; t < clip.Frames; t++)
        {
            fixed (byte* pixels = clip.Frame(t))
            {
                using var picture = Mat.FromPixelData(clip.Size, clip.Size, MatType.CV_8UC3, (nint)pixels);
                using var before = picture.Clone();
                change(before, picture);
            }
        }
    }

    private readonly record struct Rgb(byte R, byte G, byte B);
}
