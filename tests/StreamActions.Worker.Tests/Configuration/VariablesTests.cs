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

    /// <summary>Blanks and line breaks around a value come from quotes in a shell and from the end of a file.</summary>
    [Theory]
    [InlineData(" rtsp://u:hunter2@h/s")]
    [InlineData("rtsp://u:hunter2@h/s \r\n")]
    [InlineData("\trtsp://u:hunter2@h/s\n\n")]
    public void Read_BlanksAroundAValue_AreRemoved(string value)
    {
        using TemporaryFolder folder = new();
        File.WriteAllText(folder.File("url"), value);
        var yaml = With("rtsp://10.0.0.5/sub", "${URL}");

        Assert.Equal("rtsp://u:hunter2@h/s", Good(yaml, ("URL", value)).Cameras["dock-east"].Source.Address);
        Assert.Equal("rtsp://u:hunter2@h/s", Good(yaml, ("URL_FILE", folder.File("url"))).Cameras["dock-east"].Source.Address);
    }

    [Fact]
    public void Read_SecretFileInLatin1_ReportsTheByteAndNotTheSecret()
    {
        using TemporaryFolder folder = new();
        File.WriteAllBytes(folder.File("p"), [.. "hunter2"u8, 0xFC]);

        var problem = Assert.Single(Problems(With("rtsp://10", "rtsp://u:${P}@10"), ("P_FILE", folder.File("p"))));

        Assert.Contains(
            "the file in P_FILE is not a text: the byte 0xFC is not UTF-8 (line 1, column 8)", problem, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", problem, StringComparison.Ordinal);
    }

    /// <summary>For every kind of source, texts show the variable's name, and the redactor hides the value.</summary>
    [Theory]
    [InlineData("rtsp://u:hunter2-hunter2@h/s")]
    [InlineData("/hunter2-hunter2/a.mp4")]
    [InlineData("file:hunter2-hunter2/a.mp4")]
    [InlineData("/dev/v4l/by-id/hunter2-hunter2")]
    public void Read_SourceInVariable_IsHiddenForEveryKind(string value)
    {
        var outcome = Read(With("rtsp://10.0.0.5/sub", "${URL}"), ("URL", value));
        var source = outcome.File!.Cameras["dock-east"].Source;
        var options = source.Options(4);

        string[] texts =
        [
            source.Shown, source.ToString(), options.Shown, options.ToString(), source.Redact($"Access to '{source.Address}' is denied"),
            outcome.Secrets.Redact($"cannot open {value}"), string.Join('\n', outcome.Settings),
        ];

        Assert.All(texts, text => Assert.DoesNotContain("hunter2", text, StringComparison.Ordinal));
        Assert.Equal("${URL}", source.Shown);
    }

    /// <summary>Numbers, words and options from variables are shown as written.</summary>
    [Fact]
    public void Read_OtherValuesInVariables_AreShownAsWritten()
    {
        var yaml = WithCamera("{ source: a.mp4, transport: '${T}', input-options: { probesize: '${N}' }, black-after: '${D}' }")
            + "sinks: { kafka: { bootstrap: '${B}', topic: '${Q}' } }\ninference: { stride: '${S}' }\n";
        var outcome = Read(
            yaml, ("T", "udp"), ("N", "98765432"), ("D", "77s"), ("B", "broker-hunter2:9092"), ("Q", "topic-hunter2"), ("S", "143"));

        var shown = string.Join('\n', outcome.Settings.Where(s => s.Origin != "built-in")) + outcome.File!.Sinks.Kafka;

        Assert.All(
            (string[])["udp", "98765432", "77s", "hunter2", "143"],
            value => Assert.DoesNotContain(value, shown, StringComparison.Ordinal));
        Assert.Contains("kafka ${B} topic ${Q}", shown, StringComparison.Ordinal);
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
