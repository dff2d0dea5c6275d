// A tiny grey picture: the input of motion detection and of the check for black pictures.
using StreamActions.Core.Clips;
using StreamActions.Video;

namespace StreamActions.Worker.Cameras;

/// <summary>Makes thumbnails of luma, <see cref="Side"/> × <see cref="Side"/>, for pictures of any aspect ratio.</summary>
internal static class LumaThumbnail
{
    /// <summary>Cells in a row. In a whole view, a person of a tenth of its height covers a few cells.</summary>
    public const int Side = 32;

    /// <summary>Cells of a thumbnail.</summary>
    public const int Cells = Side * Side;

    /// <summary>Computes the mean luma (0 to 255) of every cell of a packed RGB picture. Allocates nothing.</summary>
    public static void Fill(ReadOnlySpan<byte> rgb, int width, int height, Span<float> luma)
    {
        Span<byte> small = stackalloc byte[Cells * 3];
        FramePreprocessor.Resize(rgb, width, height, CropRectangle.Whole(width, height), Side, ResizeRule.Squash, small);
        for (var i = 0; i < Cells; i++)
            luma[i] = 0.299f * small[3 * i] + 0.587f * small[3 * i + 1] + 0.114f * small[3 * i + 2];
    }
}
