// Local http cameras for tests: an endless MJPEG stream, and live HLS.
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace StreamActions.TestKit.Http;

/// <summary>A running http camera on 127.0.0.1. Disposing ends its programs.</summary>
public sealed class HttpCamera : IAsyncDisposable
{
    private static readonly string[] Picture =
        ["-v", "error", "-nostdin", "-re", "-f", "lavfi", "-i", "testsrc=size=320x240:rate=12"];

    private readonly List<Process> _processes = [];

    private HttpCamera(string url) => Url = url;

    /// <summary>The address of the camera.</summary>
    public string Url { get; }

    /// <summary>An endless MJPEG (multipart/x-mixed-replace) of 320×240 at 12 frames a second, for one client.</summary>
    public static async Task<HttpCamera> StartMjpegAsync()
    {
        var port = FreePort();
        HttpCamera camera = new($"http://127.0.0.1:{port.ToString(CultureInfo.InvariantCulture)}/video.mjpg");
        camera.Start("ffmpeg", [.. Picture, "-f", "mpjpeg", "-listen", "1", camera.Url]);
        await camera.UntilAsync(() => IsListening(port));
        return camera;
    }

    /// <summary>Live HLS of 320×240 at 12 frames a second, in segments of a second, served from a folder.</summary>
    public static async Task<HttpCamera> StartHlsAsync(string folder)
    {
        var camera = await StartFolderAsync(folder, "live.m3u8");
        var list = Path.Combine(folder, "live.m3u8");
        camera.Start("ffmpeg",
        [
            .. Picture, "-c:v", "libx264", "-preset", "ultrafast", "-g", "12", "-bf", "0", "-pix_fmt", "yuv420p",
            "-f", "hls", "-hls_time", "1", "-hls_list_size", "5", "-hls_flags", "delete_segments", list,
        ]);
        await camera.UntilAsync(() => File.Exists(list) && File.ReadAllText(list).Split("#EXTINF").Length > 3);
        return camera;
    }

    /// <summary>Serves the files of a folder.</summary>
    public static async Task<HttpCamera> StartFolderAsync(string folder, string file)
    {
        var port = FreePort();
        var text = port.ToString(CultureInfo.InvariantCulture);
        HttpCamera camera = new($"http://127.0.0.1:{text}/{file}");
        camera.Start("python3", ["-m", "http.server", text, "--bind", "127.0.0.1", "--directory", folder]);
        await camera.UntilAsync(() => IsListening(port));
        return camera;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes)
        {
            process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
        }
    }

    private void Start(string program, string[] arguments)
    {
        ProcessStartInfo start = new(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        _processes.Add(process);
    }

    // It must not connect: the MJPEG server accepts only one client.
    private static bool IsListening(int port) => File.ReadLines("/proc/net/tcp")
        .Any(line => line.Contains(FormattableString.Invariant($":{port:X4} 00000000:0000 0A"), StringComparison.Ordinal));

    private async Task UntilAsync(Func<bool> condition)
    {
        using CancellationTokenSource patience = new(TimeSpan.FromSeconds(60));
        try
        {
            while (!condition())
                await Task.Delay(20, patience.Token);
        }
        catch (OperationCanceledException e)
        {
            await DisposeAsync();
            throw new InvalidOperationException($"the http camera did not start: {Url}", e);
        }
    }

    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
