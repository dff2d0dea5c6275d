// A folder of recordings as one: which files, in which order.
namespace StreamActions.Video;

/// <summary>Lists the files behind a recording's address.</summary>
public static class RecordingFiles
{
    private static readonly string[] Extensions =
    [
        ".mp4", ".m4v", ".mov", ".mkv", ".webm", ".avi", ".ts", ".m2ts", ".mts", ".mpg", ".mpeg", ".flv", ".asf", ".wmv", ".ogv", ".3gp",
        ".h264", ".264", ".h265", ".265", ".hevc", ".mjpeg", ".mjpg", ".mxf", ".ivf", ".nut", ".dv", ".obu",
    ];

    /// <summary>Whether the address is a folder.</summary>
    public static bool IsFolder(string address) => Directory.Exists(address);

    /// <summary>The file itself, or a folder's recordings by name, upper and lower case apart; others files in it do not count.</summary>
    public static IReadOnlyList<string> Of(string address) => IsFolder(address)
        ? [.. Directory.GetFiles(address).Where(IsRecording).Order(StringComparer.Ordinal)]
        : [address];

    /// <summary>Whether a file's name is that of a recording, and not hidden.</summary>
    public static bool IsRecording(string path) =>
        !Path.GetFileName(path).StartsWith('.') && Extensions.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase);
}
