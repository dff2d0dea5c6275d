// Whether OpenCV's native part can be loaded on this machine: asked once, at start, instead of failing at the first picture.
using OpenCvSharp;

namespace StreamActions.Video;

/// <summary>The native library behind <see cref="FramePreprocessor"/> and <see cref="OpenCvSource"/>.</summary>
public static class OpenCvRuntime
{
    /// <summary>Loads it.</summary>
    /// <exception cref="SourceException">It cannot be loaded; the message says what to install.</exception>
    public static void Check()
    {
        try
        {
            _ = Cv2.GetVersionString();
        }
        catch (Exception e) when (e is TypeInitializationException or DllNotFoundException or EntryPointNotFoundException)
        {
            throw new SourceException(SourceFailure.ReaderMissing,
                $"OpenCV cannot be loaded ({Reason(e.GetBaseException().Message)}); apt-get install libatomic1 libgtk-3-0 (Ubuntu 24.04, Debian 13: libgtk-3-0t64)", e);
        }
    }

    // The loader's message lists every path it tried; one line names the library that is not there.
    internal static string Reason(string message)
    {
        var lines = message.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return lines.FirstOrDefault(l => l.Contains(".so", StringComparison.Ordinal) && l.Contains("cannot open", StringComparison.Ordinal) && !l.Contains("OpenCvSharpExtern", StringComparison.Ordinal))
            ?? lines.FirstOrDefault() ?? "no reason given";
    }
}
