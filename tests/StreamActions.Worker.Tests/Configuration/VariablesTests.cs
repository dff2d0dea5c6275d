// Variables in values. Their values never appear in problems or settings.
using StreamActions.TestKit;
using static StreamActions.Worker.Tests.Configuration.ConfigurationText;

namespace StreamActions.Worker.Tests.Configuration;

public sealed class VariablesTests
{
    private const string Secret = "p@ss:w/rd#1";

    [Fact]
    public void Read_PasswordInUrl_IsEscapedAndHidden()
    {
        var source = Good(With("rtsp://10", "rtsp://viewer:${DOCK}@10"), ("DOCK", Secret)).Cameras["dock-east"].Source;

        Assert.Equal("rtsp://viewer:p%40ss%3Aw%2Frd%231@10.0.0.5/sub", source.Address);
        Assert.Equal("rtsp://***@10.0.0.5/sub", source.Shown);
        Assert.Equal(source.Shown, source.ToString());
    }

    [Fact]
    public void Read_SecretInPath_IsShownAsVariable()
    {
        var path = Good(With("rtsp://10.0.0.5/sub", "http://10.0.0.5/${TOKEN}/live"), ("TOKEN", "t0k3n")).Cameras["dock-east"].Source;
        Assert.Equal("http://10.0.0.5/${TOKEN}/live", path.Shown);
        var whole = Good(With("rtsp://10.0.0.5/sub", "${URL}"), ("URL", "rtsp://u:p%40q@h/s")).Cameras["dock-east"].Source;
        Assert.Equal(("rtsp://u:p%40q@h/s", "${URL}"), (whole.Address, whole.Shown));
    }

    [Fact]
    public void Read_SecretInFile_IsReadWithoutLineBreak()
    {
        using TemporaryFolder folder = new();
        File.WriteAllText(folder.File("dock"), "secret\n");

        var file = Good(With("rtsp://10", "rtsp://u:${DOCK}@10"), ("DOCK_FILE", folder.File("dock")));

        Assert.Equal("rtsp://u:secret@10.0.0.5/sub", file.Cameras["dock-east"].Source.Address);
    }

    [Fact]
    public void Read_EscapedVariable_IsNotSubstituted() =>
        Assert.Equal(["costs ${PRICE}"], Good(WithAlert("{ phrases: ['costs $${PRICE}'] }")).Alerts["fight"].Phrases);

    [Fact]
    public void Read_UnsetVariables_ReportsAll() => Assert.Equal(
        [
            "3:20: cameras.aisle.source: environment variable A is not set; set A, or set A_FILE to a file that contains the value",
            "3:20: cameras.aisle.source: the file in B_FILE is missing, unreadable, empty or larger than 64 KiB; "
                + "correct B_FILE or the file",
        ],
        Problems(WithCamera("{ source: \"rtsp://${A}:${B}@host/\" }"), ("B_FILE", "/nowhere/secret")));

    [Fact]
    public void Read_UnfinishedVariable_IsReported() =>
        Assert.StartsWith(
            "3:20: cameras.aisle.source: '${' without a variable name",
            Assert.Single(Problems(WithCamera("{ source: \"rtsp://u:${A@host/\" }"))), StringComparison.Ordinal);

    /// <summary>Secrets in invalid values, in a variable or written into the file.</summary>
    [Theory]
    [InlineData("{ source: \"${S}\" }", "{ phrases: [a] }")]
    [InlineData("{ source: \"x${S}://h/\" }", "{ phrases: [a] }")]
    [InlineData("{ source: \"rtsp:/u:hunter2@h/\" }", "{ phrases: [a] }")]
    [InlineData("{ source: \"rtps://u:hunter2@h/\" }", "{ phrases: [a] }")]
    [InlineData("{ source: \"rtsp://u:hunter2@:x/\" }", "{ phrases: [a] }")]
    [InlineData("{ source: \"hunter2:rtsp/\" }", "{ phrases: [a] }")]
    [InlineData("{ source: a.mp4, loop: \"${S}\" }", "{ phrases: [a] }")]
    [InlineData("{ source: a.mp4, transport: \"${S}\" }", "{ phrases: [a] }")]
    [InlineData("{ source: a.mp4, started-at: \"${S}\" }", "{ phrases: [a] }")]
    [InlineData("{ source: a.mp4 }", "{ phrases: [a], cameras: [\"${S}\"] }")]
    [InlineData("{ source: a.mp4 }", "{ phrases: [a], zones: [\"${S}\"] }")]
    [InlineData("{ source: a.mp4 }", "{ phrases: [a], schedule: \"${S}\" }")]
    [InlineData("{ source: a.mp4 }", "{ phrases: [a], begin-after: \"${S}\" }")]
    [InlineData("{ source: a.mp4 }", "{ phrases: [a], threshold: \"${S}\" }")]
    [InlineData("{ source: a.mp4 }", "{ phrases: [\"${S}\"], not: [\"${S}\"] }")]
    public void Read_SecretInInvalidValue_IsNeverShown(string camera, string alert)
    {
        var yaml = WithCamera(camera).Replace("{ phrases: [two people fighting] }", alert, StringComparison.Ordinal);
        var outcome = Read(yaml, ("S", "hunter2:secret"));

        Assert.NotEmpty(outcome.Problems);
        Assert.DoesNotContain("hunter2", string.Join('\n', outcome.Problems), StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", string.Join('\n', outcome.Settings), StringComparison.Ordinal);
    }

    [Fact]
    public void Read_KafkaSecrets_ReachOnlyTheClient()
    {
        var outcome = Read(Minimal + """
            sinks:
              kafka:
                bootstrap: "kafka:9092"
                client: { security.protocol: sasl_ssl, sasl.username: me, sasl.password: "${K}", ssl.key.password: hunter2 }
            """, ("K", "hunter2"));

        Assert.Equal("hunter2", outcome.File!.Sinks.Kafka!.Client["sasl.password"]);
        Assert.DoesNotContain("hunter2", string.Join('\n', outcome.Settings) + outcome.File.Sinks.Kafka, StringComparison.Ordinal);
    }
}
