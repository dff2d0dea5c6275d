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

    // The lines that ffmpeg 5.1 prints before it gives up, and what the operator is shown.
    [Theory]
    [InlineData("rtsp", "auto", "[rtsp @ 0x5] [error] method SETUP failed: 461 Unsupported Transport",
        "[rtsp @ 0x5] [error] method SETUP failed: 461 Unsupported Transport",
        "the camera refuses RTSP over TCP and over UDP: enable one of them in the camera (method SETUP failed: 461 Unsupported Transport)")]
    [InlineData("rtsp", "tcp", "[rtsp @ 0x5] [error] method SETUP failed: 461 Unsupported Transport",
        "[error] pipe:0: Protocol not supported",
        "the camera refuses TCP: set transport: udp (method SETUP failed: 461 Unsupported Transport)")]
    [InlineData("rtsp", "udp", "[rtsp @ 0x5] [error] method SETUP failed: 461 Unsupported Transport",
        "[error] pipe:0: Protocol not supported",
        "the camera refuses UDP: set transport: tcp (method SETUP failed: 461 Unsupported Transport)")]
    [InlineData("rtsp", "auto", "[rtsp @ 0x5] [error] method DESCRIBE failed: 453 Not Enough Bandwidth",
        "[error] pipe:0: Server returned 4XX Client Error, but not one of 40{0,1,3,4}",
        "the camera has no bandwidth or viewer left: close other viewers, or use its sub stream "
            + "(method DESCRIBE failed: 453 Not Enough Bandwidth)")]
    [InlineData("rtsp", "auto", "[rtsp @ 0x5] [error] method PLAY failed: 454 Session Not Found",
        "[error] pipe:0: Server returned 4XX Client Error, but not one of 40{0,1,3,4}",
        "the camera lost the session: it restarted, or has too many viewers (method PLAY failed: 454 Session Not Found)")]
    [InlineData("rtsp", "auto", "[rtsp @ 0x5] [error] method DESCRIBE failed: 418 I'm a teapot",
        "[error] pipe:0: Server returned 4XX Client Error, but not one of 40{0,1,3,4}",
        "the server refuses the request: check path, user and number of viewers "
            + "(method DESCRIBE failed: 418 I'm a teapot)")]
    [InlineData("http", "auto", "[http @ 0x5] [warning] HTTP error 503 Service Unavailable",
        "[error] pipe:0: Server returned 5XX Server Error reply",
        "the server is starting or has too many viewers (HTTP error 503 Service Unavailable)")]
    [InlineData("http", "auto", "[concat @ 0x5] [error] Impossible to open 'http://h/s'",
        "[error] pipe:0: Invalid data found when processing input",
        "the server answers, but not with video (a login or web page?): check the path and the password "
            + "(Invalid data found when processing input)")]
    [InlineData("rtsp", "auto", "[h264 @ 0x5] [error] [IMGUTILS @ 0x7] Picture size 7680x2432 exceeds specified max pixel count 16777216, "
        + "see the documentation if you wish to increase it", "[error] pipe:0: Invalid argument",
        "its pictures are larger than allowed: raise max-pixels (Picture size 7680x2432 exceeds specified max pixel count 16777216)")]
    [InlineData("rtsp", "auto", "[rtsp @ 0x5] [warning] Could not find codec parameters for stream 0 (Video: h264, none): unspecified size",
        "Consider increasing the value for the 'analyzeduration' (0) and 'probesize' (5000000) options",
        "none of its pictures can be decoded (Could not find codec parameters for stream 0 (Video: h264, none): unspecified size)")]
    public void Describe_TellingLine_NamesCauseAndCure(string scheme, string transport, string telling, string last, string expected)
    {
        var exception = ReaderFailure.Describe(
            $"{scheme}://h/s", SourceKind.Stream, framesSeen: false, exitCode: 1, [telling, last], transport: transport);

        Assert.Equal($"{scheme}://h/s: {expected}", exception.Message);
    }

    [Theory]
    [InlineData("[x @ 0x1] [error] Something new happened. Try the -frobnicate option", "Something new happened")]
    [InlineData("[x @ 0x1] [error] Weird stream, consider passing -strict experimental", "Weird stream")]
    [InlineData("[x @ 0x1] [warning] deprecated pixel format used, make sure you did set range correctly", "deprecated pixel format used")]
    public void Describe_AdviceOfAnotherProgram_IsNotShown(string line, string shown)
    {
        var exception = ReaderFailure.Describe("s", SourceKind.Stream, framesSeen: false, exitCode: 1, [line]);

        Assert.Equal($"s: the reader ended with code 1 ({shown})", exception.Message);
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
