// Problems of the file: the message and the place of each.
using StreamActions.TestKit;
using StreamActions.Worker.Configuration;
using static StreamActions.Worker.Tests.Configuration.ConfigurationText;

namespace StreamActions.Worker.Tests.Configuration;

public sealed class ProblemsTests
{
    [Fact]
    public void Read_SeveralProblems_ReportsAllInOrder() => Assert.Equal(
        [
            "1:1: model: missing; add the folder of a model bundle, such as model: models/demo",
            "1:1: modle: unknown key; did you mean 'model'?",
            "3:10: cameras.aisle.source: missing; "
                + "add a stream, recording or device, such as source: \"rtsp://10.0.0.5/sub\" or source: \"file:samples/aisle.mp4\"",
            "3:12: cameras.aisle.sourze: unknown key; did you mean 'source'?",
            "6:37: alerts.fight.threshold: invalid value '1.2'; use a number above 0 and below 1",
            "6:52: alerts.fight.cooldown: invalid value '60'; use a duration from 0s to 1d, such as 250ms, 1s, 5m, 2h or 30d",
        ],
        [.. Problems("""
            modle: models/demo
            cameras:
              aisle: { sourze: a.mp4 }

            alerts:
              fight: { phrases: [x], threshold: 1.2, cooldown: 60 }
            """)]);

    [Theory]
    [InlineData("model: [", "YAML")]
    [InlineData("", "expected keys with values, found nothing")]
    [InlineData("- a", "expected keys with values, found a list")]
    [InlineData(Minimal + "---\nmodel: x", "more than one YAML document")]
    [InlineData(Minimal + "model: again\n", "7:1: model: duplicate key, first in line 1; keep one of them")]
    [InlineData(Minimal + "sinks: &x { }\n", "anchors (&) are not supported")]
    [InlineData(Minimal + "schedules: *x\n", "7:12: schedules: aliases (*) are not supported")]
    [InlineData(
        Minimal + "sinks:\n", "sinks: expected keys with values, found nothing; put the keys below it, indented by two spaces")]
    [InlineData(
        Minimal + "sinks: { kafka: {} }\n", "7:17: sinks.kafka.bootstrap: missing; add the brokers, such as bootstrap: \"kafka:9092\"")]
    [InlineData(
        Minimal + "sinks: { kafka: { bootstrap: \"kafka:99999\" } }\n", "7:30: sinks.kafka.bootstrap: a broker is not host:port")]
    [InlineData(Minimal + "sinks: { kafka: { bootstrap: \"k:1\", topic: \"a b\" } }\n", "sinks.kafka.topic: invalid topic name")]
    [InlineData(
        Minimal + "sinks: { kafka: { bootstrap: \"k:1\", client: { acks: 0 } } }\n",
        "sinks.kafka.client.acks: unknown key; choose one of ")]
    [InlineData(
        Minimal + "sinks: { kafka: { bootstrap: \"k:1\", client: { sasl.pasword: x } } }\n",
        "sinks.kafka.client.sasl.pasword: unknown key; did you mean 'sasl.password'?")]
    [InlineData(
        Minimal + "sinks: { kafka: { bootstrap: \"k:1\", client: { security.protocol: sasl_plaintext } } }\n",
        "security.protocol: sends the password unencrypted; use sasl_ssl")]
    [InlineData(
        Minimal + "sinks: { kafka: { bootstrap: \"k:1\", client: { security.protocol: tls } } }\n",
        "unknown protocol; choose one of plaintext, ssl, sasl_plaintext, sasl_ssl")]
    [InlineData(
        Minimal + "sinks: { kafka: { bootstrap: \"k:1\", client: { sasl.username: u } } }\n",
        "sinks.kafka.client.sasl.username: has no effect without security.protocol")]
    [InlineData(Minimal + "sinks: { store: { keep: 30 } }\n", "sinks.store.keep: invalid value '30'; use a duration from 1m to 10000d")]
    [InlineData(
        Minimal + "inference: { device: gpu }\n",
        "7:22: inference.device: unknown device 'gpu'; use auto, cpu, cuda, cuda:0 to cuda:99, or several different ones such as")]
    [InlineData(
        Minimal + "inference: { device: \"cuda:1,cuda:1\" }\n", "7:22: inference.device: unknown device 'cuda:1,cuda:1'; use auto")]
    [InlineData(Minimal + "inference: { device: \"cpu,cuda:1\" }\n", "7:22: inference.device: unknown device 'cpu,cuda:1'; use auto")]
    [InlineData(
        Minimal + "inference: { max-batch: 0 }\n", "inference.max-batch: invalid value '0'; use a whole number from 1 to 256")]
    [InlineData(
        Minimal + "inference: { threads: two }\n", "inference.threads: invalid value 'two'; use a whole number from 0 to 256")]
    [InlineData(Minimal + "inference: { max-delay: -1s }\n", "inference.max-delay: invalid value '-1s'")]
    [InlineData(Minimal + "background: nowhere.txt\n", "7:13: background: cannot read the file of background phrases")]
    [InlineData(Minimal + "defaults: { alert: { phrases: [a] } }\n", "7:22: defaults.alert.phrases: unknown key")]
    [InlineData(Minimal + "defaults: { camera: { source: a } }\n", "defaults.camera.source: unknown key")]
    [InlineData(
        Minimal + "defaults: { alert: { begin-after: soon } }\n", "7:35: defaults.alert.begin-after: invalid value 'soon'")]
    [InlineData(Minimal + "defaults: { alerts: {} }\n", "7:13: defaults.alerts: unknown key; did you mean 'alert'?")]
    [InlineData(
        "model: m\ncameras: {}\nalerts: { a: { phrases: [x] } }\n",
        "2:10: cameras: the block is empty; add at least one camera with its source")]
    [InlineData("model: m\ncameras: { a: { source: x.mp4 } }\n", "1:1: alerts: missing; add at least one alert with its phrases")]
    [InlineData("model: ''\ncameras: { a: { source: x.mp4 } }\nalerts: { a: { phrases: [x] } }\n", "1:8: model: invalid path")]
    public void Read_Invalid_ReportsOneProblem(string yaml, string expected) =>
        Assert.Contains(expected, Assert.Single(Problems(yaml)), StringComparison.Ordinal);

    /// <summary>A word of another program is refused by name, at a value, at a block and at a key.</summary>
    [Theory]
    [InlineData(
        "{ source: !secret cam_url }", "3:20: cameras.aisle.source: the YAML tag !secret is not supported; remove it; write ${NAME}")]
    [InlineData("{ source: !env_var CAM_URL }", "3:20: cameras.aisle.source: the YAML tag !env_var is not supported")]
    [InlineData("!include aisle.yaml", "3:10: cameras.aisle: the YAML tag !include is not supported")]
    [InlineData("!camera { source: a.mp4 }", "3:10: cameras.aisle: the YAML tag !camera is not supported")]
    [InlineData("{ source: a.mp4, loop: !!str true }", "3:33: cameras.aisle.loop: the YAML tag !!str is not supported")]
    [InlineData("{ !x source: a.mp4 }", "3:12: cameras.aisle: the YAML tag !x is not supported")]
    public void Read_Tag_IsRefusedByName(string camera, string expected) =>
        Assert.StartsWith(expected, Assert.Single(Problems(WithCamera(camera)), p => p.Contains("tag", StringComparison.Ordinal)),
            StringComparison.Ordinal);

    [Fact]
    public void Read_QuotedTextWithExclamationMark_IsNoTag() =>
        Assert.Equal(["!fire"], Good(WithAlert("{ phrases: ['!fire'] }")).Alerts["fight"].Phrases);

    /// <summary>The parser reports a tab at the value before it, or at the start of the file.</summary>
    [Theory]
    [InlineData(
        "model: m\ncameras:\n  aisle:\n    source: a.mp4\n\tloop: true\n", "5:1: a tab in the indentation; indent with blanks")]
    [InlineData("model: m\ncameras:\n  aisle:\n  \tsource: a.mp4\n", "4:3: a tab in the indentation")]
    [InlineData("model: m\ncameras:\n\taisle:\n\t\tsource: a.mp4\n", "3:1: a tab in the indentation")]
    [InlineData("# a tab\n\t# is no error here\nmodel: m\n\tcameras: x\n", "4:1: a tab in the indentation")]
    public void Read_TabInIndentation_ReportsItsPlace(string yaml, string expected) =>
        Assert.StartsWith(expected, Assert.Single(Problems(yaml)), StringComparison.Ordinal);

    [Theory]
    [InlineData("model: m\n# K\u00fcche\n", "2:4: the byte 0xFC is not UTF-8; save the file as UTF-8")]
    [InlineData("K\u00fcche: 1\n", "1:2: the byte 0xFC is not UTF-8")]
    [InlineData("model: m\r\n\r\nphrases: \u0080 5\n", "3:10: the byte 0x80 is not UTF-8")]
    public void Read_Latin1_ReportsTheByte(string yaml, string expected)
    {
        using TemporaryFolder folder = new();
        File.WriteAllBytes(folder.File("site.yaml"), System.Text.Encoding.Latin1.GetBytes(yaml));

        var problem = Assert.Single(StreamActionsFileReader.Read(folder.File("site.yaml"), Environment()).Problems).ToString();

        Assert.Contains($"site.yaml:{expected}", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_BackgroundInLatin1_ReportsTheByte()
    {
        using TemporaryFolder folder = new();
        File.WriteAllBytes(folder.File("b.txt"), "an empty room\neine K\u00fcche\n"u8.ToArray().AsSpan()[..^5].ToArray());

        Assert.Contains(
            "background: the file of background phrases is not a text: the byte 0xC3 is not UTF-8 (line 2, column 7); save",
            Assert.Single(Problems(Minimal + $"background: {folder.File("b.txt")}\n")), StringComparison.Ordinal);
    }

    [Fact]
    public void Read_InvalidDefault_IsReportedOnce() =>
        Assert.Single(Problems(Minimal + "  fall: { phrases: [y] }\ndefaults: { alert: { cooldown: soon } }\n"));

    [Fact]
    public void Read_PlaintextSaslAllowed_IsValid()
    {
        var file = Good(Minimal + """
            sinks:
              kafka:
                bootstrap: "k:1"
                allow-plaintext-sasl: true
                client: { security.protocol: sasl_plaintext, sasl.username: u }
            """);

        Assert.Equal("u", file.Sinks.Kafka!.Client["sasl.username"]);
    }

    [Fact]
    public void Read_FileMissing_IsReported() => Assert.Equal(
        "/nowhere/site.yaml:1:1: file not found; correct the path, or start from config/streamactions.yaml",
        Assert.Single(StreamActionsFileReader.Read("/nowhere/site.yaml", Environment()).Problems).ToString());

    [Fact]
    public void Read_DeepNesting_IsReported() =>
        Assert.Contains("levels of nesting", Assert.Single(Problems("a: " + new string('[', 100_000))), StringComparison.Ordinal);
}
