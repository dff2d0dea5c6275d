// The train verb: from nothing, and on recordings from weights of others to a run that is done.
using StreamActions.TestKit;
using StreamActions.Trainer.Commands;
using StreamActions.Trainer.Tests.Training;
using StreamActions.Trainer.Training;

namespace StreamActions.Trainer.Tests.Commands;

public sealed class TrainCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("recordings-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string In(string name) => Path.Combine(_folder, name);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void FromNothing_MaskedTask_HasItsHeadWhenItIsOn(bool masked)
    {
        var source = new MovingBarSource(4, 16);
        var clip = SmallRuns.Clip;
        var run = RunFolder.Create(In("fresh"), TrainCommand.FromNothing(clip, 2, masked), clip, SmallRuns.Options(1), source);
        using var network = run.LoadNetwork();
        Assert.Equal(masked, network.Network.Masked is not null);
        Assert.Equal(masked ? ["bar", "left", "moves", "right"] : [], run.Words);
        // The last block that encodes texts has its adapter either way.
        Assert.Contains("transformer.resblocks.2.adapter_pre_mlp.textad_fc1.weight", network.Parameters.Tensors.Keys);
    }

    [Fact]
    public void Train_FolderPerClassWithABrokenRecording_TrainsInEpochsAndSkipsIt()
    {
        SmallRuns.Pretrained(In("clip"), new MovingBarSource(4, 16));
        foreach (var (name, colour) in new[] { ("red_room", 0xC02020), ("blue_room", 0x2020C0) })
        {
            Directory.CreateDirectory(In($"data/{name}"));
            for (var n = 0; n < 8; n++)
                TestVideo.MakeColour(In($"data/{name}/{n}.mp4"), colour, 64, 64, seconds: 2);
        }
        File.WriteAllText(In("data/red_room/broken.mp4"), "no video");
        string[] arguments = ["--run", In("run"), "--from", In("clip"), "--data", In("data"), "--held-out", "0.3", "--augment", "none", "--batch", "4", "--epochs", "2", "--device", "cpu"];
        Assert.Equal(0, TrainCommand.Create().Parse(arguments).Invoke());

        var run = RunFolder.Open(In("run"));
        Assert.Equal(["blue_room", "red_room"], run.Classes.Select(c => c.Name));
        Assert.Equal(run.Options.Steps, run.LatestStep());
        Assert.InRange(run.Options.Steps, 4, 8);
        Assert.Equal(In("data"), run.Options.Data.Source);
        Assert.NotNull(run.Checkpoints.Best());
        // Done is done: the same command has nothing left to do.
        Assert.Equal(0, TrainCommand.Create().Parse(["--run", In("run")]).Invoke());
    }

    [Theory]
    [InlineData("--data", "nowhere")]
    [InlineData("--views", "4")]
    [InlineData("--augment", "everything")]
    [InlineData("--replay-share", "1")]
    [InlineData("--epochs", "0")]
    public void Train_OptionThatCannotBe_StartsNothing(string option, string value)
    {
        SmallRuns.Pretrained(In("clip"), new MovingBarSource(4, 16));
        foreach (var name in (string[])["red_room", "blue_room"])
        {
            Directory.CreateDirectory(In($"data/{name}"));
            for (var n = 0; n < 8; n++)
                File.WriteAllText(In($"data/{name}/{n}.mp4"), "listed, and never read");
        }
        string[] arguments = ["--run", In("run"), "--from", In("clip"), "--replay", "generated", "--device", "cpu"];
        string[] steps = option == "--epochs" ? [] : ["--steps", "0"], data = option == "--data" ? [] : ["--data", In("data")];

        Assert.Equal(1, TrainCommand.Create().Parse([.. arguments, .. steps, .. data, option, value]).Invoke());
        Assert.False(RunFolder.Exists(In("run")));
        // It is this option alone: without it there is a run.
        Assert.Equal(0, TrainCommand.Create().Parse([.. arguments, "--steps", "0", "--data", In("data")]).Invoke());
        Assert.True(RunFolder.Exists(In("run")));
    }
}
