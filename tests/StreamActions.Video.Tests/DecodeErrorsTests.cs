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
