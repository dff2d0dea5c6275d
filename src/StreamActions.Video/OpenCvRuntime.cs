// Checks at start whether OpenCV's native library loads, so that a missing library does not first fail at a picture.
using System.Net;
using System.Net.Sockets;
using OpenCvSharp;
using StreamActions.Core;

namespace StreamActions.Video;

/// <summary>The native library behind <see cref="FramePreprocessor"/> and <see cref="OpenCvSource"/>.</summary>
public static class OpenCvRuntime
{
    private const string CaptureOptions = "OPENCV_FFMPEG_CAPTURE_OPTIONS", LogLevel = "OPENCV_LOG_LEVEL";

    private static readonly Lazy<bool> Restricted = new(() =>
    {
        // libavformat inside OpenCV obeys the same list as the ffmpeg reader. What the operator has set stays, but cannot widen the list.
        var own = NativeEnvironment.Get(CaptureOptions) is { Length: > 0 } set ? set : "rtsp_transport;tcp";
        var protocols = "file,rtsp,rtsps,rtp,srtp,udp,tcp,tls";
        // Its messages name the address.
        if (NativeEnvironment.Get(LogLevel) is null)
            NativeEnvironment.Set(LogLevel, "OFF");
        return NativeEnvironment.Set(
            CaptureOptions, $"{own}|format_whitelist;{RecordingFiles.Formats},rtsp|protocol_whitelist;{protocols}");
    });

    /// <summary>
    /// Limits what OpenCV opens to what the ffmpeg reader opens: recordings, but no playlists and pictures, and RTSP. The limit holds for
    /// this process. Call it before the first capture.
    /// </summary>
    /// <returns>False without glibc.</returns>
    internal static bool Restrict() => Restricted.Value;

    /// <summary>Loads the library.</summary>
    /// <exception cref="SourceException">The library cannot be loaded. The message names the packages to install.</exception>
    public static void Check()
    {
        Restrict();
        try
        {
            _ = Cv2.GetVersionString();
        }
        catch (Exception e) when (e is TypeInitializationException or DllNotFoundException or EntryPointNotFoundException)
        {
            throw new SourceException(SourceFailure.ReaderMissing,
                $"OpenCV cannot be loaded ({Reason(e.GetBaseException().Message)}); "
                + "apt-get install libatomic1 libgtk-3-0 (Ubuntu 24.04, Debian 13: libgtk-3-0t64)", e);
        }
    }

    /// <summary>Tests whether OpenCV can open network streams. Most builds cannot, and OpenCV has no function to ask.</summary>
    /// <exception cref="SourceException">OpenCV has no network support. The message names the alternatives.</exception>
    public static void CheckNetwork()
    {
        if (!NetworkSupport.Value)
        {
            throw new SourceException(SourceFailure.Unsupported,
                "this OpenCV has no network support; "
                + "use reader: ffmpeg, or build with -p:OpenCvRuntime=OpenCvSharp4.runtime.ubuntu.22.04-x64");
        }
    }

    private static readonly Lazy<bool> NetworkSupport = new(() =>
    {
        // An OpenCV with network support connects to this listener.
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var address = $"rtsp://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/";
        using var capture = new VideoCapture(address, VideoCaptureAPIs.FFMPEG, [OpenTimeoutProperty, 500]);
        return listener.Pending();
    });

    // OpenCvSharp has no name for this property.
    private const int OpenTimeoutProperty = 53;

    // The loader's message lists every path that it tried; one line names the missing library.
    internal static string Reason(string message)
    {
        var lines = message.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return lines.FirstOrDefault(NamesMissingLibrary) ?? lines.FirstOrDefault() ?? "no reason given";

        static bool NamesMissingLibrary(string line) =>
            line.Contains(".so", StringComparison.Ordinal)
            && line.Contains("cannot open", StringComparison.Ordinal)
            && !line.Contains("OpenCvSharpExtern", StringComparison.Ordinal);
    }
}
