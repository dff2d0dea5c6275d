// The train verb: from random weights, and on recordings from pretrained weights.
using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using StreamActions.TestKit;
using StreamActions.Trainer.Commands;
using StreamActions.Trainer.Data;
using StreamActions.Trainer.Data.Layouts;
using StreamActions.Trainer.Tests.Training;
using StreamActions.Trainer.Training;

namespace StreamActions.Trainer.Tests.Commands;

[Collection(ConsoleOutput.Collection)]
public sealed class TrainCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("recordings-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string In(string name) => Path.Combine(_folder, name);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void FromNothing_MaskedTaskOnOrOff_HasHeadOnlyWhenOn(bool masked)
    {
        var source = new MovingBarSource(4, 16);
        var clip = SmallRuns.Clip;
        var run = RunFolder.Create(In("fresh"), TrainCommand.FromScratch(clip, 2, masked), clip, SmallRuns.Options(1), source);
        using var network = run.LoadNetwork();
        Assert.Equal(masked, network.Network.Masked is not null);
        Assert.Equal(masked ? ["bar", "left", "moves", "right"] : [], run.Words);
        // The last text block has its adapter in both cases.
        Assert.Contains("transformer.resblocks.2.adapter_pre_mlp.textad_fc1.weight", network.Parameters.Tensors.Keys);
    }

    [Fact]
    public void Train_EpochsWithBrokenRecording_SkipsItAndCompletes()
    {
        SmallRuns.Pretrained(In("clip"), new MovingBarSource(4, 16));
        foreach (var (name, colour) in new[] { ("red_room", 0xC02020), ("blue_room", 0x2020C0) })
        {
            Directory.CreateDirectory(In($"data/{name}"));
            for (var n = 0; n < 8; n++)
                TestVideo.MakeColour(In($"data/{name}/{n}.mp4"), colour, 64, 64, seconds: 2);
        }
        File.WriteAllText(In("data/red_room/broken.mp4"), "no video");
        string[] arguments = ["--run", In("run"), "--from", In("clip"), "--data", In("data"), "--held-out", "0.3", "--augment", "none",
            "--batch", "4", "--epochs", "2", "--device", "cpu"];
        Assert.Equal(0, TrainCommand.Create().Parse(arguments).Invoke());

        var run = RunFolder.Open(In("run"));
        Assert.Equal(["blue_room", "red_room"], run.Classes.Select(c => c.Name));
        Assert.Equal(run.Options.Steps, run.LatestStep());
        Assert.InRange(run.Options.Steps, 4, 8);
        Assert.Equal(In("data"), run.Options.Data.Source);
        Assert.NotNull(run.Checkpoints.Best());
        // The run is complete: the same command does nothing more.
        Assert.Equal(0, TrainCommand.Create().Parse(["--run", In("run")]).Invoke());
    }

    [Fact]
    public void AnyVerb_DataSetOfRun_IsOpenedOnce()
    {
        SmallRuns.Pretrained(In("clip"), new MovingBarSource(4, 16));
        foreach (var (name, colour) in new[] { ("red_room", 0xC02020), ("blue_room", 0x2020C0) })
        {
            Directory.CreateDirectory(In($"data/{name}"));
            for (var n = 0; n < 8; n++)
                TestVideo.MakeColour(In($"data/{name}/{n}.mp4"), colour, 64, 64, seconds: 1);
        }
        string[] begin =
            ["--run", In("run"), "--from", In("clip"), "--data", In("data"), "--held-out", "0.3", "--batch", "2", "--steps", "1"];

        Assert.Equal(1, OpenCount(() => Assert.Equal(0, TrainCommand.Create().Parse(begin).Invoke())));
        Assert.Equal(1, OpenCount(() => Assert.Equal(0, TrainCommand.Create().Parse(["--run", In("run"), "--steps", "2"]).Invoke())));
        string[] evaluate = ["--run", In("run"), "--per-class", "1"];
        Assert.Equal(1, OpenCount(() => Assert.Equal(0, EvaluateCommand.Create().Parse(evaluate).Invoke())));
        string[] export = ["--run", In("run"), "--name", "rooms", "--to", In("bundle"), "--per-class", "1"];
        Assert.Equal(1, OpenCount(() => Assert.Equal(0, ExportCommand.Create().Parse(export).Invoke())));
    }

    private int OpenCount(Action act)
    {
        var count = 0;
        void Count(string path) => Interlocked.Add(ref count, path == In("data") ? 1 : 0);
        DataSetReader.Opening += Count;
        act();
        DataSetReader.Opening -= Count;
        return count;
    }

    [Theory]
    [InlineData("--data", "nowhere")]
    [InlineData("--views", "4")]
    [InlineData("--augment", "everything")]
    [InlineData("--replay-share", "1")]
    [InlineData("--epochs", "0")]
    public void Train_InvalidOption_CreatesNoRun(string option, string value)
    {
        SmallRuns.Pretrained(In("clip"), new MovingBarSource(4, 16));
        foreach (var name in (string[])["red_room", "blue_room"])
        {
            Directory.CreateDirectory(In($"data/{name}"));
            for (var n = 0; n < 8; n++)
                File.WriteAllText(In($"data/{name}/{n}.mp4"), "listed, but never read");
        }
        string[] arguments = ["--run", In("run"), "--from", In("clip"), "--replay", "generated", "--device", "cpu"];
        string[] steps = option == "--epochs" ? [] : ["--steps", "0"], data = option == "--data" ? [] : ["--data", In("data")];

        Assert.Equal(1, TrainCommand.Create().Parse([.. arguments, .. steps, .. data, option, value]).Invoke());
        Assert.False(RunFolder.Exists(In("run")));
        // Only this option is invalid: without it the command creates a run.
        Assert.Equal(0, TrainCommand.Create().Parse([.. arguments, "--steps", "0", "--data", In("data")]).Invoke());
        Assert.True(RunFolder.Exists(In("run")));
    }

    [Fact]
    public void Train_RunOfOtherVerb_IsRefused()
    {
        SmallRuns.Pretrained(In("clip"), new GeneratedImageSource(SmallRuns.Clip with { Frames = 1 }));
        var options = File.ReadAllText(In("clip/options.json"));
        File.WriteAllText(In("clip/options.json"),
            options.Replace("\"source\": \"generated\"", "\"source\": \"generated-images\"", StringComparison.Ordinal));
        Assert.Contains("a run of 'pretrain'", Refused(["--run", In("clip")]), StringComparison.Ordinal);
        File.WriteAllText(
            In("clip/options.json"), options.Replace("\"made_by\": null", "\"made_by\": \"import-clip\"", StringComparison.Ordinal));
        Assert.Contains($"'train --run ANOTHER --from {In("clip")}'", Refused(["--run", In("clip")]), StringComparison.Ordinal);
        Assert.Contains("a run of 'import-clip'", Refused(["--run", In("clip")], PretrainCommand.Create()), StringComparison.Ordinal);
    }

    [Fact]
    public void Train_ExistingRun_NamesOptionsThatDiffer()
    {
        SmallRuns.Pretrained(In("clip"), new MovingBarSource(4, 16));
        string[] begun = ["--run", In("run"), "--from", In("clip"), "--steps", "0", "--batch", "4", "--masked", "0", "--rate", "0.002",
            "--device", "cpu"];
        Assert.Equal(0, TrainCommand.Create().Parse(begun).Invoke());
        Assert.Equal(0, TrainCommand.Create().Parse(begun).Invoke());
        Assert.Equal(0, TrainCommand.Create().Parse(["--run", In("run")]).Invoke());
        var message = Refused([.. begun, "--seed", "2", "--visual", "0.5", "--ted", "difference", "--patience", "0", "--bf16"]);
        Assert.Contains("--seed was 1, --bf16 was not given, --ted was both, --visual was 1;", message, StringComparison.Ordinal);
        Directory.Move(In("clip"), In("other"));
        Assert.Contains("--from was clip", Refused(["--run", In("run"), "--from", In("other")]), StringComparison.Ordinal);
    }

    [Fact]
    public void Train_ClassesChanged_IsRefused()
    {
        SmallRuns.Pretrained(In("clip"), new MovingBarSource(4, 16));
        foreach (var (name, colour) in new[] { ("red_room", 0xC02020), ("blue_room", 0x2020C0), ("a_green_room", 0x20C020) })
        {
            Directory.CreateDirectory(In($"all/{name}"));
            for (var n = 0; n < 8; n++)
                TestVideo.MakeColour(In($"all/{name}/{n}.mp4"), colour, 64, 64, seconds: 1);
        }
        Directory.CreateDirectory(In("data"));
        Directory.Move(In("all/red_room"), In("data/red_room"));
        Directory.Move(In("all/blue_room"), In("data/blue_room"));
        string[] begin = ["--run", In("run"), "--from", In("clip"), "--data", In("data"), "--held-out", "0.3", "--steps", "0"];
        Assert.Equal(0, TrainCommand.Create().Parse(begin).Invoke());
        Directory.Move(In("all/a_green_room"), In("data/a_green_room"));
        Assert.Contains("new: 'a_green_room'", Refused(["--run", In("run"), "--steps", "1"]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Train_InterruptedDuringStep_SavesCheckpointAndExitsZero()
    {
        using var process = Process.Start(new ProcessStartInfo("dotnet")
        {
            ArgumentList = { "exec", typeof(TrainCommand).Assembly.Location, "train", "--run", In("run"), "--batch", "64", "--steps",
                "100000", "--masked", "0", "--evaluate-every", "100000", "--device", "cpu", "--threads", "1" },
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        try
        {
            var cancellation = TestContext.Current.CancellationToken;
            var output = Task.WhenAll(
                process.StandardOutput.ReadToEndAsync(cancellation), process.StandardError.ReadToEndAsync(cancellation));
            while (!File.Exists(In("run/log.csv"))
                || !(await File.ReadAllTextAsync(In("run/log.csv"), cancellation)).Contains("step,1,", StringComparison.Ordinal))
            {
                Assert.False(process.HasExited, "the process ended before the signal");
                await Task.Delay(50, cancellation);
            }
            using (var kill = Process.Start("kill", ["-INT", process.Id.ToString(CultureInfo.InvariantCulture)]))   // like Ctrl-C
                await kill.WaitForExitAsync(cancellation);
            await process.WaitForExitAsync(cancellation);
            Assert.Equal(0, process.ExitCode);
            var step = RunFolder.Open(In("run")).LatestStep();
            Assert.InRange(step, 1, 99_999);
            Assert.Contains($"Stopped at step {step}", (await output)[0], StringComparison.Ordinal);
        }
        finally
        {
            process.Kill();
        }
    }

    private static string Refused(string[] arguments, Command? command = null)
    {
        using var console = new ConsoleOutput();
        Assert.Equal(1, (command ?? TrainCommand.Create()).Parse(arguments).Invoke());
        return console.Error;
    }
}
