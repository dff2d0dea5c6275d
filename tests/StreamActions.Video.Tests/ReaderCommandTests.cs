// What the reader may open. The process list never contains an address.
namespace StreamActions.Video.Tests;

public class ReaderCommandTests
{
    private static readonly SourceOptions Stream =
        new() { Address = "rtsp://viewer:s3cret@10.0.0.5/sub", Kind = SourceKind.Stream, SampleFps = 4 };

    [Fact]
    public void For_Stream_AddressIsOnlyInTheScript()
    {
        var command = ReaderCommand.For(Stream);

        Assert.DoesNotContain(command.Arguments, argument => argument.Contains("10.0.0.5", StringComparison.Ordinal));
        Assert.Contains("file 'rtsp://viewer:s3cret@10.0.0.5/sub'\n", command.Script, StringComparison.Ordinal);
    }

    [Fact]
    public void For_AddressWithQuote_IsEscaped()
    {
        var script = ReaderCommand.For(Stream with { Address = "rtsp://h/a'b" }).Script;

        Assert.Contains(@"file 'rtsp://h/a'\''b'" + "\n", script, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("rtsp://h/s", "pipe,rtsp,rtp,udp,tcp")]
    [InlineData("HTTP://h/s", "pipe,http,https,httpproxy,tcp,tls,crypto")]
    public void For_Stream_ProtocolsAreLimited(string address, string protocols)
    {
        var arguments = ReaderCommand.For(Stream with { Address = address }).Arguments.ToList();

        Assert.Equal(protocols, arguments[arguments.IndexOf("-protocol_whitelist") + 1]);
    }

    [Theory]
    [InlineData("ftp://h/s")]
    [InlineData("file:///etc/passwd")]
    [InlineData("/etc/passwd")]
    [InlineData("concat:a|b")]
    public void For_OtherProtocol_IsRefused(string address) =>
        Assert.Throws<ArgumentException>(() => new FfmpegSource(Stream with { Address = address }, TimeProvider.System));

    [Fact]
    public void For_PartOfARecording_SeeksBeforeTheInput()
    {
        var options = Recordings.Fast("a.mp4") with { From = TimeSpan.FromSeconds(1.25), Length = TimeSpan.FromSeconds(2) };

        Assert.Contains("-ss 1.25 -t 2 -i file:", string.Join(' ', ReaderCommand.For(options).Arguments), StringComparison.Ordinal);
    }

    [Fact]
    public void Check_PartOfAStreamOrAFolder_IsRefused()
    {
        var second = TimeSpan.FromSeconds(1);
        Assert.Throws<ArgumentException>(() => (Stream with { From = second }).Check());
        Assert.Throws<ArgumentException>(() => (Recordings.Fast(Path.GetTempPath()) with { Length = second }).Check());
        Assert.Throws<ArgumentException>(() => (Recordings.Fast("a.mp4") with { From = -second }).Check());
    }

    [Fact]
    public void For_Transport_IsInTheScript() =>
        Assert.Contains(
            "option rtsp_transport udp\n", ReaderCommand.For(Stream with { Transport = "udp" }).Script, StringComparison.Ordinal);

    [Fact]
    public void For_SnapshotCamera_RequestsAtTheGivenPace()
    {
        var options = Stream with { Address = "http://viewer:s3cret@10.0.0.5/snap.jpg", SnapshotEvery = TimeSpan.FromSeconds(0.5) };

        var command = ReaderCommand.For(options);

        Assert.Contains("-re", command.Arguments);
        Assert.Equal(ReaderCommand.SnapshotsOfAReader, command.Script!.Split("file 'http://viewer:s3cret@10.0.0.5/snap.jpg'\n").Length - 1);
        Assert.Equal(ReaderCommand.SnapshotsOfAReader, command.Script!.Split("duration 0.5\n").Length - 1);
    }

    [Fact]
    public void For_NoTransport_AllowsBothAndTriesTcpFirst() =>
        Assert.Contains(
            "option rtsp_transport udp+tcp\noption rtsp_flags prefer_tcp\n", ReaderCommand.For(Stream).Script, StringComparison.Ordinal);

    [Theory]
    [InlineData("a\nfile 'b'", 4, 640, "tcp", "line break")]
    [InlineData("rtsp://h/s", 0, 640, "tcp", "SampleFps")]
    [InlineData("rtsp://h/s", double.NaN, 640, "tcp", "SampleFps")]
    [InlineData("rtsp://h/s", 4, 641, "tcp", "MaxWidth")]
    [InlineData("rtsp://h/s", 4, 640, "http", "Transport")]
    public void Constructor_BadOption_NamesIt(string address, double sampleFps, int maxWidth, string transport, string named)
    {
        var options = Stream with { Address = address, SampleFps = sampleFps, MaxWidth = maxWidth, Transport = transport };

        var exception = Assert.Throws<ArgumentException>(() => new FfmpegSource(options, TimeProvider.System));
        Assert.Contains(named, exception.Message, StringComparison.Ordinal);
    }
}
