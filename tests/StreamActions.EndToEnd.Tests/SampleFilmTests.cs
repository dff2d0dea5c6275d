// The worker on the sample films: the stored events equal those of a reference run.
using System.Globalization;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using StreamActions.TestKit;

namespace StreamActions.EndToEnd.Tests;

/// <summary>
/// Detects unintended changes of the worker's decisions. After an intended change (another model, other thresholds), compare the events by
/// hand. Then write the new reference: run the test with the environment variable STREAMACTIONS_WRITE_REFERENCE=1.
/// </summary>
public sealed class SampleFilmTests : IDisposable
{
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(3);
    private static readonly string Reference =
        Path.Combine(RepositoryPaths.Root, "tests", "StreamActions.EndToEnd.Tests", "SampleFilmEvents.tsv");

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    // One stored event: the fields that must be equal, and the peak score, whose rounding depends on the processor.
    private sealed record Stored(string Identity, double? Peak);

    [Fact]
    public async Task Run_SampleFilms_StoresEventsOfReferenceRun()
    {
        await using var worker = WorkerProcess.Start(["run", "--until-end", "--config", WriteConfiguration()]);
        Assert.Equal(0, await worker.ExitAsync(Timeout));
        string[] lines = [.. ReadStore()];
        if (Environment.GetEnvironmentVariable("STREAMACTIONS_WRITE_REFERENCE") == "1")
            await File.WriteAllLinesAsync(Reference, lines, TestContext.Current.CancellationToken);

        var expected = Parse(await File.ReadAllLinesAsync(Reference, TestContext.Current.CancellationToken));
        var actual = Parse(lines);
        Assert.Equal(expected.Select(e => e.Identity), actual.Select(e => e.Identity));
        Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First.Peak ?? 0, pair.Second.Peak ?? 0, tolerance: 0.01));
    }

    // The example configuration with other sources: both films at pace: fast, at a fixed time within the schedule.
    private string WriteConfiguration()
    {
        const string recording = "pace: fast\n    started-at: 2026-03-02T20:00:00Z";
        var example = File.ReadAllText(Path.Combine(RepositoryPaths.Root, "config", "streamactions.yaml"));
        var text = Replace(example, "loop: true", recording);
        text = Replace(text, "source: \"rtsp://127.0.0.1:8554/entrance\"", $"source: \"file:samples/entrance.mp4\"\n    {recording}");
        text = Replace(text, "path: data/events.db", $"path: {_folder.File("events.db")}");
        var path = _folder.File("films.yaml");
        File.WriteAllText(path, text);
        File.Copy(Path.Combine(RepositoryPaths.Root, "config", "background.txt"), _folder.File("background.txt"));
        return path;
    }

    private static string Replace(string text, string old, string with)
    {
        Assert.Contains(old, text, StringComparison.Ordinal);
        return text.Replace(old, with, StringComparison.Ordinal);
    }

    private IEnumerable<string> ReadStore()
    {
        using SqliteConnection store = new($"Data Source={_folder.File("events.db")};Mode=ReadOnly;Pooling=False");
        store.Open();
        using var command = store.CreateCommand();
        command.CommandText = "select key, id, type, payload from events order by key, seq";
        using var rows = command.ExecuteReader();
        while (rows.Read())
        {
            using var payload = JsonDocument.Parse(rows.GetString(3));
            var data = payload.RootElement;
            var (camera, id, phase) = (rows.GetString(0), rows.GetString(1), rows.GetString(2).Split('.')[^1]);
            yield return data.TryGetProperty("alert", out var alert)
                ? string.Join('\t', camera, id, phase, alert.GetString(), data.GetProperty("beganAt").GetString(),
                    data.GetProperty("window").GetProperty("to").GetString(),
                    data.GetProperty("peakScore").GetDouble().ToString("f3", CultureInfo.InvariantCulture),
                    data.GetProperty("phrase").GetString())
                : string.Join('\t', camera, id, phase, data.GetProperty("reason").GetString(), data.GetProperty("at").GetString());
        }
    }

    private static List<Stored> Parse(string[] lines) =>
    [
        .. lines.Select(line => line.Split('\t')).Select(fields => fields.Length < 8
            ? new Stored(string.Join(' ', fields), null)
            : new Stored(string.Join(' ', fields.Where((_, i) => i != 6)), double.Parse(fields[6], CultureInfo.InvariantCulture))),
    ];
}
