// The secrets of an address never appear in texts.
namespace StreamActions.Video.Tests;

public class AddressRedactorTests
{
    [Theory]
    [InlineData("rtsp://viewer:s3cret@10.0.0.5/sub", "rtsp://***@10.0.0.5/sub")]
    [InlineData("rtsp://10.0.0.5:8554/sub", "rtsp://10.0.0.5:8554/sub")]
    [InlineData("rtsp://10.0.0.5:8554/a@b", "rtsp://***@b")]
    [InlineData("rtsp://viewer:s3@cret@10.0.0.5/sub", "rtsp://***@10.0.0.5/sub")]
    [InlineData("rtsp://viewer:s3/cret@10.0.0.5/sub", "rtsp://***@10.0.0.5/sub")]
    [InlineData("http://10.0.0.5/video?token=abcdef&channel=1", "http://10.0.0.5/video?***")]
    public void Show_Stream_HidesUserPasswordAndQuery(string address, string shown) =>
        Assert.Equal(shown, AddressRedactor.Show(address, SourceKind.Stream));

    [Fact]
    public void Show_File_ReturnsThePath() => Assert.Equal("/films/a@b?c.mp4", AddressRedactor.Show("/films/a@b?c.mp4", SourceKind.File));

    [Theory]
    [InlineData("Impossible to open 'rtsp://viewer:p%40ss%2Fw@10.0.0.5/sub'")]
    [InlineData("wrong password p@ss/w")]
    [InlineData("wrong password p%40ss%2Fw")]
    [InlineData("redirected to rtsp://other:p@ss/w@10.0.0.6/sub")]
    public void Redact_PasswordInAnyForm_IsHidden(string text)
    {
        var redacted = new AddressRedactor("rtsp://viewer:p%40ss%2Fw@10.0.0.5/sub", SourceKind.Stream).Redact(text);

        var rest = redacted.Replace("password", "", StringComparison.Ordinal).Replace("Impossible", "", StringComparison.Ordinal);
        Assert.DoesNotContain("ss", rest, StringComparison.Ordinal);
        Assert.Contains("***", redacted, StringComparison.Ordinal);
    }

    [Fact]
    public void Redact_TokenInQuery_IsHidden() =>
        Assert.Equal(
            "bad token ***",
            new AddressRedactor("http://h/v?token=abc%2Bdef&channel=1", SourceKind.Stream).Redact("bad token abc+def"));

    [Fact]
    public void ToString_Options_ContainsNoSecret() =>
        Assert.Equal(
            "rtsp://***@h/s",
            new SourceOptions { Address = "rtsp://u:pw@h/s", Kind = SourceKind.Stream, SampleFps = 4 }.ToString());
}
