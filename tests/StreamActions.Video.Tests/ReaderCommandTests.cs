// What the reader may open, and that nobody can read an address in the process list.
namespace StreamActions.Video.Tests;

public class ReaderCommandTests
{
    private static readonly SourceOptions _stream = new() { Address = "rtsp://viewer:s3cret@10.0.0.5/sub", Kind = SourceKind.Stream, SampleFps = 4 };

    [Fact]
    public void For_Stream_AddressIsOnlyInTheScript()
    {
        var command = ReaderCommand.For(_stream);

        Assert.DoesNotContain(command.Arguments, argument => argument.Contains("10.0.0.5", StringComparison.Ordinal));
        Assert.Contains("file 'rtsp://viewer:s3cret@10.0.0.5/sub'\n", command.Script, StringComparison.Ordinal);
    }

    [Fact]
    public void For_AddressWithQuote_CannotLeaveItsQuotes() =>
        Assert.Contains(@"file 'rtsp://h/a'\''b'" + "\n", ReaderCommand.For(_stream with { Address = "rtsp://h/a'b" }).Script, StringComparison.Ordinal);

    [Theory]
    [InlineData("rtsp://h/s", "pipe,rtsp,rtp,udp,tcp")]
    [InlineData("HTTP://h/s", "pipe,http,https,httpproxy,tcp,tls,crypto")]
    public void For_Stream_ProtocolsAreLimited(string address, string protocols)
    {
        var arguments = ReaderCommand.For(_stream with { Address = address }).Arguments.ToList();

        Assert.Equal(protocols, arguments[arguments.IndexOf("-protocol_whitelist") + 1]);
    }

    [Theory]
    [InlineData("ftp://h/s")]
    [InlineData("file:///etc/passwd")]
    [InlineData("/etc/passwd")]
    [InlineData("concat:a|b")]
    public void For_OtherProtocol_IsRefused(string address) =>
        Assert.Throws<ArgumentException>(() => new FfmpegSource(_stream with { Address = address }, TimeProvider.System));

    [Fact]
    public void For_PartOfARecording_IsSoughtBeforeTheInput()
    {
        var options = new SourceOptions { Address = "a.mp4", Kind = SourceKind.File, SampleFps = 4, From = TimeSpan.FromSeconds(1.25), Length = TimeSpan.FromSeconds(2) };

        Assert.Contains("-ss 1.25 -t 2 -i file:", string.Join(' ', ReaderCommand.For(options).Arguments), StringComparison.Ordinal);
    }

    [Fact]
    public void Check_PartOfAStreamOrAFolder_IsRefused()
    {
        Assert.Throws<ArgumentException>(() => (_stream with { From = TimeSpan.FromSeconds(1) }).Check());
        Assert.Throws<ArgumentException>(() => (_stream with { Address = Path.GetTempPath(), Kind = SourceKind.File, Length = TimeSpan.FromSeconds(1) }).Check());
        Assert.Throws<ArgumentException>(() => (_stream with { Address = "a.mp4", Kind = SourceKind.File, From = TimeSpan.FromSeconds(-1) }).Check());
    }

    [Fact]
    public void For_Transport_IsPassedOn() =>
        Assert.Contains("option rtsp_transport udp\n", ReaderCommand.For(_stream with { Transport = "udp" }).Script, StringComparison.Ordinal);

    [Theory]
    [InlineData("a\nfile 'b'", 4, 640, "tcp", "line break")]
    [InlineData("rtsp://h/s", 0, 640, "tcp", "SampleFps")]
    [InlineData("rtsp://h/s", double.NaN, 640, "tcp", "SampleFps")]
    [InlineData("rtsp://h/s", 4, 641, "tcp", "MaxWidth")]
    [InlineData("rtsp://h/s", 4, 640, "http", "Transport")]
    public void Source_BadOption_IsNamed(string address, double sampleFps, int maxWidth, string transport, string named)
    {
        var options = _stream with { Address = address, SampleFps = sampleFps, MaxWidth = maxWidth, Transport = transport };

        Assert.Contains(named, Assert.Throws<ArgumentException>(() => new FfmpegSource(options, TimeProvider.System)).Message, StringComparison.Ordinal);
    }
}
