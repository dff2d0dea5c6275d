// A source is what it says it is. Nothing becomes a file because it is nothing else.
using CsCheck;
using StreamActions.Video;
using StreamActions.Worker.Configuration;

namespace StreamActions.Worker.Tests.Configuration;

public sealed class SourceParserTests
{
    /// <summary>Each slip, with the spelling that the message must name.</summary>
    [Theory]
    [InlineData("\"rtsp://viewer:s3cret@10.0.0.5/sub\"", "remove the quotes")]
    [InlineData("'rtsp://viewer:s3cret@10.0.0.5/sub'", "remove the quotes")]
    [InlineData("\u201crtsp://viewer:s3cret@10.0.0.5/sub\u201d", "remove the quotes")]
    [InlineData("10.0.0.5/sub?user=admin&password=s3cret", "rtsp://HOST/PATH")]
    [InlineData("cam/sub.mp4?password=s3cret", "rtsp://HOST/PATH")]
    [InlineData("//viewer:s3cret@10.0.0.5/sub", "rtsp://HOST/PATH")]
    [InlineData("//10.0.0.5/s3cret.mp4", "rtsp://HOST/PATH")]
    [InlineData("viewer@10.0.0.5/s3cret.mp4", "rtsp://HOST/PATH")]
    [InlineData("file:viewer:s3cret@10.0.0.5/a.mp4", "rtsp://HOST/PATH")]
    [InlineData("file:rtsp://10.0.0.5/s3cret", "rtsp://HOST/PATH")]
    [InlineData("10.0.0.5/sub", "rtsp://HOST/PATH")]
    [InlineData("10.0.0.5:554/s3cret.mp4", "rtsp://HOST/PATH")]
    [InlineData("[fe80::1]/s3cret.mp4", "rtsp://HOST/PATH")]
    [InlineData("camera.local/s3cret.mp4", "rtsp://HOST/PATH")]
    [InlineData("nvr/s3cret", "rtsp://HOST/PATH")]
    [InlineData("s3cret", "rtsp://HOST/PATH")]
    [InlineData("localhost:8554/s3cret", "use rtsp://")]
    [InlineData("u:12/ss@s3cret", "%2F")]
    [InlineData("u:12#ss@s3cret", "%23")]
    [InlineData("0", "device:0")]
    [InlineData("12", "device:0")]
    [InlineData("~/s3cret.mp4", "full path")]
    [InlineData("file:~/s3cret.mp4", "full path")]
    [InlineData("$HOME/s3cret.mp4", "${NAME}")]
    [InlineData("/videos\\s3cret.mp4", "write '/' instead")]
    [InlineData("file:///videos/My%20s3cret.mp4", "%20")]
    [InlineData("/videos/My%20s3cret.mp4", "%20")]
    [InlineData("rtsp://u:12/s3cret@10.0.0.5/sub", "%2F")]
    [InlineData("rtsp://u:12?s3cret@10.0.0.5/sub", "%3F")]
    [InlineData("rtsp://u:12#s3cret@10.0.0.5/sub", "%23")]
    [InlineData("rtsp://u:s3cret@x/y@10.0.0.5/sub", "%2F")]
    [InlineData("rtsp://u:s3@cret@10.0.0.5/sub", "%40")]
    [InlineData("rtsp://u:[s3cret]@10.0.0.5/sub", "%5B")]
    [InlineData("rtsp://u:s3cret%@10.0.0.5/sub", "%25")]
    [InlineData("rtsp://10.0.0.5/s3cret#x", "%23")]
    [InlineData("rtsp:10.0.0.5/s3cret", "scheme://host/path")]
    public void Parse_Slip_IsRefusedWithTheSpelling(string text, string advice)
    {
        var (source, problem) = Parse("${CAM_URL}", text);

        Assert.Null(source);
        Assert.Contains(advice, problem, StringComparison.Ordinal);
        Assert.DoesNotContain("s3", problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/videos/My Film.mp4", SourceKind.File, "/videos/My Film.mp4")]
    [InlineData("file:///videos/My Film.mp4", SourceKind.File, "/videos/My Film.mp4")]
    [InlineData("file:/videos/100%.mp4", SourceKind.File, "/videos/100%.mp4")]
    [InlineData("/videos/a#1: [x].mp4", SourceKind.File, "/videos/a#1: [x].mp4")]
    [InlineData("/videos", SourceKind.File, "/videos")]
    [InlineData(" /videos/a.mp4 ", SourceKind.File, "/videos/a.mp4")]
    [InlineData("device:0", SourceKind.Device, "0")]
    [InlineData("/dev/video2", SourceKind.Device, "/dev/video2")]
    [InlineData("rtsp://u:a%2Fb%23@10.0.0.5/sub", SourceKind.Stream, "rtsp://u:a%2Fb%23@10.0.0.5/sub")]
    [InlineData("rtsp://u:p@10.0.0.5:554/cam@1", SourceKind.Stream, "rtsp://u:p@10.0.0.5:554/cam@1")]
    [InlineData("rtsp://[fe80::1]:554/cam@1", SourceKind.Stream, "rtsp://[fe80::1]:554/cam@1")]
    [InlineData("http://h/v?user=a&password=b", SourceKind.Stream, "http://h/v?user=a&password=b")]
    public void Parse_Source_KeepsItsAddress(string text, SourceKind kind, string address)
    {
        var (source, _) = Parse(text, text);

        Assert.Equal((kind, address), (source!.Kind, source.Address));
    }

    [Theory]
    [InlineData("videos/aisle.mp4")]
    [InlineData("file:videos")]
    [InlineData("./videos")]
    [InlineData("../aisle.mkv")]
    [InlineData("aisle.v1.mp4")]
    public void Parse_RelativePath_IsAFile(string text)
    {
        var (source, _) = Parse(text, text);

        var path = text.StartsWith("file:", StringComparison.Ordinal) ? text[5..] : text;
        Assert.Equal((SourceKind.File, Path.GetFullPath(path)), (source!.Kind, source.Address));
    }

    /// <summary>A password in front of a host never reaches a file, and never a message.</summary>
    [Fact]
    public void Parse_AnyPasswordInAnyPlace_IsHiddenOrRefused()
    {
        var password = Gen.String[Gen.Char["aZ9/#?[]%:@\"' ~&=+$\\"], 1, 12].Select(text => "s3" + text + "cr");
        string[] forms =
        [
            "rtsp://viewer:{0}@10.0.0.5/sub", "viewer:{0}@10.0.0.5/sub", "//viewer:{0}@10.0.0.5/sub",
            "\"rtsp://viewer:{0}@10.0.0.5/sub\"", "10.0.0.5/sub?user=admin&password={0}", "rtsp://{0}@cam/sub",
            "file:viewer:{0}@cam/a.mp4",
        ];
        var form = Gen.Int[0, forms.Length - 1].Select(index => forms[index]);
        Gen.Select(form, password).Sample((address, secret) =>
        {
            var text = address.Replace("{0}", secret, StringComparison.Ordinal);
            var (source, problem) = Parse("${CAM_URL}", text);

            Assert.NotEqual(SourceKind.File, source?.Kind);
            var shown = problem + source + source?.Redact($"cannot open '{source.Address}', password {secret}");
            Assert.DoesNotContain("s3", shown, StringComparison.Ordinal);
        });
    }

    private static (SourceAddress? Source, string Problem) Parse(string written, string text)
    {
        var problem = "";
        IReadOnlyList<string> hidden = written == text ? [] : [text];
        var source = SourceParser.Parse(new(written, text, hidden), (what, advice) => problem = $"{what}; {advice}");
        Assert.Equal(source is null, problem.Length > 0);
        return (source, problem);
    }
}
