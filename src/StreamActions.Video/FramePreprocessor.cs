// Resizes pictures to the model's input, with the same code in the trainer and in the worker.
using System.Runtime.InteropServices;
using OpenCvSharp;
using OpenCvSharp.Internal;
using StreamActions.Core.Clips;

namespace StreamActions.Video;

/// <summary>
/// Resizes RGB pictures: averages pixels when it shrinks (OpenCV's INTER_AREA) and interpolates when it enlarges (INTER_LINEAR). It copies
/// no picture and allocates no managed memory. Thread-safe.
/// </summary>
public static class FramePreprocessor
{
    static FramePreprocessor() =>
        // Pictures are small and cameras are many: OpenCV's thread pool would only compete with inference.
        Cv2.SetNumThreads(1);

    /// <summary>Resizes a frame, or the part of it in <paramref name="crop"/>.</summary>
    /// <inheritdoc cref="Resize(ReadOnlySpan{byte}, int, int, CropRectangle, int, ResizeRule, Span{byte})"/>
    public static void Resize(Frame frame, CropRectangle? crop, int size, ResizeRule rule, Span<byte> destination) =>
        Resize(frame.Pixels, frame.Width, frame.Height, crop ?? CropRectangle.Whole(frame.Width, frame.Height), size, rule, destination);

    /// <summary>Resizes the part of a picture in <paramref name="crop"/>.</summary>
    /// <param name="pixels">Packed RGB, <paramref name="width"/> × <paramref name="height"/> × 3 bytes.</param>
    /// <param name="width">Width of the picture.</param>
    /// <param name="height">Height of the picture.</param>
    /// <param name="crop">The part to resize; inside the picture.</param>
    /// <param name="size">Side of the result, in pixels.</param>
    /// <param name="rule">How a crop that is not square becomes square.</param>
    /// <param name="destination">
    /// Packed RGB, at least <paramref name="size"/> × <paramref name="size"/> × 3 bytes; the rest stays unchanged.
    /// </param>
    /// <exception cref="ArgumentException">A buffer is too short, or the crop is not inside the picture.</exception>
    public static void Resize(
        ReadOnlySpan<byte> pixels, int width, int height, CropRectangle crop, int size, ResizeRule rule, Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        Resize(pixels, width, height, rule == ResizeRule.CenterCrop ? MiddleSquare(crop) : crop, size, size, destination);
    }

    /// <summary>Resizes the part of a picture in <paramref name="crop"/> to any shape, without keeping the aspect ratio.</summary>
    /// <inheritdoc cref="Resize(ReadOnlySpan{byte}, int, int, CropRectangle, int, ResizeRule, Span{byte})"/>
    /// <param name="pixels">Packed RGB, <paramref name="width"/> × <paramref name="height"/> × 3 bytes.</param>
    /// <param name="width">Width of the picture.</param>
    /// <param name="height">Height of the picture.</param>
    /// <param name="crop">The part to resize; inside the picture.</param>
    /// <param name="newWidth">Width of the result.</param>
    /// <param name="newHeight">Height of the result.</param>
    /// <param name="destination">Packed RGB of the result; a longer buffer keeps the rest unchanged.</param>
    public static unsafe void Resize(
        ReadOnlySpan<byte> pixels, int width, int height, CropRectangle crop, int newWidth, int newHeight, Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(newWidth, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(newHeight, 1);
        if (width < 1 || height < 1 || pixels.Length < width * height * 3)
            throw new ArgumentException($"{pixels.Length} bytes are too few for an RGB picture of {width}x{height}", nameof(pixels));
        if (destination.Length < newWidth * newHeight * 3)
        {
            throw new ArgumentException(
                $"{destination.Length} bytes are too few for an RGB picture of {newWidth}x{newHeight}", nameof(destination));
        }
        if (crop.X < 0 || crop.Y < 0 || crop.Width < 1 || crop.Height < 1 || crop.X + crop.Width > width || crop.Y + crop.Height > height)
            throw new ArgumentException($"{crop} is not inside {width}x{height}", nameof(crop));

        fixed (byte* from = &MemoryMarshal.GetReference(pixels))
        fixed (byte* to = &MemoryMarshal.GetReference(destination))
        {
            var corner = (nint)(from + (crop.Y * width + crop.X) * 3);
            var shrinks = crop.Width >= newWidth && crop.Height >= newHeight;
            Resize(
                (crop.Width, crop.Height, corner, width * 3), (newWidth, newHeight, (nint)to, newWidth * 3),
                shrinks ? InterpolationFlags.Area : InterpolationFlags.Linear);
        }
    }

    // Cv2.Resize would allocate about 400 bytes with finalisers for the two matrices and their wrappers, for every frame.
    private static void Resize(
        (int Width, int Height, nint Pixels, int Step) from, (int Width, int Height, nint Pixels, int Step) to, InterpolationFlags rule)
    {
        nint source = 0, target = 0, input = 0, output = 0;
        try
        {
            Check(NativeMethods.core_Mat_new8(from.Height, from.Width, MatType.CV_8UC3, from.Pixels, from.Step, out source));
            Check(NativeMethods.core_Mat_new8(to.Height, to.Width, MatType.CV_8UC3, to.Pixels, to.Step, out target));
            Check(NativeMethods.core_InputArray_new_byMat(source, out input));
            Check(NativeMethods.core_OutputArray_new_byMat(target, out output));
            Check(NativeMethods.imgproc_resize(input, output, new Size(to.Width, to.Height), 0, 0, (int)rule));
        }
        finally
        {
            if (output != 0)
                NativeMethods.core_OutputArray_delete(output);
            if (input != 0)
                NativeMethods.core_InputArray_delete(input);
            if (target != 0)
                NativeMethods.core_Mat_delete(target);
            if (source != 0)
                NativeMethods.core_Mat_delete(source);
        }
    }

    private static void Check(ExceptionStatus status) => NativeMethods.HandleException(status);

    private static CropRectangle MiddleSquare(CropRectangle part)
    {
        var side = Math.Min(part.Width, part.Height);
        return new CropRectangle(part.X + (part.Width - side) / 2, part.Y + (part.Height - side) / 2, side, side);
    }
}
