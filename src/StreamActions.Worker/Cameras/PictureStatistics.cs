// Brightness, contrast and a checksum of a picture: what the health checks look at.
using System.Numerics;
using System.Runtime.InteropServices;
using StreamActions.Video;

namespace StreamActions.Worker.Cameras;

/// <summary>Statistics of a picture.</summary>
/// <param name="Fingerprint">A 64-bit checksum of the pixels: equal for identical pictures, and practically never for others.</param>
/// <param name="Brightness">Mean luma, 0 to 255.</param>
/// <param name="Spread">Standard deviation of luma over the thumbnail.</param>
/// <param name="Structure">Mean difference in luma of neighbouring cells of the thumbnail. Near 0 for a covered lens.</param>
internal readonly record struct PictureStatistics(ulong Fingerprint, double Brightness, double Spread, double Structure)
{
    /// <summary>The statistics of a frame.</summary>
    public static PictureStatistics Of(Frame frame)
    {
        Span<float> luma = stackalloc float[LumaThumbnail.Cells];
        LumaThumbnail.Fill(frame.Pixels, frame.Width, frame.Height, luma);
        return Of(luma) with { Fingerprint = FingerprintOf(frame.Pixels) };
    }

    /// <summary>The statistics of a thumbnail. Its fingerprint is 0.</summary>
    public static PictureStatistics Of(ReadOnlySpan<float> luma)
    {
        const int side = LumaThumbnail.Side;
        double sum = 0, squares = 0, steps = 0;
        for (var i = 0; i < luma.Length; i++)
        {
            double value = luma[i];
            sum += value;
            squares += value * value;
            if (i % side > 0)
                steps += Math.Abs(luma[i] - luma[i - 1]);
            if (i >= side)
                steps += Math.Abs(luma[i] - luma[i - side]);
        }
        var mean = sum / luma.Length;
        return new(0, mean, Math.Sqrt(Math.Max(0, squares / luma.Length - mean * mean)), steps / (2 * side * (side - 1)));
    }

    /// <summary>A checksum of all bytes: two CRC-32C, over even and odd words, because one of 32 bits collides too often.</summary>
    internal static ulong FingerprintOf(ReadOnlySpan<byte> pixels)
    {
        var words = MemoryMarshal.Cast<byte, ulong>(pixels);
        uint even = (uint)pixels.Length, odd = ~even;
        for (var i = 0; i + 1 < words.Length; i += 2)
            (even, odd) = (BitOperations.Crc32C(even, words[i]), BitOperations.Crc32C(odd, words[i + 1]));
        foreach (var value in pixels[(words.Length / 2 * 16)..])
            (even, odd) = (BitOperations.Crc32C(even, value), BitOperations.Crc32C(odd, value));
        return ((ulong)even << 32) | odd;
    }
}
