// The whole path without fakes: an RTSP server, the worker as a process, a Kafka broker and a consumer.
using System.Text.Json;
using System.Text.RegularExpressions;
using StreamActions.TestKit;
using StreamActions.TestKit.Kafka;
using StreamActions.TestKit.Rtsp;

namespace StreamActions.EndToEnd.Tests;

public sealed class CameraToKafkaTests(KafkaFixture kafka) : IClassFixture<KafkaFixture>, IDisposable
{
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(2);
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Run_RtspCamera_PublishesBeginAndEndWithCameraAsKey()
    {
        await using var server = await RtspServer.StartAsync("entrance", OperatorsFile.Sample("entrance.mp4"));
        var file = OperatorsFile.Write(_folder, $"e2e-rtsp: {{ source: \"{server.Url("entrance")}\" }}", kafka.Broker.Bootstrap);
        await using var worker = WorkerProcess.Start(["run", "--config", file]);
        using var reader = new KafkaReader(kafka.Broker.Bootstrap, "streamactions.e2e");

        var records = await reader.ReadUntilAsync(r => Of(r, "e2e-rtsp", "end").Any(), Timeout, CancellationToken.None);
        Assert.True(Of(records, "e2e-rtsp", "end").Any(), worker.Output);

        var end = Of(records, "e2e-rtsp", "end").First();
        var data = JsonDocument.Parse(end.Value).RootElement;
        var begin = Assert.Single(Of(records, "e2e-rtsp", "begin"), b => EventId(b) == EventId(end));
        Assert.Equal("e2e-rtsp", begin.Key);
        Assert.Equal("/cameras/e2e-rtsp", begin.Headers["ce_source"]);
        Assert.Matches("^[0-9a-f]{32}$", begin.Headers["ce_id"]);
        Assert.NotEqual(begin.Headers["ce_id"], end.Headers["ce_id"]);
        Assert.Contains(data.GetProperty("phrase").GetString(), new[] { "a person falls down", "a person jumps", "two people fighting" });
        Assert.True(data.GetProperty("endedAt").GetDateTimeOffset() > data.GetProperty("beganAt").GetDateTimeOffset());

        await worker.TerminateAsync();
        Assert.Equal(0, await worker.ExitAsync(TimeSpan.FromSeconds(15)));
    }

    [Fact]
    public async Task Run_SameRecordingTwice_PublishesSameEventIds()
    {
        const string camera = "e2e-file";
        List<string[]> runs = [];
        for (var run = 0; run < 2; run++)
        {
            var topic = $"streamactions.rerun-{run}";
            var source = $"{camera}: {{ source: \"file:{OperatorsFile.Sample("aisle.mp4")}\", pace: fast }}";
            var file = OperatorsFile.Write(_folder, source, kafka.Broker.Bootstrap, topic: topic);
            await using var worker = WorkerProcess.Start(["run", "--until-end", "--config", file]);
            Assert.Equal(0, await worker.ExitAsync(Timeout));
            var published = Regex.Count(worker.Output, @"(begin|update|end) +sudden ");
            Assert.True(published >= 2, worker.Output);
            using var reader = new KafkaReader(kafka.Broker.Bootstrap, topic);
            var records = await reader.ReadUntilAsync(r => r.Count >= published, TimeSpan.FromSeconds(30), CancellationToken.None);
            Assert.All(records, r => Assert.Equal(camera, r.Key));
            runs.Add([.. records.OrderBy(r => r.Offset).Select(r => r.Headers["ce_id"])]);
        }
        Assert.Equal(runs[0], runs[1]);
    }

    private static string? EventId(ReadRecord record) => JsonDocument.Parse(record.Value).RootElement.GetProperty("eventId").GetString();

    private static IEnumerable<ReadRecord> Of(IEnumerable<ReadRecord> records, string camera, string phase) =>
        records.Where(r => r.Key == camera && r.Headers["ce_type"] == $"streamactions.action.{phase}");
}
