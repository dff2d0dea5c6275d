// Draws clips as rows of one picture, for visual inspection.
using System.Runtime.InteropServices;
using OpenCvSharp;
using StreamActions.Core.Clips;

namespace StreamActions.Scenes;

/// <summary>Draws contact sheets.</summary>
internal static class ContactSheet
{
    /// <summary>Writes a PNG with one clip per row and frames from left to right. The file extension has no effect.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Write(string path, IReadOnlyList<byte[]> clips, ClipSpec spec)
    {
        const int gap = 2;
        using var sheet = new Mat(clips.Count * (spec.Size + gap), spec.Frames * (spec.Size + gap), MatType.CV_8UC3, Scalar.White);
        for (var row = 0; row < clips.Count; row++)
        {
            for (var t = 0; t < spec.Frames; t++)
            {
                using var frame = new Mat(spec.Size, spec.Size, MatType.CV_8UC3);
                Marshal.Copy(clips[row], t * spec.FrameBytes, frame.Data, spec.FrameBytes);
                frame.CopyTo(sheet[new Rect(t * (spec.Size + gap), row * (spec.Size + gap), spec.Size, spec.Size)]);
            }
        }
        using var bgr = new Mat();
        Cv2.CvtColor(sheet, bgr, ColorConversionCodes.RGB2BGR);
        // Cv2.ImWrite reports no error if the folder is missing; File.WriteAllBytes throws.
        Cv2.ImEncode(".png", bgr, out var bytes);
        File.WriteAllBytes(path, bytes);
    }
}
