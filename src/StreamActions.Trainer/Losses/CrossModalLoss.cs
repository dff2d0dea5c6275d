// The loss of classifying videos by the texts of all classes (docs/model.md §3).
using StreamActions.Trainer.Data;
using StreamActions.Trainer.Network;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace StreamActions.Trainer.Losses;

/// <summary>The cross-modal classification loss.</summary>
internal static class CrossModalLoss
{
    /// <summary>Scale of the cosine similarities.</summary>
    private const double Sharpness = 100;

    /// <summary>Cross-entropy of <c>100 · cos(video, class text)</c>.</summary>
    /// <param name="cosines">Cosine similarities of videos and class texts, [B, K].</param>
    /// <param name="labels">int64 [B]; <see cref="TrainingClip.NoClass"/> is ignored.</param>
    /// <param name="referenceForm">
    /// True computes the loss as the published code does, with softmax applied twice. That loss is at least
    /// <c>−log(e / (e + K − 1))</c>, and its gradient vanishes for a clip that is confidently wrong.
    /// </param>
    public static Tensor Of(Tensor cosines, Tensor labels, bool referenceForm)
    {
        var logits = cosines.Times(Sharpness);
        return F.cross_entropy(referenceForm ? F.softmax(logits, -1) : logits, labels, ignore_index: TrainingClip.NoClass);
    }
}
