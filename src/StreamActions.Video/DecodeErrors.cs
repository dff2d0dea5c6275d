// Recognises the reader's messages about damaged pictures.
namespace StreamActions.Video;

/// <summary>Finds decode errors in the output of ffmpeg 5 to 7. Pure.</summary>
internal static class DecodeErrors
{
    private static readonly string[] Texts =
    [
        "corrupt decoded frame", "corrupt input packet", "error while decoding", "concealing ", "decode_slice_header error",
        "Invalid NAL unit", "non-existing PPS", "Could not find ref with POC", "reference picture missing", "Missing reference picture",
        "RTP: missed",
    ];

    /// <summary>True when the line reports a damaged picture.</summary>
    public static bool IsDecodeError(string line) => Texts.Any(text => line.Contains(text, StringComparison.OrdinalIgnoreCase));
}
