// The four tasks together: what a step goes down (MODEL §3).
using StreamActions.Trainer.Data;
using StreamActions.Trainer.Network;
using StreamActions.Trainer.Text;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace StreamActions.Trainer.Losses;

/// <summary>A batch's losses.</summary>
/// <param name="Total">Their weighted sum, with its gradient.</param>
/// <param name="Parts">Each loss by name, before its weight.</param>
/// <param name="Accuracy">Share of clips whose best text of the batch is true of them.</param>
internal sealed record BatchLoss(Tensor Total, IReadOnlyDictionary<string, double> Parts, double Accuracy);

/// <summary>Computes the losses that are switched on and that the network and the data have.</summary>
/// <param name="network">The network.</param>
/// <param name="weights">How much each task counts.</param>
/// <param name="classes">The classes, in the order of the classification head; may be empty.</param>
/// <param name="words">The masked-language head's words; null without it.</param>
internal sealed class MultiTaskLoss(TorchNetwork network, LossWeights weights, IReadOnlyList<ClipClass> classes, LabelWords? words)
{
    /// <summary>The losses of a batch. Dropout and masks come from the seed.</summary>
    public BatchLoss Of(IReadOnlyList<TrainingClip> clips, int seed)
    {
        Dictionary<string, double> parts = [];
        Tensor? total = null;
        void Add(string name, double weight, Func<Tensor> compute)
        {
            if (weight == 0)
                return;
            var loss = compute();
            parts[name] = loss.item<float>();
            total = total is null ? loss.Times(weight) : total + loss.Times(weight);
        }

        manual_seed(seed);
        var video = network.EncodeVideo(network.Pixels([.. clips.Select(c => c.Pixels)]));
        var texts = network.EncodeText(network.Tokens([.. clips.Select(c => c.Caption)]));
        var fits = network.OnDevice(TorchNetwork.Fits(clips));
        var logits = network.Network.LogitScale.exp() * matmul(video.Embedding, texts.t());
        Add("contrastive", weights.Contrastive, () => ContrastiveLoss.Of(logits, fits));
        var classified = clips.Any(c => c.Label != TrainingClip.NoClass);
        if (classes.Count > 1 && classified)
        {
            var labels = network.OnDevice(tensor(clips.Select(c => (long)c.Label).ToArray()));
            Add("cross-modal", weights.CrossModal, () => CrossModalLoss.Of(
                matmul(video.Embedding, network.EncodeText(network.Tokens([.. classes.Select(c => c.Phrase)])).t()), labels, weights.ReferenceCrossModal));
            if (video.ClassLogits is { } scores)
                Add("visual", weights.Visual, () => F.cross_entropy(scores, labels, ignore_index: TrainingClip.NoClass));
        }
        if (network.Network.Masked is not null && words is not null)
            Add("masked", weights.Masked, () => Masked(clips, video.FrameEmbeddings, seed));
        // A small batch may be of no class by chance; then there is nothing to learn from it.
        if (total is null && !classified)
            total = logits.sum().Times(0);
        var right = fits.gather(1, logits.argmax(1, keepdim: true)).mean().item<float>();
        return new(total ?? throw new InvalidOperationException("no loss is left: those that are on need classes or words, which this data does not have"), parts, right);
    }

    private Tensor Masked(IReadOnlyList<TrainingClip> clips, Tensor frameEmbeddings, int seed)
    {
        var masked = words!.MaskSome([.. clips.Select(c => c.Caption)], network.Template, network.Tokenizer, network.Config.ContextLength, new Random(seed));
        var hidden = network.Network.Text.Forward(network.OnDevice(tensor(masked.Ids).reshape(clips.Count, -1))).Hidden;
        var guesses = network.Network.Masked!.Forward(hidden, frameEmbeddings).to(ScalarType.Float32);
        return MaskedWordLoss.Of(guesses, network.OnDevice(tensor(masked.Targets)));
    }
}
