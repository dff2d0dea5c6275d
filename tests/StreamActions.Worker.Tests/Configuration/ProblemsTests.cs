// Every mistake a file can have: what is said of it, and where.
using StreamActions.Worker.Configuration;
using static StreamActions.Worker.Tests.Configuration.ConfigurationText;

namespace StreamActions.Worker.Tests.Configuration;

public sealed class ProblemsTests
{
    [Fact]
    public void Read_SeveralMistakes_AllReportedInOrder() => Assert.Equal(
        [
            "1:1: model: missing; add the folder of a model bundle, such as model: models/demo",
            "1:1: modle: unknown key; did you mean 'model'?",
            "3:10: cameras.aisle.source: missing; add where the pictures come from, such as source: \"rtsp://10.0.0.5/sub\" or source: \"file:samples/aisle.mp4\"",
            "3:12: cameras.aisle.sourze: unknown key; did you mean 'source'?",
            "6:37: alerts.fight.threshold: '1.2' is not what this key takes; give a number between 0 and 1, neither included",
            "6:52: alerts.fight.cooldown: '60' is not what this key takes; give a duration from 0s to 1d, such as 250ms, 1s, 5m, 2h or 30d",
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
    [InlineData("", "nothing where the file's keys should be")]
    [InlineData("- a", "a list where the file's keys should be")]
    [InlineData(Minimal + "---\nmodel: x", "a second document")]
    [InlineData(Minimal + "model: again\n", "7:1: model: the key is given twice, first in line 1; keep one of them")]
    [InlineData(Minimal + "sinks: &x { }\n", "an anchor (&) is not understood here")]
    [InlineData(Minimal + "schedules: *x\n", "7:12: schedules: an alias (*) is not understood here")]
    [InlineData(Minimal + "sinks:\n", "sinks: nothing where keys with values should be; put the keys below it, indented by two spaces")]
    [InlineData(Minimal + "sinks: { kafka: {} }\n", "7:17: sinks.kafka.bootstrap: missing; add the brokers, such as bootstrap: \"kafka:9092\"")]
    [InlineData(Minimal + "sinks: { kafka: { bootstrap: \"kafka:99999\" } }\n", "7:30: sinks.kafka.bootstrap: a broker that is not host:port")]
    [InlineData(Minimal + "sinks: { kafka: { bootstrap: \"k:1\", topic: \"a b\" } }\n", "sinks.kafka.topic: this is not a topic's name")]
    [InlineData(Minimal + "sinks: { kafka: { bootstrap: \"k:1\", client: { acks: 0 } } }\n", "sinks.kafka.client.acks: unknown key; known are ")]
    [InlineData(Minimal + "sinks: { kafka: { bootstrap: \"k:1\", client: { sasl.pasword: x } } }\n", "sinks.kafka.client.sasl.pasword: unknown key; did you mean 'sasl.password'?")]
    [InlineData(Minimal + "sinks: { kafka: { bootstrap: \"k:1\", client: { security.protocol: sasl_plaintext } } }\n", "a password would cross the network in the clear")]
    [InlineData(Minimal + "sinks: { kafka: { bootstrap: \"k:1\", client: { security.protocol: tls } } }\n", "this is not a protocol; give one of plaintext, ssl, sasl_plaintext, sasl_ssl")]
    [InlineData(Minimal + "sinks: { kafka: { bootstrap: \"k:1\", client: { sasl.username: u } } }\n", "sinks.kafka.client.sasl.username: has no effect without security.protocol")]
    [InlineData(Minimal + "sinks: { store: { keep: 30 } }\n", "sinks.store.keep: '30' is not what this key takes; give a duration from 1m to 10000d")]
    [InlineData(Minimal + "inference: { device: gpu }\n", "7:22: inference.device: 'gpu' is not a device; give auto, cpu, cuda, or cuda:N with N from 0 to 99")]
    [InlineData(Minimal + "inference: { max-batch: 0 }\n", "inference.max-batch: '0' is not what this key takes; give a whole number from 1 to 256")]
    [InlineData(Minimal + "inference: { threads: two }\n", "inference.threads: 'two' is not what this key takes; give a whole number from 0 to 256")]
    [InlineData(Minimal + "inference: { max-delay: -1s }\n", "inference.max-delay: '-1s' is not what this key takes")]
    [InlineData(Minimal + "background: nowhere.txt\n", "7:13: background: the file of background phrases cannot be read")]
    [InlineData(Minimal + "defaults: { alert: { phrases: [a] } }\n", "7:22: defaults.alert.phrases: unknown key")]
    [InlineData(Minimal + "defaults: { camera: { source: a } }\n", "defaults.camera.source: unknown key")]
    [InlineData(Minimal + "defaults: { alert: { begin-after: soon } }\n", "7:35: defaults.alert.begin-after: 'soon' is not what this key takes")]
    [InlineData(Minimal + "defaults: { alerts: {} }\n", "7:13: defaults.alerts: unknown key; did you mean 'alert'?")]
    [InlineData("model: m\ncameras: {}\nalerts: { a: { phrases: [x] } }\n", "2:10: cameras: nothing is in it; add at least one camera with its source")]
    [InlineData("model: m\ncameras: { a: { source: x } }\n", "1:1: alerts: missing; add at least one alert with its phrases")]
    [InlineData("model: ''\ncameras: { a: { source: x } }\nalerts: { a: { phrases: [x] } }\n", "1:8: model: this is not a path")]
    public void Read_Mistake_OneProblemThatNamesIt(string yaml, string expected) => Assert.Contains(expected, Assert.Single(Problems(yaml)), StringComparison.Ordinal);

    [Fact]
    public void Read_DefaultThatIsWrong_ReportedOnceWhoeverUsesIt() =>
        Assert.Single(Problems(Minimal + "  fall: { phrases: [y] }\ndefaults: { alert: { cooldown: soon } }\n"));

    [Fact]
    public void Read_SaslOverPlaintextAllowed_Good() => Assert.Equal("u", Good(Minimal +
        "sinks: { kafka: { bootstrap: \"k:1\", allow-plaintext-sasl: true, client: { security.protocol: sasl_plaintext, sasl.username: u } } }").Sinks.Kafka!.Client["sasl.username"]);

    [Fact]
    public void Read_NoSuchFile_Reported() => Assert.Equal(
        "/nowhere/site.yaml:1:1: there is no such file; correct the path, or start from config/streamactions.yaml",
        Assert.Single(StreamActionsFileReader.Read("/nowhere/site.yaml", Environment()).Problems).ToString());

    [Fact]
    public void Read_DeepNesting_IsAProblemNotACrash() =>
        Assert.Contains("levels of nesting", Assert.Single(Problems("a: " + new string('[', 100_000))), StringComparison.Ordinal);
}
