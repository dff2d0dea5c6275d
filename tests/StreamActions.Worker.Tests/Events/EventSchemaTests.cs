// The published schema accepts every event that the worker sends, and nothing else.
using System.Text.Json.Nodes;
using StreamActions.TestKit;
using StreamActions.Worker.Events;

namespace StreamActions.Worker.Tests.Events;

public sealed class EventSchemaTests
{
    private static readonly JsonNode Schema = JsonNode.Parse(
        File.ReadAllText(Path.Combine(RepositoryPaths.Root, "config", "event.schema.json")))!;

    [Fact]
    public void SchemaId_EqualsDataSchemaHeader() => Assert.Equal(CloudEventJson.DataSchema, (string?)Schema["$id"]);

    [Fact]
    public void Schema_EveryKindOfEvent_IsValid()
    {
        foreach (var streamEvent in SampleEvents.All)
            Assert.Empty(new SchemaCheck(Schema).Problems(JsonNode.Parse(CloudEventJson.Encode(streamEvent).Payload)));
    }

    [Theory]
    [InlineData("eventId", "\"xyz\"")]
    [InlineData("alert", "\"\"")]
    [InlineData("zone", "3")]
    [InlineData("beganAt", "\"yesterday\"")]
    [InlineData("beganAt", "null")]
    [InlineData("score", "1.5")]
    [InlineData("window", "{}")]
    [InlineData("runnerUp", "\"a phrase\"")]
    [InlineData("latencyMs", "-1")]
    [InlineData("colour", "\"red\"")]
    public void Schema_WrongField_IsInvalid(string field, string json)
    {
        var data = JsonNode.Parse(CloudEventJson.Encode(SampleEvents.Begin).Payload)!;
        data[field] = JsonNode.Parse(json);

        Assert.NotEmpty(new SchemaCheck(Schema).Problems(data));
    }

    [Fact]
    public void Schema_MissingField_IsInvalid()
    {
        foreach (var streamEvent in SampleEvents.All)
        {
            var whole = JsonNode.Parse(CloudEventJson.Encode(streamEvent).Payload)!.AsObject();
            foreach (var name in whole.Select(member => member.Key).ToList())
            {
                var part = whole.DeepClone().AsObject();
                part.Remove(name);
                Assert.NotEmpty(new SchemaCheck(Schema).Problems(part));
            }
        }
    }
}
