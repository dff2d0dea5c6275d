// Encoded events: CloudEvents 1.0 headers and the exact JSON of each kind.
using System.Text.Json;
using StreamActions.Worker.Alerts;
using StreamActions.Worker.Events;

namespace StreamActions.Worker.Tests.Events;

public sealed class CloudEventJsonTests
{
    [Fact]
    public void Encode_Begin_WritesHeadersOfKafkaBinding()
    {
        var encoded = CloudEventJson.Encode(SampleEvents.Begin);

        Assert.Equal(
            new SortedDictionary<string, string>
            {
                ["ce_specversion"] = "1.0",
                ["ce_id"] = encoded.Id,
                ["ce_source"] = "/cameras/dock-east",
                ["ce_type"] = "streamactions.action.begin",
                ["ce_time"] = "2026-03-01T12:00:01.200Z",
                ["ce_dataschema"] = "urn:streamactions:event:1",
                ["content-type"] = "application/json",
            },
            encoded.Headers);
        Assert.Equal("dock-east", encoded.Key);
        Assert.Equal(EventIdentity.Of(SampleEvents.Begin), encoded.Id);
        Assert.Equal("streamactions.action.begin", encoded.Type);
    }

    [Fact]
    public void Encode_Begin_WritesThisJson() =>
        Assert.Equal(
            """
            {"eventId":"47c57ddc3639d1ddefdc75720c5d316d","alert":"fight","camera":"dock-east","zone":"gate",
            "beganAt":"2026-03-01T12:00:00Z","endedAt":null,"window":{"from":"2026-03-01T12:00:00Z","to":"2026-03-01T12:00:01.200Z"},
            "score":0.83,"peakScore":0.83,"threshold":{"enter":0.7,"exit":0.56},"phrase":"two people fighting",
            "runnerUp":{"phrase":"people hugging","score":0.11},
            "model":{"name":"demo","version":"1.0.0","sha256":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"},
            "configHash":"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb","snapshot":null,"latencyMs":412.5}
            """.ReplaceLineEndings(""),
            CloudEventJson.Encode(SampleEvents.Begin).Payload);

    [Fact]
    public void Encode_EndOfWholePicture_WritesThisJson() =>
        Assert.Equal(
            $$"""
            {"eventId":"{{EventIdentity.OfAction(SampleEvents.End)}}","alert":"fight","camera":"dock-east","zone":null,
            "beganAt":"2026-03-01T12:00:00Z","endedAt":"2026-03-01T12:00:17Z",
            "window":{"from":"2026-03-01T12:00:00Z","to":"2026-03-01T12:00:01.200Z"},
            "score":0.83,"peakScore":0.83,"threshold":{"enter":0.7,"exit":0.56},"phrase":"two people fighting","runnerUp":null,
            "model":{"name":"demo","version":"1.0.0","sha256":"{{new string('a', 64)}}"},"configHash":"{{new string('b', 64)}}",
            "snapshot":"snapshots/1.jpg","latencyMs":412.5}
            """.ReplaceLineEndings(""),
            CloudEventJson.Encode(SampleEvents.End with { Snapshot = "snapshots/1.jpg" }).Payload);

    [Fact]
    public void Encode_Blind_WritesThisJson() =>
        Assert.Equal(
            """
            {"camera":"dock-east","state":"blind","at":"2026-03-01T12:00:00Z","reason":"offline",
            "detail":"the connection was refused"}
            """.ReplaceLineEndings(""),
            CloudEventJson.Encode(SampleEvents.Blind).Payload);

    [Fact]
    public void Encode_EveryKind_WritesItsType() =>
        Assert.Equal(
            [
                "streamactions.action.begin", "streamactions.action.update", "streamactions.action.end",
                "streamactions.camera.blind", "streamactions.camera.seeing",
            ],
            SampleEvents.All.Select(e => CloudEventJson.Encode(e).Headers["ce_type"]));

    [Fact]
    public void Encode_PhasesOfOneAction_ShareEventIdButNotId()
    {
        var begin = CloudEventJson.Encode(SampleEvents.Begin);
        var end = CloudEventJson.Encode(SampleEvents.Begin with { Phase = ActionPhase.End, Sequence = 1 });

        Assert.NotEqual(begin.Id, end.Id);
        Assert.Equal(EventIdOf(begin), EventIdOf(end));
    }

    [Fact]
    public void Encode_TimeWithOffset_IsWrittenInUtc()
    {
        var time = new DateTimeOffset(2026, 7, 1, 2, 0, 0, TimeSpan.FromHours(3));
        var encoded = CloudEventJson.Encode(SampleEvents.Blind with { Time = time });

        Assert.Equal("2026-06-30T23:00:00Z", encoded.Headers["ce_time"]);
        Assert.Contains("\"at\":\"2026-06-30T23:00:00Z\"", encoded.Payload, StringComparison.Ordinal);
    }

    [Fact]
    public void Encode_NonAsciiPhrase_IsNotEscaped() =>
        Assert.Contains(
            "\"zwei prügeln sich\"", CloudEventJson.Encode(SampleEvents.Begin with { Phrase = "zwei prügeln sich" }).Payload,
            StringComparison.Ordinal);

    [Fact]
    public void Encode_ScoreIsNaN_Throws() =>
        Assert.Throws<ArgumentException>(() => CloudEventJson.Encode(SampleEvents.Begin with { Score = double.NaN }));

    private static string EventIdOf(EncodedEvent encoded)
    {
        using var data = JsonDocument.Parse(encoded.Payload);
        return data.RootElement.GetProperty("eventId").GetString()!;
    }
}
