// Untrained classes and tasks without targets do not contribute to the loss.
using StreamActions.TestKit;
using StreamActions.Trainer.Data;
using StreamActions.Trainer.Losses;
using StreamActions.Trainer.Network;
using StreamActions.Trainer.Tests.Training;
using StreamActions.Trainer.Text;
using StreamActions.Trainer.Training;

namespace StreamActions.Trainer.Tests.Losses;

public sealed class MultiTaskLossTests : IDisposable
{
    private static readonly LossWeights ClassLossesOnly = new() { Contrastive = 0, Masked = 0 };
    private readonly TemporaryFolder _folder = new();
    private readonly RunFolder _run;
    private readonly TorchNetwork _network;
    private readonly TrainingClip[] _clips;

    public MultiTaskLossTests()
    {
        var source = new WithUntrainedClass(new MovingBarSource(4, 16));
        SmallRuns.Pretrained(_folder.File("clip"), source);
        _run = SmallRuns.Shaken(SmallRuns.Adapted(_folder.File("run"), _folder.File("clip"), source, SmallRuns.Options(1)));
        _network = _run.LoadNetwork();
        _clips = [.. Enumerable.Range(0, 8).Select(i => source.Training(i))];
    }

    public void Dispose()
    {
        _network.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Of_UntrainedClass_IsExcludedFromLossAndGradient()
    {
        var untrained = new HashSet<int> { 2 };
        var loss = new MultiTaskLoss(_network, ClassLossesOnly, _run.Classes, null, untrained).Of(_clips, 1);
        var two = new MultiTaskLoss(_network, ClassLossesOnly, [.. _run.Classes.Take(2)], null).Of(_clips, 1);
        var three = new MultiTaskLoss(_network, ClassLossesOnly, _run.Classes, null).Of(_clips, 1);

        Assert.Equal(two.Parts["cross-modal"], loss.Parts["cross-modal"], 1e-5);
        Assert.True(three.Parts["cross-modal"] > loss.Parts["cross-modal"] + 1e-4);
        Assert.True(three.Parts["visual"] > loss.Parts["visual"] + 1e-4);
        loss.Total.backward();
        var head = _network.Parameters.Tensors["visual.adapter_fc.weight"].grad!;
        Assert.Equal([true, true, false], Enumerable.Range(0, 3).Select(label => head[label].abs().max().item<float>() > 0));
    }

    [Fact]
    public void Of_NoWordToMask_OmitsMaskedTask()
    {
        var words = new LabelWords(["zebra"]);
        Assert.Equal(
            ["contrastive", "cross-modal", "visual"], new MultiTaskLoss(_network, new(), _run.Classes, words).Of(_clips, 1).Parts.Keys);
        var alone = new MultiTaskLoss(_network, new() { Contrastive = 0, CrossModal = 0, Visual = 0 }, _run.Classes, words).Of(_clips, 1);
        Assert.Empty(alone.Parts);
        Assert.Equal(0, alone.Total.item<float>());
    }

    /// <summary>The same clips, and a class without training clips.</summary>
    private sealed class WithUntrainedClass(IClipSource clips) : IClipSource
    {
        public IReadOnlyList<ClipClass> Classes { get; } = [.. clips.Classes, new("still", "a bar stays", null)];

        public IEnumerable<string> Texts => Classes.Select(c => c.Phrase);

        public TrainingClip Training(long index, int earlier = 0) => clips.Training(index, earlier);

        public IReadOnlyList<EvaluationSet> Evaluation(int perClass, int earlier = 0) => clips.Evaluation(perClass, earlier);
    }
}
