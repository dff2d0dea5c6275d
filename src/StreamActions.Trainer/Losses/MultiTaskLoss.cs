// The weighted sum of the four losses, which training minimises (docs/model.md §3).
using StreamActions.Trainer.Data;
using StreamActions.Trainer.Network;
using StreamActions.Trainer.Text;
using static TorchSharp.torch;

namespace StreamActions.Trainer.Losses;

/// <summary>The losses of a batch.</summary>
/// <param name="Total">Their weighted sum, a scalar with its gradient graph.</param>
/// <param name="Parts">Each loss by name, unweighted.</param>
/// <param name="Accuracy">Share of clips for which the best-scoring text of the batch is true.</param>
internal sealed record BatchLoss(Tensor Total, IReadOnlyDictionary<string, double> Parts, double Accuracy);

/// <summary>Computes the losses that are switched on and that the network and the data support.</summary>
/// <param name="network">The network.</param>
/// <param name="weights">Weights of the losses.</param>
/// <param name="classes">The classes, in the order of the classification head; may be empty.</param>
/// <param name="words">The words of the masked-language head; null without that head.</param>
/// <param name="untrained">
/// Classes without a training clip (<see cref="IClipSource.Untrained"/>), which no loss uses as a candidate; null for none.
/// </param>
internal sealed class MultiTaskLoss(
    TorchNetwork network, LossWeights weights, IReadOnlyList<ClipClass> classes, LabelWords? words, IReadOnlySet<int>? untrained = null)
{
    private readonly CandidateClasses _candidates = new(classes.Count, untrained);

    /// <summary>A network to imitate, with the same texts and classes; null for none. It sees the T scored frames of a clip.</summary>
    public TorchNetwork? Teacher { get; init; }

    /// <summary>Computes the losses of a batch. The seed decides dropout and masks.</summary>
    /// <exception cref="TrainerException">No loss is both switched on and supported.</exception>
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

        network.Seed(seed);
        var pixels = network.Pixels([.. clips.Select(c => c.Pixels)]);
        var video = network.EncodeVideo(pixels);
        var texts = network.EncodeText(network.Tokens([.. clips.Select(c => c.Caption)]));
        var fits = network.OnDevice(TorchNetwork.Fits(clips));
        var logits = network.Network.LogitScale.exp() * matmul(video.Embedding, texts.t());
        Add("contrastive", weights.Contrastive, () => ContrastiveLoss.Of(logits, fits));
        if (Teacher is { } teacher)
            Add("distillation", 1, () => DistillationLoss.Of(video, Encode(teacher, pixels), texts, network.Network.LogitScale.exp()));
        var classified = clips.Any(c => c.Label != TrainingClip.NoClass);
        if (_candidates.Trained.Count > 1 && classified)
        {
            int[] labels = [.. clips.Select(c => c.Label)];
            Add("cross-modal", weights.CrossModal, () => CrossModal(video.Embedding, labels, seed));
            if (video.ClassLogits is { } scores)
                Add("visual", weights.Visual, () => VisualLoss.Of(scores, labels, _candidates));
        }
        var masked = network.Network.Masked is not null && words is not null && weights.Masked > 0 ? Mask(clips, words, seed) : null;
        if (masked is { } some && some.Targets.Any(target => target != MaskedCaptions.NotMasked))
            Add("masked", weights.Masked, () => Masked(some, video.FrameEmbeddings));
        // By chance a small batch may hold no clip with a class, or no word to mask. Its loss is then 0.
        if (total is null && (!classified || masked is not null))
            total = logits.sum().Times(0);
        var right = fits.gather(1, logits.argmax(1, keepdim: true)).mean().item<float>();
        return new(total ?? throw new TrainerException(
            "no loss can be computed: the losses with a weight above 0 need classes or words that this data lacks; "
            + "give --contrastive a weight above 0"), parts, right);
    }

    private static EncodedVideo Encode(TorchNetwork teacher, Tensor pixels)
    {
        using var mode = no_grad();
        return teacher.EncodeVideo(pixels.narrow(1, pixels.shape[1] - teacher.Config.Frames, teacher.Config.Frames));
    }

    private Tensor CrossModal(Tensor videos, int[] labels, int seed)
    {
        var candidates = _candidates.Of(labels, seed);
        var texts = network.EncodeText(network.Tokens([.. candidates.Select(label => classes[label].Phrase)]));
        return CrossModalLoss.Of(
            matmul(videos, texts.t()), network.OnDevice(tensor(CandidateClasses.Places(labels, candidates))), weights.ReferenceCrossModal);
    }

    private MaskedCaptions? Mask(IReadOnlyList<TrainingClip> clips, LabelWords known, int seed) =>
        known.MaskSome(
            [.. clips.Select(c => c.Caption)], network.Template, network.Tokenizer, network.Config.ContextLength, new Random(seed));

    private Tensor Masked(MaskedCaptions masked, Tensor frameEmbeddings)
    {
        var hidden = network.Network.Text.Forward(network.OnDevice(tensor(masked.Ids).reshape(frameEmbeddings.shape[0], -1))).Hidden;
        var guesses = network.Network.Masked!.Forward(hidden, frameEmbeddings).to(ScalarType.Float32);
        return MaskedWordLoss.Of(guesses, network.OnDevice(tensor(masked.Targets)));
    }
}
