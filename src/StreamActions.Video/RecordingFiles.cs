// The files of a folder that is read as one recording, in order.
namespace StreamActions.Video;

/// <summary>Lists the files of a recording's address.</summary>
public static class RecordingFiles
{
    private static readonly string[] Extensions =
    [
        ".mp4", ".m4v", ".mov", ".mkv", ".webm", ".avi", ".ts", ".m2ts", ".mts", ".mpg", ".mpeg", ".flv", ".asf", ".wmv", ".ogv", ".3gp",
        ".h264", ".264", ".h265", ".265", ".hevc", ".mjpeg", ".mjpg", ".mxf", ".ivf", ".nut", ".dv", ".obu",
    ];

    /// <summary>Whether the address is a folder.</summary>
    public static bool IsFolder(string address) => Directory.Exists(address);

    /// <summary>The file itself, or the recordings of a folder in ordinal order of their names. Other files are ignored.</summary>
    public static IReadOnlyList<string> Of(string address) => IsFolder(address)
        ? [.. Directory.GetFiles(address).Where(IsRecording).Order(StringComparer.Ordinal)]
        : [address];

    /// <summary>Whether the name has the extension of a recording and is not hidden.</summary>
    public static bool IsRecording(string path) =>
        !Path.GetFileName(path).StartsWith('.') && Extensions.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase);
}
