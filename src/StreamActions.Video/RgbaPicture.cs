// Extracts the picture from the fixed-size RGBA canvas that the reader sends (see ReaderCommand).
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace StreamActions.Video;

/// <summary>A picture in the top left corner of a transparent canvas. Pure functions over its bytes.</summary>
internal static class RgbaPicture
{
    /// <summary>The opaque part's size, from the alpha channel of the first row and the first column.</summary>
    public static (int Width, int Height) SizeOf(ReadOnlySpan<byte> canvas, int canvasWidth, int canvasHeight)
    {
        var width = 0;
        while (width < canvasWidth && canvas[width * 4 + 3] != 0)
            width++;
        var height = 0;
        while (height < canvasHeight && canvas[height * canvasWidth * 4 + 3] != 0)
            height++;
        return (width, height);
    }

    /// <summary>Copies the top left <paramref name="width"/> × <paramref name="height"/> pixels as packed RGB.</summary>
    public static void CopyRgb(ReadOnlySpan<byte> canvas, int canvasWidth, Span<byte> rgb, int width, int height)
    {
        for (var y = 0; y < height; y++)
            CopyRow(canvas.Slice(y * canvasWidth * 4, width * 4), rgb.Slice(y * width * 3, width * 3));
    }

    private static void CopyRow(ReadOnlySpan<byte> rgba, Span<byte> rgb)
    {
        var pixels = rgba.Length / 4;
        var x = 0;
        if (Vector128.IsHardwareAccelerated)
        {
            var dropAlpha = Vector128.Create((byte)0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, 255, 255, 255, 255);
            ref var from = ref MemoryMarshal.GetReference(rgba);
            ref var to = ref MemoryMarshal.GetReference(rgb);
            // Four pixels at a time. Each store writes four bytes too many, which the next store overwrites.
            for (; x * 3 + 16 <= rgb.Length; x += 4)
                Vector128.Shuffle(Vector128.LoadUnsafe(ref from, (nuint)(x * 4)), dropAlpha).StoreUnsafe(ref to, (nuint)(x * 3));
        }
        for (; x < pixels; x++)
            rgba.Slice(x * 4, 3).CopyTo(rgb[(x * 3)..]);
    }
}
