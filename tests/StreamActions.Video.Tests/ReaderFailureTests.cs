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

    /// <summary>The line is recognised before secrets are hidden, and its own words stay.</summary>
    [Theory]
    [InlineData("Found", "pipe:0: Server returned 404 Not Found", SourceFailure.NotFound, "404 Not Found")]
    [InlineData("refused", "[tcp @ 0x5] Connection to tcp://h:1 failed: Connection refused", SourceFailure.Refused, "Connection refused")]
    [InlineData("timed", "pipe:0: Connection timed out", SourceFailure.TimedOut, "timed out")]
    [InlineData("Unauthorized", "pipe:0: Server returned 401 Unauthorized", SourceFailure.Unauthorized, "401 Unauthorized")]
    [InlineData("data", "file:g.mp4: Invalid data found when processing input", SourceFailure.Unsupported, "Invalid data found")]
    public void Describe_PasswordIsAWordOfTheReader_KeepsCauseAndText(string password, string line, SourceFailure failure, string kept)
    {
        var redactor = new AddressRedactor($"rtsp://viewer:{password}@h/s", SourceKind.Stream);

        var e = ReaderFailure.Describe("rtsp://***@h/s", SourceKind.Stream, framesSeen: false, exitCode: 1, [line], redactor);

        Assert.Equal(failure, e.Failure);
        Assert.Contains(kept, e.Message, StringComparison.Ordinal);
    }

    /// <summary>A password that looks like a message of the reader does not choose the cause.</summary>
    [Theory]
    [InlineData("401 Unauthorized")]
    [InlineData("timed out")]
    [InlineData("404 Not Found")]
    public void Describe_PasswordLooksLikeAMessage_IsNotTheCause(string password)
    {
        var address = $"rtsp://viewer:{password}@h/s";
        string[] printed = [$"Impossible to open '{address}'", "Connection refused"];

        var e = ReaderFailure.Describe(
            "rtsp://***@h/s", SourceKind.Stream, framesSeen: false, exitCode: 1, printed, new(address, SourceKind.Stream));

        Assert.Equal(SourceFailure.Refused, e.Failure);
        Assert.DoesNotContain(password, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Describe_LongLine_IsRedactedBeforeItIsCut()
    {
        var redactor = new AddressRedactor("rtsp://viewer:hunter2-hunter2@h/s", SourceKind.Stream);
        var line = new string('x', 390) + " hunter2-hunter2";

        var e = ReaderFailure.Describe("s", SourceKind.Stream, framesSeen: false, exitCode: 1, [line], redactor);

        Assert.DoesNotContain("hunter2", e.Message, StringComparison.Ordinal);
        Assert.InRange(e.Message.Length, 400, 450);
    }
}
