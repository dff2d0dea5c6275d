// The worker and the demo model on a mostly still recording, with and without the motion gate.
using System.Globalization;
using System.Text.RegularExpressions;
using StreamActions.TestKit;

namespace StreamActions.EndToEnd.Tests;

public sealed partial class StillSceneTests : IDisposable
{
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(5), Stride = TimeSpan.FromSeconds(1);
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private sealed record LoggedEvent(string Phase, string Alert, string Phrase, TimeSpan At);

    [Fact]
    public async Task Run_MostlyStillRecording_GateSkipsFourFifthsAndKeepsEvents()
    {
        // 50 s of film with action for about half of the time. At three places the picture is held for 100 s.
        var film = TestVideo.Hold(_folder.File("still.mp4"), OperatorsFile.Sample("aisle.mp4"), 100, 2, 13, 38);
        var (ungated, expected) = await RunAsync(film, gate: false);
        var (gated, actual) = await RunAsync(film, gate: true);
        TestContext.Current.SendDiagnosticMessage("{0} windows without the gate, {1} with it; {2} events", ungated, gated, expected.Length);

        Assert.True(gated <= 0.2 * ungated, $"{gated} of {ungated} windows");
        Assert.Equal(expected.Select(e => (e.Phase, e.Alert, e.Phrase)), actual.Select(e => (e.Phase, e.Alert, e.Phrase)));
        Assert.True(expected.Length >= 8, $"only {expected.Length} events without the gate");
        Assert.All(expected.Zip(actual), pair =>
            Assert.True((pair.First.At - pair.Second.At).Duration() <= Stride, $"{pair.First} and {pair.Second}"));
    }

    private async Task<(long Windows, LoggedEvent[] Events)> RunAsync(string film, bool gate)
    {
        var motionGate = gate ? "true" : "false";
        var file = OperatorsFile.Write(
            _folder, $"still: {{ source: \"file:{film}\", pace: fast, started-at: 2026-01-01T00:00:00Z, motion-gate: {motionGate} }}");
        File.AppendAllText(file, """

              picks-up:
                phrases: ["a person picks up a box", "a person takes a package from the floor"]
                not: ["a person puts down a box", "a person sits down"]
                begin-after: 400ms
                end-after: 1500ms
              waving:
                phrases: ["a person waves a hand", "a person waves at the camera"]
                not: ["a person jumps"]
                begin-after: 400ms
                end-after: 1500ms
              gets-up:
                phrases: ["a person gets up from the floor", "a person gets back up"]
                not: ["a person falls down", "a person stands up", "a person is lying on the floor"]
                begin-after: 400ms
                end-after: 1500ms
            """);
        File.Delete(_folder.File("events.db"));
        await using var worker = WorkerProcess.Start(["run", "--until-end", "--config", file]);
        Assert.Equal(0, await worker.ExitAsync(Timeout));
        Assert.DoesNotContain("is blind", worker.Output, StringComparison.Ordinal);
        var totals = Totals().Match(worker.Output);
        Assert.True(totals.Success, worker.Output);
        Assert.Equal(gate, totals.Groups["still"].Value != "0");
        return (long.Parse(totals.Groups["windows"].Value, CultureInfo.InvariantCulture),
        [
            .. Event().Matches(worker.Output).Select(m => new LoggedEvent(
                m.Groups["phase"].Value, m.Groups["alert"].Value, m.Groups["phrase"].Value,
                TimeSpan.Parse(m.Groups["to"].Value, CultureInfo.InvariantCulture))),
        ]);
    }

    [GeneratedRegex(@"(?<windows>\d+) windows decided, (?<still>\d+) skipped as still")]
    private static partial Regex Totals();

    [GeneratedRegex("""(?<phase>begin|end) +(?<alert>\S+) +still +[\d.]+ "(?<phrase>[^"]+)".*, window \S+–(?<to>[\d:.]+)""")]
    private static partial Regex Event();
}
