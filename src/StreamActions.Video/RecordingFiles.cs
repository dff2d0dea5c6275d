// The files of a folder that is read as one recording, in order, and which files may be read at all.
using Microsoft.Win32.SafeHandles;
using StreamActions.Core;

namespace StreamActions.Video;

/// <summary>Lists the files of a recording's address.</summary>
public static class RecordingFiles
{
    /// <summary>
    /// The formats of recordings, under their names in libavformat. No playlists, scripts, picture sequences or pictures: these open other
    /// files, or are no recordings. Both readers use this list.
    /// </summary>
    internal const string Formats =
        "mov,mp4,matroska,webm,avi,mpegts,mpeg,mpegvideo,flv,asf,ogg,h264,hevc,m4v,mjpeg,mxf,ivf,nut,dv,obu,av1";

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

    /// <summary>Refuses what is not a regular file: opening a named pipe would wait for its writer.</summary>
    /// <param name="path">The file.</param>
    /// <param name="shown">Its name in the message.</param>
    /// <exception cref="SourceException">It is missing, or not a regular file.</exception>
    internal static void Check(string path, string shown)
    {
        switch (FileKinds.Of(path))
        {
            case FileKind.Missing:
                throw new SourceException(SourceFailure.NotFound, $"{shown}: no such file");
            case FileKind.Other:
                throw new SourceException(
                    SourceFailure.Unsupported, $"{shown}: a pipe, socket or device is not a recording; name a regular file");
        }
    }

    /// <summary>Opens a file for a child, see <see cref="NameOf"/>.</summary>
    /// <exception cref="SourceException">It cannot be opened.</exception>
    internal static SafeFileHandle Open(string path, string shown)
    {
        try
        {
            return File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
#pragma warning disable MA0054 // No inner exception: its text has the path.
            throw new SourceException(SourceFailure.NotFound, $"{shown}: no permission to read it");
#pragma warning restore MA0054
        }
    }

    /// <summary>A name under which a child can open an open file of this process; null for null.</summary>
    internal static string? NameOf(SafeFileHandle? file) =>
        file is null ? null : $"/proc/{Environment.ProcessId}/fd/{file.DangerousGetHandle()}";
}
