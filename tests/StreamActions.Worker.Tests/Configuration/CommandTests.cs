// The output of `validate` and `explain`.
using StreamActions.Worker.Configuration;
using static StreamActions.Worker.Tests.Configuration.ConfigurationText;

namespace StreamActions.Worker.Tests.Configuration;

public sealed class CommandTests
{
    private const string Site = """
        model: models/demo
        defaults:
          camera: { transport: udp, input-options: { reorder_queue_size: 10, max_delay: 500000 } }
          alert: { begin-after: 400ms, cooldown: 5s }
        cameras:
          dock: { source: "rtsp://viewer:${DOCK}@10.0.0.5/sub?key=${DOCK}", zones: { gate: [[0,0],[1,0],[1,1]] } }
          aisle: { source: "file:a.mp4" }
        schedules:
          nights: { from: "18:00", to: "06:00", timezone: Europe/Berlin }
        alerts:
          fight:
            phrases: [two people fighting]
            not: [two people hugging]
            cameras: ["do*"]
            zones: [gate]
            schedule: nights
            threshold: 0.7
          fall: { phrases: [a person falls down], cameras: [aisle] }
        """;

    [Fact]
    public void Explain_Camera_WritesValuesAndOrigins()
    {
        var (code, text) = Written(Site, (path, output) => ExplainCommand.Run("dock", path, output, Environment(("DOCK", "hunter2"))));

        Assert.Equal(0, code);
        Assert.Equal("""
            Camera dock in FOLDER/site.yaml
              source             rtsp://***@10.0.0.5/sub?***  (line 6)
              enabled            true  (built-in)
              reader             auto  (built-in)
              transport          udp  (defaults, line 3)
              start-timeout      90s  (built-in)
              max-pixels         16777216  (built-in)
              hardware           none  (built-in)
              input-options      max_delay 500000, reorder_queue_size 10  (defaults, line 3)
              zones              gate  (line 6)
              motion-gate        true  (built-in)
              motion-sensitivity normal  (built-in)
              frozen-after       10s  (built-in)
              black-after        10s  (built-in)
              corrupt-after      10s  (built-in)

            Schedule nights
              days          every day  (built-in)
              from          18:00  (line 9)
              to            06:00  (line 9)
              timezone      Europe/Berlin  (line 9)

            Alert fight
              phrases       [two people fighting]  (line 12)
              not           [two people hugging]  (line 13)
              cameras       [do*]  (line 14)
              threshold     0.7  (line 17)
              zones         [gate]  (line 15)
              schedule      nights  (line 16)
              exit          0.56  (built-in)
              begin-after   400ms  (defaults, line 4)
              end-after     3s  (built-in)
              merge-gap     1s  (built-in)
              cooldown      5s  (defaults, line 4)
              update-every  10s  (built-in)

            All cameras
              model         models/demo  (line 1)
              background    built-in phrases  (built-in)
              device        auto  (built-in)
              precision     auto  (built-in)
              reuse         off  (built-in)
              threads       0  (built-in)
              parallel      0  (built-in)
              max-batch     64  (built-in)
              cuda-graphs   false  (built-in)
              max-delay     30ms  (built-in)
              stride        4  (built-in)
              max-latency   2s  (built-in)

            """, text);
    }

    [Fact]
    public void Explain_UnknownCamera_SuggestsSimilarName() => Assert.Equal(
        (1, "FOLDER/site.yaml: there is no camera 'dok'; did you mean 'dock'?\n"),
        Written(Site, (path, output) => ExplainCommand.Run("dok", path, output, Environment(("DOCK", "x")))));

    [Fact]
    public void Explain_InvalidFile_WritesProblems() => Assert.Equal(
        (1, "FOLDER/site.yaml:6:19: cameras.dock.source: environment variable DOCK is not set; "
            + "set DOCK, or set DOCK_FILE to a file that contains the value\n"),
        Written(Site, (path, output) => ExplainCommand.Run("dock", path, output, Environment())));

    [Fact]
    public void Validate_ValidFile_WritesSummary() => Assert.Equal(
        (0, "FOLDER/site.yaml: OK, 2 cameras, 2 alerts, 1 schedule; events stay in the store\n"),
        Written(Site, (path, output) => ValidateCommand.Run(path, output, Environment(("DOCK", "x")))));

    [Fact]
    public void Validate_InvalidFile_WritesProblemsAndCount()
    {
        var (code, text) = Written(
            WithAlert("{ phrases: [a], exit: 2, cool-down: 1s }"), (path, output) => ValidateCommand.Run(path, output));

        Assert.Equal(1, code);
        Assert.Equal("""
            FOLDER/site.yaml:6:32: alerts.fight.exit: invalid value '2'; use a number above 0 and below 1
            FOLDER/site.yaml:6:35: alerts.fight.cool-down: unknown key; did you mean 'cooldown'?
            FOLDER/site.yaml: 2 problems

            """, text);
    }

    [Theory]
    [InlineData("{ skip_frame: nokey }", "'nokey' decodes key frames only")]
    [InlineData("{ skip_frame: noref }", "'noref' skips frames")]
    [InlineData("{ skip_frame: default }", null)]
    [InlineData("{ skip_loop_filter: nokey }", null)]
    public void Validate_OptionThatStarvesTheModel_Warns(string options, string? warning)
    {
        var yaml = WithCamera($"{{ source: \"rtsp://10.0.0.5/sub\", input-options: {options} }}");

        var (code, text) = Written(yaml, (path, output) => ValidateCommand.Run(path, output, Environment()));

        Assert.Equal(0, code);
        if (warning is null)
            Assert.DoesNotContain("warning", text, StringComparison.Ordinal);
        else
            Assert.Contains($": cameras.aisle.input-options.skip_frame: {warning}", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_SnapshotCamera_KeepsItsSecret()
    {
        var camera = Good(
            WithCamera("{ source: \"snapshot:http://viewer:${PW}@10.0.0.5/snap.jpg?key=${PW}\", every: 500ms, max-pixels: 20000000 }"),
            ("PW", "hunter2")).Cameras["aisle"];

        Assert.Equal("snapshot:http://***@10.0.0.5/snap.jpg?***", camera.Source.Shown);
        Assert.Equal("http://viewer:hunter2@10.0.0.5/snap.jpg?key=hunter2", camera.Source.Address);
        Assert.Equal((true, TimeSpan.FromSeconds(0.5), 20_000_000), (camera.Source.IsSnapshot, camera.Every, camera.MaxPixels));
    }
}
