// Encodes raw pictures into an MP4 file with the ffmpeg program.
using System.Diagnostics;
using System.Globalization;

namespace StreamActions.Scenes;

/// <summary>Writes one H.264 recording. Disposal before <see cref="FinishAsync"/> deletes the file.</summary>
internal sealed class VideoFileWriter : IAsyncDisposable
{
    private readonly string _path;
    private readonly int _frameBytes;
    private readonly Process _encoder;
    private readonly Task<string> _errors;
    private bool _finished;

    /// <summary>Starts the encoder.</summary>
    /// <param name="path">The file to write; an existing file is replaced.</param>
    /// <param name="width">Width in pixels, even.</param>
    /// <param name="height">Height in pixels, even.</param>
    /// <param name="fps">Frames per second.</param>
    /// <exception cref="SceneException"><c>ffmpeg</c> cannot be started.</exception>
    public VideoFileWriter(string path, int width, int height, double fps)
    {
        _path = Path.GetFullPath(path);
        _frameBytes = width * height * 3;
        ProcessStartInfo start = new("ffmpeg") { RedirectStandardInput = true, RedirectStandardError = true };
        string[] arguments =
        [
            "-hide_banner", "-loglevel", "error", "-f", "rawvideo", "-pix_fmt", "rgb24", "-video_size", $"{width}x{height}",
            "-framerate", fps.ToString(CultureInfo.InvariantCulture), "-i", "pipe:0", "-an",
            "-c:v", "libx264", "-preset", "slow", "-crf", "23", "-pix_fmt", "yuv420p", "-movflags", "+faststart",
            "-f", "mp4", "-y", "file:" + _path,
        ];
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        try
        {
            _encoder = Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new SceneException($"{_path}: ffmpeg cannot be started ({e.Message}); install ffmpeg with libx264", e);
        }
        _errors = _encoder.StandardError.ReadToEndAsync();
    }

    /// <summary>Writes a picture: packed RGB, width × height × 3 bytes.</summary>
    /// <exception cref="SceneException">The encoder ended early; the message contains its last error.</exception>
    public async Task WriteAsync(ReadOnlyMemory<byte> pixels, CancellationToken cancellation)
    {
        if (pixels.Length != _frameBytes)
            throw new ArgumentException($"a picture must have {_frameBytes} bytes, not {pixels.Length}", nameof(pixels));
        try
        {
            await _encoder.StandardInput.BaseStream.WriteAsync(pixels, cancellation).ConfigureAwait(false);
        }
        catch (IOException e)
        {
            throw new SceneException($"{_path}: ffmpeg ended early: {LastLine(await _errors.ConfigureAwait(false))}", e);
        }
    }

    /// <summary>Ends the input and waits until the file is complete.</summary>
    /// <exception cref="SceneException">The encoder failed; the message contains its last error.</exception>
    public async Task FinishAsync(CancellationToken cancellation)
    {
        try
        {
            _encoder.StandardInput.Close();
        }
        catch (IOException)
        {
            // The encoder has ended already; its exit code and last error are reported below.
        }
        await _encoder.WaitForExitAsync(cancellation).ConfigureAwait(false);
        if (_encoder.ExitCode != 0)
        {
            var error = LastLine(await _errors.ConfigureAwait(false));
            throw new SceneException($"{_path}: ffmpeg failed with code {_encoder.ExitCode}: {error}");
        }
        _finished = true;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_finished)
        {
            _encoder.Kill();
            await _encoder.WaitForExitAsync().ConfigureAwait(false);
            if (File.Exists(_path))
                File.Delete(_path);
        }
        _encoder.Dispose();
    }

    private static string LastLine(string text) => text.TrimEnd().Split('\n')[^1];
}
