// Which of the reader's lines say that a picture arrived damaged.
namespace StreamActions.Video;

/// <summary>Recognises damage in what ffmpeg prints. Pure. The texts are those of FFmpeg 5 to 7.</summary>
internal static class DecodeErrors
{
    private static readonly string[] Texts =
    [
        "corrupt decoded frame", "corrupt input packet", "error while decoding", "concealing ", "decode_slice_header error", "Invalid NAL unit",
        "non-existing PPS", "Could not find ref with POC", "reference picture missing", "Missing reference picture", "RTP: missed",
    ];

    /// <summary>True when the line says so.</summary>
    public static bool IsOne(string line) => Texts.Any(text => line.Contains(text, StringComparison.OrdinalIgnoreCase));
}
