// Whether OpenCV's native part can be loaded on this machine: asked once, at start, instead of failing at the first picture.
using System.Net;
using System.Net.Sockets;
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

    /// <summary>Tries whether it can open network streams: most builds of OpenCV cannot, and none says so.</summary>
    /// <exception cref="SourceException">It cannot; the message says what to do.</exception>
    public static void CheckNetwork()
    {
        if (!NetworkSupport.Value)
        {
            throw new SourceException(SourceFailure.Unsupported,
                "this OpenCV has no network support; use reader: ffmpeg, or build with -p:OpenCvRuntime=OpenCvSharp4.runtime.ubuntu.22.04-x64");
        }
    }

    private static readonly Lazy<bool> NetworkSupport = new(() =>
    {
        // Whoever can will knock at this door.
        using var door = new TcpListener(IPAddress.Loopback, 0);
        door.Start();
        using var capture = new VideoCapture($"rtsp://127.0.0.1:{((IPEndPoint)door.LocalEndpoint).Port}/", VideoCaptureAPIs.FFMPEG, [OpenTimeoutProperty, 500]);
        return door.Pending();
    });

    // Has a name only in OpenCV itself.
    private const int OpenTimeoutProperty = 53;

    // The loader's message lists every path it tried; one line names the library that is not there.
    internal static string Reason(string message)
    {
        var lines = message.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return lines.FirstOrDefault(l => l.Contains(".so", StringComparison.Ordinal) && l.Contains("cannot open", StringComparison.Ordinal) && !l.Contains("OpenCvSharpExtern", StringComparison.Ordinal))
            ?? lines.FirstOrDefault() ?? "no reason given";
    }
}
