// Translates ffmpeg's messages into failures. The lines come from FFmpeg 5.1.
namespace StreamActions.Video.Tests;

public class ReaderFailureTests
{
    [Theory]
    [InlineData("[tcp @ 0x55f6] Connection to tcp://127.0.0.1:8601?timeout=5000000 failed: Connection refused", SourceFailure.Refused)]
    [InlineData("[tcp @ 0x55be] Failed to resolve hostname nohost.invalid: Name or service not known", SourceFailure.Refused)]
    [InlineData("pipe:0: Server returned 401 Unauthorized (authorization failed)", SourceFailure.Unauthorized)]
    [InlineData("pipe:0: Server returned 404 Not Found", SourceFailure.NotFound)]
    [InlineData("[rtsp @ 0x5601] method DESCRIBE failed: 404 Not Found", SourceFailure.NotFound)]
    [InlineData("pipe:0: Connection timed out", SourceFailure.TimedOut)]
    [InlineData("file:g.mp4: Invalid data found when processing input", SourceFailure.Unsupported)]
    [InlineData("Stream map '0:v:0' matches no streams.", SourceFailure.Unsupported)]
    [InlineData(
        "[h264 @ 0x55ca] [IMGUTILS @ 0x7ffc] Picture size 320x240 exceeds specified max pixel count 1000, see the documentation",
        SourceFailure.Unsupported)]
    [InlineData("Unrecognized option 'fps_mode'.", SourceFailure.ReaderMissing)]
    [InlineData("something else", SourceFailure.Other)]
    public void Describe_BeforeTheFirstFrame_NamesTheFailure(string printed, SourceFailure failure)
    {
        var exception =
            ReaderFailure.Describe("rtsp://***@h/s", SourceKind.Stream, framesSeen: false, exitCode: 1, [printed, "trailing words"]);

        Assert.Equal(failure, exception.Failure);
        Assert.StartsWith("rtsp://***@h/s: ", exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("@ 0x", exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', exception.Message);
    }

    [Fact]
    public void Describe_DamagedDataAfterFrames_IsEnded()
    {
        string[] printed = ["[h264 @ 0x1] Invalid data found when processing input"];

        Assert.Equal(SourceFailure.Ended, ReaderFailure.Describe("s", SourceKind.Stream, framesSeen: true, exitCode: 0, printed).Failure);
    }

    [Fact]
    public void Describe_NoMessageAndNoFrame_IsUnsupported() =>
        Assert.Equal(SourceFailure.Unsupported, ReaderFailure.Describe("s", SourceKind.File, false, 0, []).Failure);
}
