// The source counts the decode errors that the reader reports.
using StreamActions.TestKit;

namespace StreamActions.Video.Tests;

public class DecodeErrorsTests
{
    [Theory]
    [InlineData("[h264 @ 0x55] error while decoding MB 12 5, bytestream -7", true)]
    [InlineData("drop.ts: corrupt decoded frame in stream 0", true)]
    [InlineData("[h264 @ 0x55] concealing 123 DC, 123 AC, 123 MV errors in P frame", true)]
    [InlineData("[hevc @ 0x55] Could not find ref with POC 12", true)]
    [InlineData("[rtsp @ 0x55] RTP: missed 3 packets", true)]
    [InlineData("[mjpeg @ 0x5642c715d200] [error] overread 8", true)]
    [InlineData("[mjpeg @ 0x5642c715d200] [warning] EOI missing, emulating", true)]
    [InlineData("[libdav1d @ 0x1] [error] Error parsing OBU data", true)]
    [InlineData("[matroska,webm @ 0x1] [error] Element at 0x1 ending at 0x2 exceeds containing master element ending at 0x1", true)]
    [InlineData("[vist#0:0/vp9 @ 0x1] [error] Error submitting packet to decoder: Invalid data found when processing input", true)]
    [InlineData("[mjpeg @ 0x1] [error] unable to decode APP fields: Invalid data found when processing input", false)]
    [InlineData("[rtsp @ 0x1] [error] method DESCRIBE failed: 453 Not Enough Bandwidth", false)]
    [InlineData("[concat @ 0x1] [error] Impossible to open 'http://camera/'", false)]
    [InlineData("[rawvideo @ 0x1] [error] Application provided invalid, non monotonically increasing dts to muxer", false)]
    [InlineData("[concat @ 0x1] [warning] DTS -12000 < 0 out of order", false)]
    [InlineData("[swscaler @ 0x55] deprecated pixel format used", false)]
    [InlineData("rtsp://***@10.0.0.5/sub: Connection refused", false)]
    public void IsDecodeError_Line_RecognisesDecodeErrors(string line, bool expected) =>
        Assert.Equal(expected, DecodeErrors.IsDecodeError(line));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ReadAsync_Recording_CountsErrorsOnlyWhenDamaged(bool damaged)
    {
        using TemporaryFolder folder = new();
        var recording = TestVideo.Join(folder.File("dock.ts"), TestVideo.Make(folder.File("dock.mp4"), 320, 240, fps: 12, seconds: 3));
        if (damaged)
            Damage(recording);
        await using var source = new FfmpegSource(Recordings.Fast(recording), TimeProvider.System);
        await foreach (var frame in source.ReadAsync(TestContext.Current.CancellationToken))
            frame.Dispose();
        Assert.Equal(damaged, source.DecodeErrors > 0);
    }

    // A container and a decoder of each kind that the readers' format list admits.
    [Theory]
    [InlineData("libx264", "mp4")]
    [InlineData("libx265", "mp4")]
    [InlineData("mpeg4", "avi")]
    [InlineData("mjpeg", "avi")]
    [InlineData("mpeg2video", "mpg")]
    [InlineData("libvpx", "webm")]
    [InlineData("libvpx-vp9", "webm")]
    [InlineData("libaom-av1", "mkv")]
    [InlineData("flv", "flv")]
    [InlineData("wmv2", "asf")]
    [InlineData("msmpeg4", "avi")]
    [InlineData("prores", "mov")]
    [InlineData("libtheora", "ogg")]
    public async Task ReadAsync_DamagedFileOfAnyDecoder_CountsErrors(string encoder, string container)
    {
        using TemporaryFolder folder = new();
        var (well, damaged) = (folder.File($"well.{container}"), folder.File($"damaged.{container}"));
        TestVideo.Encode(well, encoder, 320, 240, fps: 12, seconds: 3);
        Scratch(well, damaged);

        Assert.Equal(0, await ErrorsAsync(well));
        Assert.NotEqual(0, await ErrorsAsync(damaged));
    }

    // Overwrites 48 bytes of every fortieth part, from a fifth of the file on: the header stays as it is.
    private static void Scratch(string well, string damaged)
    {
        var bytes = File.ReadAllBytes(well);
        Random random = new(1);
        var step = Math.Max(64, bytes.Length / 40);
        for (var at = bytes.Length / 5; at < bytes.Length * 9 / 10; at += step)
            random.NextBytes(bytes.AsSpan(at, Math.Min(48, bytes.Length - at)));
        File.WriteAllBytes(damaged, bytes);
    }

    private static async Task<long> ErrorsAsync(string recording)
    {
        await using var source = new FfmpegSource(Recordings.Fast(recording), TimeProvider.System);
        try
        {
            await foreach (var frame in source.ReadAsync(TestContext.Current.CancellationToken))
                frame.Dispose();
        }
        catch (SourceException)
        {
            // Some damage ends the reader.
        }
        return source.DecodeErrors;
    }

    // Overwrites every twentieth packet after the first ones, which hold the tables and the start of the first picture.
    private static void Damage(string recording)
    {
        const int packet = 188;
        var bytes = File.ReadAllBytes(recording);
        Random random = new(1);
        for (var at = 20 * packet; at + packet <= bytes.Length; at += 20 * packet)
            random.NextBytes(bytes.AsSpan(at + 20, packet - 20));
        File.WriteAllBytes(recording, bytes);
    }
}
