// Small recordings with known content, created with ffmpeg.
using System.Diagnostics;
using System.Globalization;

namespace StreamActions.TestKit;

/// <summary>Makes recordings for tests.</summary>
public static class TestVideo
{
    /// <summary>A moving test picture as H.264 mp4.</summary>
    public static string Make(string path, int width = 320, int height = 240, int fps = 12, double seconds = 3) =>
        Run(path, ["-f", "lavfi", "-i", FormattableString.Invariant($"testsrc=size={width}x{height}:rate={fps}:duration={seconds}")]);

    /// <summary>One JPEG picture.</summary>
    public static string Picture(string path)
    {
        Ffmpeg(["-f", "lavfi", "-i", "testsrc=size=320x240", "-frames:v", "1", "-q:v", "5", path]);
        return path;
    }

    /// <summary>A moving test picture from any of ffmpeg's encoders.</summary>
    public static string Encode(string path, string encoder, int width, int height, int fps, double seconds)
    {
        string[] fast = encoder switch
        {
            "libx265" => ["-preset", "ultrafast", "-x265-params", "log-level=error"],
            "libx264" => ["-preset", "ultrafast", "-bf", "0", "-movflags", "+faststart"],
            "libaom-av1" => ["-cpu-used", "8", "-usage", "realtime"],
            "libvpx" or "libvpx-vp9" => ["-deadline", "realtime", "-cpu-used", "8"],
            _ => [],
        };
        var format = encoder == "prores" ? "yuv422p10le" : encoder == "mjpeg" ? "yuvj420p" : "yuv420p";
        var picture = FormattableString.Invariant($"testsrc=size={width}x{height}:rate={fps}:duration={seconds}");
        Ffmpeg(["-f", "lavfi", "-i", picture, "-c:v", encoder, .. fast, "-pix_fmt", format, path]);
        return path;
    }

    /// <summary>One colour (0xRRGGBB) as H.264 mp4.</summary>
    public static string MakeColour(string path, int rgb, int width = 320, int height = 240, int fps = 12, double seconds = 2) =>
        Run(path,
            ["-f", "lavfi", "-i", FormattableString.Invariant($"color=c=0x{rgb:X6}:size={width}x{height}:rate={fps}:duration={seconds}")]);

    /// <summary>Joins recordings of 3 s to an MPEG transport stream, whose resolution may change in the middle.</summary>
    public static string Join(string path, params string[] recordings)
    {
        using var joined = File.Create(path);
        for (var i = 0; i < recordings.Length; i++)
        {
            var part = $"{path}.{i}.ts";
            var start = (i * 3).ToString(CultureInfo.InvariantCulture);
            Ffmpeg(["-i", recordings[i], "-c", "copy", "-output_ts_offset", start, "-f", "mpegts", part]);
            joined.Write(File.ReadAllBytes(part));
        }
        return path;
    }

    /// <summary>
    /// A recording at 4 frames a second with still parts: it holds the pictures at these seconds for some time, and adds sensor noise to
    /// all frames.
    /// </summary>
    public static string Hold(string path, string recording, int heldSeconds, params int[] at)
    {
        // From the last to the first, so that earlier positions stay valid.
        var holds = at.OrderDescending()
            .Select(second => FormattableString.Invariant($"loop=loop={heldSeconds * 4}:size=1:start={second * 4}"));
        return Run(path, ["-i", recording, "-vf", $"fps=4,{string.Join(',', holds)},setpts=N/4/TB,noise=alls=8:allf=t", "-r", "4"]);
    }

    private static string Run(string path, string[] input)
    {
        Ffmpeg([.. input, "-c:v", "libx264", "-preset", "veryfast", "-bf", "0", "-pix_fmt", "yuv420p", path]);
        return path;
    }

    private static void Ffmpeg(string[] arguments)
    {
        ProcessStartInfo start = new("ffmpeg", ["-v", "error", "-nostdin", "-y", .. arguments]) { RedirectStandardError = true };
        using var ffmpeg = Process.Start(start)!;
        var printed = ffmpeg.StandardError.ReadToEnd();
        ffmpeg.WaitForExit();
        if (ffmpeg.ExitCode != 0)
            throw new InvalidOperationException($"ffmpeg: {printed}");
    }
}
