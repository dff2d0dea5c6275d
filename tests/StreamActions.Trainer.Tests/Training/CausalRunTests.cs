// Causal training: warm-up frames in every loss, learning, resuming, and what decides whether a run is causal.
using StreamActions.Core.Bundles;
using StreamActions.TestKit;
using StreamActions.Trainer.Commands;
using StreamActions.Trainer.Data;
using StreamActions.Trainer.Evaluation;
using StreamActions.Trainer.Losses;
using StreamActions.Trainer.Network;
using StreamActions.Trainer.Tests.Commands;
using StreamActions.Trainer.Text;
using StreamActions.Trainer.Training;
using static TorchSharp.torch;

namespace StreamActions.Trainer.Tests.Training;

[Collection(ConsoleOutput.Collection)]
public sealed class CausalRunTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly MovingBarSource _source = new(4, 16);

    public CausalRunTests() => SmallRuns.Pretrained(In("clip"), _source);

    public void Dispose() => _folder.Dispose();

    private string In(string name) => _folder.File(name);

    private static TrainingOptions Options(long steps) => SmallRuns.Options(steps) with { Temporal = TemporalMode.Causal };

    private RunFolder Causal(string name, long steps) => SmallRuns.Adapted(In(name), In("clip"), _source, Options(steps));

    [Fact]
    public void Of_Batches_CoversNoneToClipLength()
    {
        var config = Causal("run", 1).Config;
        var numbers = Enumerable.Range(0, 400).Select(batch => WarmUpFrames.Of(config, 1, batch)).ToList();
        // Five numbers with a share of a fifth each; 400 draws deviate by at most 40 from 80.
        Assert.Equal([0, 1, 2, 3, 4], numbers.Distinct().Order());
        Assert.All(numbers.GroupBy(n => n), group => Assert.InRange(group.Count(), 40, 120));
        Assert.Equal(numbers, Enumerable.Range(0, 400).Select(batch => WarmUpFrames.Of(config, 1, batch)));
        Assert.NotEqual(numbers, Enumerable.Range(0, 400).Select(batch => WarmUpFrames.Of(config, 2, batch)));
        Assert.All(Enumerable.Range(0, 40), n => Assert.Equal(0, WarmUpFrames.Of(config with { Temporal = default }, 1, n)));
    }

    [Fact]
    public void Forward_WarmUpFrames_AreNotScoredButReceiveGradient()
    {
        using var network = SmallRuns.Shaken(Causal("run", 1)).LoadNetwork();
        var frames = randn([2, 7, 16, 16, 3], generator: new Generator(3, CPU));
        frames.requires_grad = true;
        var output = network.Network.Vision.Forward(frames, 7);
        Assert.Equal([2, 4, 32], output.FrameEmbeddings.shape);
        var weights = randn(output.VideoEmbedding.shape, generator: new Generator(4, CPU));
        ((output.VideoEmbedding * weights).sum() + output.ClassLogits!.sum()).backward();
        for (var t = 0; t < 7; t++)
            Assert.True(frames.grad!.select(1, t).abs().max().item<float>() > 0, $"frame {t}");
    }

    [Fact]
    public void Of_FourTasks_SeeWarmUpThroughStateOnly()
    {
        var run = SmallRuns.Shaken(Causal("run", 1));
        using var network = run.LoadNetwork();
        var losses = new MultiTaskLoss(network, new LossWeights(), run.Classes, new LabelWords(run.Words));
        IReadOnlyDictionary<string, double> Parts(Func<TrainingClip, TrainingClip> change)
        {
            TrainingClip[] clips = [.. Enumerable.Range(0, 8).Select(i => change(_source.Training(i, earlier: 3)))];
            return losses.Of(clips, 1).Parts;
        }
        static TrainingClip First(TrainingClip clip, Action<byte[]> change)
        {
            var pixels = (byte[])clip.Pixels.Clone();
            change(pixels);
            return clip with { Pixels = pixels };
        }
        var parts = Parts(clip => clip);
        Assert.Equal(["contrastive", "cross-modal", "visual", "masked"], parts.Keys);
        // Without state, a network would ignore frames that are not scored.
        var other = Parts(clip => First(clip, pixels => pixels.AsSpan(0, 3 * 16 * 16 * 3).Reverse()));
        Assert.All(parts.Keys, name => Assert.NotEqual(parts[name], other[name]));
        // The same clips as a fresh stream are another batch: the losses follow the frames that they get.
        var fresh = losses.Of([.. Enumerable.Range(0, 8).Select(i => _source.Training(i))], 1).Parts;
        Assert.All(parts.Keys, name => Assert.NotEqual(parts[name], fresh[name]));
    }

    [Fact]
    public async Task RunAsync_CausalRun_LearnsOrderOnFreshAndOnWarmStream()
    {
        var run = Causal("run", 250);
        List<double> losses = [];
        await new TrainingLoop(run, _source).RunAsync(s => losses.Add(s.Loss), (_, _) => { }, CancellationToken.None);
        using var network = run.LoadNetwork();
        var report = Evaluator.Run(network, _source.Evaluation(perClass: 50, earlier: 4)[0]);
        Assert.InRange(report.TimeOrder!.Ordered.Value, 0.9, 1);
        Assert.InRange(report.TimeOrder!.Shuffled.Value, 0.3, 0.7);
        Assert.InRange(report.WarmedUp!.Ordered!.Value, 0.9, 1);
    }

    [Fact]
    public async Task RunAsync_StoppedAndResumed_GivesSameLosses()
    {
        List<double> whole = [], parts = [];
        await new TrainingLoop(Causal("whole", 12), _source).RunAsync(s => whole.Add(s.Loss), (_, _) => { }, CancellationToken.None);
        using var stop = new CancellationTokenSource();
        await new TrainingLoop(Causal("parts", 12), _source).RunAsync(s =>
        {
            parts.Add(s.Loss);
            if (s.Step == 5)
                stop.Cancel();
        }, (_, _) => { }, stop.Token);
        var resumed = RunFolder.Open(In("parts"));
        Assert.Equal((TemporalMode.Causal, 5), (resumed.Config.Temporal, resumed.LatestStep()));
        await new TrainingLoop(resumed, _source).RunAsync(s => parts.Add(s.Loss), (_, _) => { }, CancellationToken.None);
        Assert.Equal(whole.Count, parts.Count);
        for (var i = 0; i < whole.Count; i++)
            Assert.Equal(whole[i], parts[i], 1e-4);
    }

    [Fact]
    public void Train_TemporalOption_IsKeptByRunAndByRunsFromIt()
    {
        string[] Arguments(string run, string from) =>
            ["--run", In(run), "--from", In(from), "--steps", "0", "--device", "cpu", "--data", "generated"];
        static int Train(params string[] arguments) => TrainCommand.Create().Parse(arguments).Invoke();
        TemporalMode Mode(string run) => RunFolder.Open(In(run)) is var folder && folder.Config.Temporal == folder.Options.Temporal
            ? folder.Config.Temporal
            : throw new InvalidOperationException("settings and network differ");

        Assert.Equal(0, Train(Arguments("default", "clip")));
        Assert.Equal(TemporalMode.Bidirectional, Mode("default"));
        Assert.Equal(0, Train([.. Arguments("causal", "clip"), "--temporal", "causal"]));
        Assert.Equal(TemporalMode.Causal, Mode("causal"));
        Assert.Contains("--temporal causal", RunSettings.Command("run", RunFolder.Open(In("causal")).Options), StringComparison.Ordinal);
        // A continued run and a run from its weights keep the mode.
        Assert.Equal(0, Train("--run", In("causal")));
        Assert.Equal(1, Train("--run", In("causal"), "--temporal", "bidirectional"));
        Assert.Equal(0, Train(Arguments("next", "causal")));
        Assert.Equal(TemporalMode.Causal, Mode("next"));
        // The option changes it, and the weights stay.
        Assert.Equal(0, Train([.. Arguments("changed", "default"), "--temporal", "causal"]));
        Assert.Equal(TemporalMode.Causal, Mode("changed"));
        const string Adapter = "visual.transformer.resblocks.0.adapter_pre_mlp.fc1.weight";
        Assert.Equal(
            RunFolder.Open(In("default")).BestOrLatest()!.Read()[Adapter].Values,
            RunFolder.Open(In("changed")).BestOrLatest()!.Read()[Adapter].Values);
    }

    [Fact]
    public void Train_CausalWithoutVisionAdapters_IsRefused()
    {
        var message = Assert.Throws<TrainerException>(
            () => SmallRuns.Adapted(In("run"), In("clip"), _source, Options(1), AdapterPlaces.Text)).Message;
        Assert.Contains("--temporal causal: this network has no adapters in its vision branch", message, StringComparison.Ordinal);
        Assert.False(RunFolder.Exists(In("run")));
        Assert.Equal(1, TrainCommand.Create().Parse(["--run", In("run"), "--temporal", "per-frame"]).Invoke());
    }

    [Fact]
    public void Export_CausalRun_KeepsModeInManifestAndTrainingWeights()
    {
        var path = In("run");
        var run = SmallRuns.Adapted(path, In("clip"), new GeneratedClipSource(SmallRuns.Clip), Options(1));
        using (var network = run.LoadNetwork())
        using (no_grad())
        using (TorchSharp.Scalar effect = 0.1)
        {
            // New adapters change nothing, and an export would find a per-frame network.
            network.Parameters.Tensors["visual.t_adapter.conv.bias"].fill_(effect);
            run.Checkpoints.Save(1, network.Parameters, null);
        }
        Assert.Equal(0, ExportCommand.Create()
            .Parse(["--run", path, "--name", "causal", "--to", In("bundle"), "--per-class", "1", "--strength", "0.8"]).Invoke());
        Assert.Equal(TemporalMode.Causal, ModelBundle.Open(In("bundle")).Manifest.Temporal);
        Assert.Equal(TemporalMode.Causal, StartingPoint.Open(In("bundle")).Config.Temporal);
        Assert.NotNull(ReportFile.Open(In("bundle")).Sets[0].WarmedUp);
        using var model = EvaluatedModel.Open(In("bundle"), CPU, AdapterStrength.Full);
        Assert.Equal(TemporalMode.Causal, model.Network.Config.Temporal);
    }
}
