// Recordings read with OpenCV follow the same rules as with ffmpeg.
namespace StreamActions.Video.Tests;

public class OpenCvSourceTests(Recordings recordings) : IClassFixture<Recordings>
{
    [Fact]
    public async Task ReadAsync_Recording_ReturnsTheTimesAndSizesOfFfmpeg()
    {
        var byOpenCv = await Recordings.ByOpenCvAsync(Recordings.Fast(recordings.Moving));
        var byFfmpeg = await Recordings.ByFfmpegAsync(Recordings.Fast(recordings.Moving));

        Assert.Equal(byFfmpeg.Select(Facts), byOpenCv.Select(Facts));
        Assert.Equal(12, byOpenCv.Select(frame => frame.Hash).Distinct().Count());
    }

    [Fact]
    public async Task ReadAsync_LargePicture_IsScaledToTheLimits()
    {
        var frames = await Recordings.ByOpenCvAsync(Recordings.Fast(recordings.Large));

        Assert.Equal(8, frames.Count);
        Assert.All(frames, frame =>
        {
            Assert.Equal((640, 360), (frame.Width, frame.Height));
            Assert.InRange(frame.Mean.R, 0x20 - 4, 0x20 + 4);
            Assert.InRange(frame.Mean.G, 0x60 - 4, 0x60 + 4);
            Assert.InRange(frame.Mean.B, 0xC0 - 4, 0xC0 + 4);
        });
    }

    [Fact]
    public async Task ReadAsync_Loop_RepeatsPicturesAndContinuesTime()
    {
        var frames = await Recordings.ByOpenCvAsync(Recordings.Fast(recordings.Moving) with { Loop = true }, 30);

        for (var k = 0; k < 30; k++)
        {
            Assert.Equal(Recordings.WrittenAt.AddSeconds(k * 0.25), frames[k].CapturedAt);
            Assert.Equal(frames[k % 12].Hash, frames[k].Hash);
        }
    }

    [Fact]
    public async Task ReadAsync_SampleRateAboveTheRecording_RepeatsPictures()
    {
        var frames = await Recordings.ByOpenCvAsync(Recordings.Fast(recordings.Moving, sampleFps: 24), 24);

        for (var k = 0; k < 24; k++)
            Assert.Equal(Recordings.WrittenAt.AddTicks((long)Math.Round(k * TimeSpan.TicksPerSecond / 24.0)), frames[k].CapturedAt);
    }

    [Fact]
    public async Task ReadAsync_MissingFile_IsNotFound() => await FailsAsync(Recordings.Fast(recordings.Missing), SourceFailure.NotFound);

    [Fact]
    public async Task ReadAsync_Garbage_IsUnsupported() => await FailsAsync(Recordings.Fast(recordings.Garbage), SourceFailure.Unsupported);

    [Theory]
    [InlineData("/dev/video99", SourceFailure.NotFound)]
    [InlineData("99", SourceFailure.NotFound)]
    [InlineData("/dev/v4l/by-id/usb-none-video-index0", SourceFailure.NotFound)]
    public async Task ReadAsync_MissingDevice_IsNotFound(string address, SourceFailure failure) =>
        await FailsAsync(new SourceOptions { Address = address, Kind = SourceKind.Device, SampleFps = 4 }, failure);

    [Fact]
    public async Task ReadAsync_StreamWithoutNetworkSupport_NamesTheRemedy()
    {
        var options = new SourceOptions { Address = "rtsp://127.0.0.1:1/a", Kind = SourceKind.Stream, SampleFps = 4 };

        var exception = await Assert.ThrowsAsync<SourceException>(() => Recordings.ByOpenCvAsync(options));

        // An OpenCV with network support finds no server at this port.
        if (exception.Failure != SourceFailure.Refused)
            Assert.Contains("this OpenCV has no network support; use reader: ffmpeg", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReadAsync_TooManyPixels_IsUnsupported() =>
        await FailsAsync(Recordings.Fast(recordings.Large) with { MaxPixels = 1000 }, SourceFailure.Unsupported);

    private static (long, DateTimeOffset, int, int) Facts(SeenFrame frame) => (frame.Sequence, frame.CapturedAt, frame.Width, frame.Height);

    private static async Task FailsAsync(SourceOptions options, SourceFailure failure)
    {
        var exception = await Assert.ThrowsAsync<SourceException>(() => Recordings.ByOpenCvAsync(options));

        Assert.Equal(failure, exception.Failure);
        Assert.Contains(options.Address, exception.Message, StringComparison.Ordinal);
    }
}
