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
                $"OpenCV cannot be loaded ({e.GetBaseException().Message.Split('\n')[0]}); apt-get install libgtk-3-0 (Ubuntu 24.04, Debian 13: libgtk-3-0t64)", e);
        }
    }
}
