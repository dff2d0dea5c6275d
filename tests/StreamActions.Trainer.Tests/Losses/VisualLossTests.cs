// The loss of the classification head in the weighted sum, against a value calculated by hand.
using StreamActions.Trainer.Data;
using StreamActions.Trainer.Losses;
using StreamActions.Trainer.Tests.Training;
using static TorchSharp.torch;

namespace StreamActions.Trainer.Tests.Losses;

public sealed class VisualLossTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("tasks-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Of_VisualTaskOnly_IsCrossEntropyOverClassifiedClips()
    {
        // The head's weights are 0 and its biases (ln 3, 0), so p = (3/4, 1/4) for every clip, with or without dropout.
        //   two clips of class 0: −ln ¾ = 0.2876821 each; one of class 1: −ln ¼ = 1.3862944; the unclassified clip is ignored.
        //   mean (2 · 0.2876821 + 1.3862944) / 3 = 0.6538862; times the weight 0.5: total 0.3269431.
        var source = new MovingBarSource(4, 16);
        SmallRuns.Pretrained(Path.Combine(_folder, "clip"), source);
        var run = SmallRuns.Adapted(Path.Combine(_folder, "run"), Path.Combine(_folder, "clip"), source, SmallRuns.Options(1));
        using var network = run.LoadNetwork();
        using (no_grad())
        {
            network.Parameters.Tensors["visual.adapter_fc.weight"].zero_();
            network.Parameters.Tensors["visual.adapter_fc.bias"].copy_(tensor(new[] { MathF.Log(3), 0f }));
        }
        network.Training = true;
        var loss = new MultiTaskLoss(
            network, new LossWeights { Contrastive = 0, CrossModal = 0, Visual = 0.5, Masked = 0 }, run.Classes, words: null);
        TrainingClip[] clips =
            [.. new long[] { 0, 0, 1, TrainingClip.NoClass }.Select((label, n) => source.Training(n) with { Label = (int)label })];
        var batch = loss.Of(clips, seed: 1);
        Assert.Equal(["visual"], batch.Parts.Keys);
        Assert.Equal(0.6538862, batch.Parts["visual"], 1e-6);
        Assert.Equal(0.3269431, batch.Total.item<float>(), 1e-6);

        // Gradient of the first bias: (mean of p − one-hot) · 0.5 = 0.5 · ((3/4 − 1) · 2 + 3/4) / 3 = 0.0416667.
        // The gradient of the second bias has the opposite sign.
        batch.Total.backward();
        using var gradient = network.Parameters.Tensors["visual.adapter_fc.bias"].grad!;
        Assert.Equal(0.0416667, gradient[0].item<float>(), 1e-6);
        Assert.Equal(-0.0416667, gradient[1].item<float>(), 1e-6);
    }
}
