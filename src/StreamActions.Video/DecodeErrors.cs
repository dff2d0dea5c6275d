// Recognises the reader's messages about damaged pictures, whatever the decoder.
using System.Text.RegularExpressions;

namespace StreamActions.Video;

/// <summary>
/// Finds decode errors in the output of ffmpeg 5 to 7. Pure. Each of ffmpeg's decoders has messages of its own, so a message counts by its
/// level and by the component that prints it: an error of any component that handles pictures is damage.
/// </summary>
internal static partial class DecodeErrors
{
    // Warnings about damage, and errors that name no component.
    private static readonly string[] Texts =
    [
        "corrupt decoded frame", "corrupt input packet", "error while decoding", "error submitting packet to decoder", "concealing ",
        "decode_slice_header error", "Invalid NAL unit", "non-existing PPS", "Could not find ref with POC", "reference picture missing",
        "Missing reference picture", "EOI missing", "RTP: missed", "CRC mismatch",
    ];

    // Errors about data beside the pictures: some cameras send it wrong in every frame.
    private static readonly string[] Harmless = ["APP fields", "SEI type", "VPS 0 does not exist", "Could not find codec parameters"];

    // Components that move bytes or finished pictures. Their errors end the reader, or concern our own output.
    private static readonly HashSet<string> NotOfPictures = new(StringComparer.Ordinal)
    {
        "tcp", "udp", "tls", "http", "https", "httpproxy", "crypto", "rtsp", "rtp", "srtp", "sdp", "hls", "concat", "file", "pipe",
        "AVIOContext", "IMGUTILS", "null", "rawvideo", "swscaler", "format", "graph", "out", "AVFilterGraph",
    };

    /// <summary>True when the line reports a damaged picture.</summary>
    /// <param name="line">A line with its component and level, such as <c>[mjpeg @ 0x55] [error] overread 8</c>.</param>
    public static bool IsDecodeError(string line)
    {
        if (Harmless.Any(text => line.Contains(text, StringComparison.OrdinalIgnoreCase)))
            return false;
        if (Texts.Any(text => line.Contains(text, StringComparison.OrdinalIgnoreCase)))
            return true;
        return ComponentError().Match(line) is { Success: true } found
            && !NotOfPictures.Contains(found.Groups["component"].Value)
            && !found.Groups["component"].Value.StartsWith("Parsed_", StringComparison.Ordinal);
    }

    [GeneratedRegex(@"^\[(vist#\d+:\d+/)?(?<component>[A-Za-z0-9_]+)[^\]@]*@ [^\]]*\] (\[[A-Za-z0-9_,]+ @ [^\]]*\] )?\[(error|fatal)\]")]
    private static partial Regex ComponentError();
}
