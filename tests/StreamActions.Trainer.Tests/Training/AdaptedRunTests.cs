// Adapters and heads on frozen weights: identity at the start, gradients of trained tensors only, rows of known classes kept.
using StreamActions.Trainer.Data;
using StreamActions.Trainer.Losses;
using StreamActions.Trainer.Text;
using StreamActions.Trainer.Training;
using static TorchSharp.torch;

namespace StreamActions.Trainer.Tests.Training;

public sealed class AdaptedRunTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("adapted-").FullName;
    private readonly MovingBarSource _source = new(4, 16);

    public AdaptedRunTests() => SmallRuns.Pretrained(In("clip"), _source);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string In(string name) => Path.Combine(_folder, name);

    private RunFolder Adapted(AdapterPlaces adapters = AdapterPlaces.Both) =>
        SmallRuns.Adapted(In("run"), In("clip"), _source, SmallRuns.Options(10), adapters);

    [Fact]
    public void From_FreshAdapters_IsMeanOfFrameEmbeddings()
    {
        using var adapted = Adapted().LoadNetwork();
        using var plain = RunFolder.Open(In("clip")).LoadNetwork();
        using var mode = no_grad();
        var pixels = randint(0, 256, [2, 4, 16, 16, 3], dtype: ScalarType.Byte, generator: new Generator(5, CPU));
        var video = adapted.Network.Vision.Forward(adapted.Network.Vision.Normalize(pixels)).VideoEmbedding;
        var frames = plain.Network.Vision.Forward(plain.Network.Vision.Normalize(pixels.reshape(8, 1, 16, 16, 3))).VideoEmbedding;
        Assert.Equal(0, (video - frames.reshape(2, 4, -1).mean([1L])).abs().max().item<float>(), 1e-6);
        var tokens = adapted.Tokens(["a bar moves right"]);
        Assert.Equal(0, (adapted.EncodeText(tokens) - plain.EncodeText(tokens)).abs().max().item<float>(), 1e-6);
    }

    [Fact]
    public void From_PlainWeights_AddsAdaptersAndCrossModalBlock()
    {
        var run = Adapted();
        Assert.Equal(
            (2, 3, 3, 2), (run.Config.VisionAdapterLayers, run.Config.TextAdapterLayers, run.Config.TextLayers, run.Config.NumClasses));
        Assert.Equal(["bar", "left", "moves", "right"], run.Words);
        using var network = run.LoadNetwork();
        var weights = network.Parameters.Export();
        var block = weights.Where(w => w.Key.StartsWith("transformer.resblocks.1.", StringComparison.Ordinal)
            && !w.Key.Contains("adapter", StringComparison.Ordinal));
        foreach (var (name, value) in block)
            Assert.Equal(value.Values, weights[name.Replace("resblocks.1.", "resblocks.2.", StringComparison.Ordinal)].Values);
    }

    // In the last block this adapter changes only patch tokens, which do not reach the output.
    private const string WithoutEffect = "visual.transformer.resblocks.1.adapter_pre_mlp.offset_adapter.";

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Backward_FourTasks_ReachesAllTrainedTensorsOnly(bool frozen)
    {
        var part = frozen ? TrainablePart.Adapters : TrainablePart.All;
        var run = SmallRuns.Shaken(Adapted());
        using var network = run.LoadNetwork();
        var trained = Recipe.Freeze(network.Parameters, SmallRuns.Options(1) with { Train = part }, visionAdapters: true);
        var clips = Enumerable.Range(0, 8).Select(i => _source.Training(i)).ToArray();
        new MultiTaskLoss(network, new LossWeights(), run.Classes, new LabelWords(run.Words)).Of(clips, 1).Total.backward();

        Assert.Equal(network.Parameters.Trained.Sum(p => p.Value.numel()), trained);
        var reached = network.Parameters.Tensors.Where(p => p.Value.grad is { } g && g.abs().max().item<float>() > 0).Select(p => p.Key)
            .ToList();
        Assert.Equal(
            network.Parameters.Trained.Select(p => p.Key).Where(n => !n.StartsWith(WithoutEffect, StringComparison.Ordinal)), reached);
        Assert.All(network.Parameters.Tensors.Where(p => !p.Value.requires_grad), p => Assert.Null(p.Value.grad));
        Assert.Equal(frozen, reached.All(n => n.Contains("adapter", StringComparison.Ordinal)));
    }

    [Fact]
    public void Of_FourTasks_IsWeightedSum()
    {
        var run = SmallRuns.Shaken(Adapted());
        using var network = run.LoadNetwork();
        var clips = Enumerable.Range(0, 8).Select(i => _source.Training(i)).ToArray();
        var weights = new LossWeights { Contrastive = 0.3, CrossModal = 0.7, Visual = 1.1, Masked = 0.2 };
        var batch = new MultiTaskLoss(network, weights, run.Classes, new LabelWords(run.Words)).Of(clips, 1);
        Assert.Equal(["contrastive", "cross-modal", "visual", "masked"], batch.Parts.Keys);
        Assert.Equal(
            0.3 * batch.Parts["contrastive"] + 0.7 * batch.Parts["cross-modal"] + 1.1 * batch.Parts["visual"] + 0.2 * batch.Parts["masked"],
            batch.Total.item<float>(), 1e-4);
        var visualOnly = weights with { Contrastive = 0, CrossModal = 0, Masked = 0 };
        var single = new MultiTaskLoss(network, visualOnly, run.Classes, new LabelWords(run.Words)).Of(clips, 1);
        Assert.Equal(["visual"], single.Parts.Keys);
    }

    [Fact]
    public void Of_UnclassifiedClips_CountOnlyInTextLosses()
    {
        var run = SmallRuns.Shaken(Adapted());
        using var network = run.LoadNetwork();
        var clips = Enumerable.Range(0, 8).Select(i => _source.Training(i) with { Label = TrainingClip.NoClass }).ToArray();
        var words = new LabelWords(run.Words);
        Assert.Equal(
            ["contrastive", "masked"], new MultiTaskLoss(network, new LossWeights(), run.Classes, words).Of(clips, 1).Parts.Keys);
        var classLossesOnly = new MultiTaskLoss(network, new LossWeights { Contrastive = 0, Masked = 0 }, run.Classes, words);
        Assert.Equal(0, classLossesOnly.Of(clips, 1).Total.item<float>());
        // In a mixed batch they do not change the losses over classes.
        var own = Enumerable.Range(0, 4).Select(i => _source.Training(i)).ToArray();
        network.Training = false;
        TrainingClip[] mixed = [.. own, .. clips.Skip(4)];
        Assert.Equal(classLossesOnly.Of(own, 1).Parts["visual"], classLossesOnly.Of(mixed, 1).Parts["visual"], 1e-5);
    }

    [Fact]
    public void Freeze_NoVisionAdapters_TrainsOnlyVisionHead()
    {
        var run = Adapted(AdapterPlaces.Text);
        using var network = run.LoadNetwork();
        Recipe.Freeze(network.Parameters, SmallRuns.Options(1), run.Config.VisionAdapterLayers > 0);
        Assert.Equal(["visual.adapter_fc.weight", "visual.adapter_fc.bias"],
            network.Parameters.Trained.Select(p => p.Key).Where(n => n.StartsWith("visual.", StringComparison.Ordinal)));
    }

    [Fact]
    public void From_VisionAdaptersOnly_TrainsNoTextTensor()
    {
        var run = Adapted(AdapterPlaces.Vision);
        Assert.Equal((2, 0), (run.Config.VisionAdapterLayers, run.Config.TextAdapterLayers));
        using var network = run.LoadNetwork();
        Recipe.Freeze(network.Parameters, SmallRuns.Options(1), visionAdapters: true);
        Assert.DoesNotContain(network.Parameters.Trained, p => p.Key.StartsWith("transformer.", StringComparison.Ordinal));
        Assert.Contains(network.Parameters.Trained, p => p.Key.StartsWith("visual.transformer.", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Freeze_OnePartOfTed_FreezesOtherPart(bool difference)
    {
        var parts = difference ? TedParts.Difference : TedParts.Enhancement;
        using var network = Adapted().LoadNetwork();
        Recipe.Freeze(network.Parameters, SmallRuns.Options(1), visionAdapters: true);
        var all = network.Parameters.Trained.Select(p => p.Key).ToList();
        Recipe.Freeze(network.Parameters, SmallRuns.Options(1) with { Ted = parts }, visionAdapters: true);
        var excluded = all.Except(network.Parameters.Trained.Select(p => p.Key)).ToList();
        Assert.NotEmpty(excluded);
        // Exactly one of TED's two parts is frozen: the difference (by its name), or all other vision adapters.
        Assert.Equal(all.Where(n => n.StartsWith("visual.", StringComparison.Ordinal)
            && !n.StartsWith("visual.adapter_fc.", StringComparison.Ordinal)
            && n.Contains("offset_adapter", StringComparison.Ordinal) != difference), excluded);
    }

    [Fact]
    public async Task RunAsync_FrozenBackbone_ChangesOnlyAdapters()
    {
        var run = Adapted();
        using var before = run.LoadNetwork();
        await new TrainingLoop(run, _source).RunAsync(_ => { }, (_, _) => { }, CancellationToken.None);
        using var after = run.LoadNetwork();
        var changed = before.Parameters.Export().Where(p => !p.Value.Values.SequenceEqual(after.Parameters.Export()[p.Key].Values))
            .Select(p => p.Key).ToList();
        Assert.NotEmpty(changed);
        Assert.All(changed, n => Assert.Contains("adapter", n, StringComparison.Ordinal));
    }

    [Fact]
    public void Apply_OtherClassesAndWords_KeepsRowsOfKnownOnes()
    {
        var start = StartingPoint.Open(SmallRuns.Shaken(Adapted()).In(""));
        ClipClass[] classes = [new("jumps", "a bar jumps", null), new("left", "a bar moves left", null)];
        var (config, weights) = new ModelAdaptation(4, AdapterPlaces.Both, classes, ["bar", "jumps"]).Apply(start);
        Assert.Equal((2, 2, 3), (config.NumClasses, config.MlmVocabSize, config.TextLayers));
        var (old, now) = (start.Weights["visual.adapter_fc.weight"].Values, weights["visual.adapter_fc.weight"].Values);
        Assert.Equal(old[64..128], now[64..128]);   // "left" is the second class before and after
        Assert.All(now[..64], v => Assert.Equal(0, v));
        Assert.Equal(start.Weights["mlm_adapter.bias"].Values[0], weights["mlm_adapter.bias"].Values[0]);
        Assert.Equal(0, weights["mlm_adapter.bias"].Values[1]);
        // All other weights are unchanged.
        Assert.Equal(start.Weights["visual.t_adapter.fc1.weight"].Values, weights["visual.t_adapter.fc1.weight"].Values);
    }

    [Fact]
    public void Open_OtherFolder_IsRefused() =>
        Assert.Contains(
            "neither a run nor a bundle", Assert.Throws<TrainerException>(() => StartingPoint.Open(_folder)).Message,
            StringComparison.Ordinal);
}
