// Small recordings of known content, made by ffmpeg.
using System.Diagnostics;
using System.Globalization;

namespace StreamActions.TestKit;

/// <summary>Makes recordings for tests.</summary>
public static class TestVideo
{
    /// <summary>A moving test picture as H.264 mp4.</summary>
    public static string Make(string path, int width = 320, int height = 240, int fps = 12, double seconds = 3) =>
        Run(path, ["-f", "lavfi", "-i", string.Create(CultureInfo.InvariantCulture, $"testsrc=size={width}x{height}:rate={fps}:duration={seconds}")]);

    /// <summary>One colour (0xRRGGBB) as H.264 mp4.</summary>
    public static string MakeColour(string path, int rgb, int width = 320, int height = 240, int fps = 12, double seconds = 2) =>
        Run(path, ["-f", "lavfi", "-i", string.Create(CultureInfo.InvariantCulture, $"color=c=0x{rgb:X6}:size={width}x{height}:rate={fps}:duration={seconds}")]);

    /// <summary>A recording that changes its resolution in the middle: recordings of 3 s one after the other, as an MPEG transport stream.</summary>
    public static string Join(string path, params string[] recordings)
    {
        using var joined = File.Create(path);
        for (var i = 0; i < recordings.Length; i++)
        {
            var part = $"{path}.{i}.ts";
            Ffmpeg(["-i", recordings[i], "-c", "copy", "-output_ts_offset", (i * 3).ToString(CultureInfo.InvariantCulture), "-f", "mpegts", part]);
            joined.Write(File.ReadAllBytes(part));
        }
        return path;
    }

    /// <summary>
    /// A recording in which some moments last: the pictures at these seconds are held for so long, with the noise of a sensor over everything, at 4
    /// frames a second.
    /// </summary>
    public static string Hold(string path, string recording, int heldSeconds, params int[] at)
    {
        // From the last to the first, so that each is found where it was.
        var holds = at.OrderDescending().Select(second => string.Create(CultureInfo.InvariantCulture, $"loop=loop={heldSeconds * 4}:size=1:start={second * 4}"));
        return Run(path, ["-i", recording, "-vf", $"fps=4,{string.Join(',', holds)},setpts=N/4/TB,noise=alls=8:allf=t", "-r", "4"]);
    }

    private static string Run(string path, string[] input)
    {
        Ffmpeg([.. input, "-c:v", "libx264", "-preset", "veryfast", "-bf", "0", "-pix_fmt", "yuv420p", path]);
        return path;
    }

    private static void Ffmpeg(string[] arguments)
    {
        using var ffmpeg = Process.Start(new ProcessStartInfo("ffmpeg", ["-v", "error", "-nostdin", "-y", .. arguments]) { RedirectStandardError = true })!;
        var printed = ffmpeg.StandardError.ReadToEnd();
        ffmpeg.WaitForExit();
        if (ffmpeg.ExitCode != 0)
            throw new InvalidOperationException($"ffmpeg: {printed}");
    }
}
