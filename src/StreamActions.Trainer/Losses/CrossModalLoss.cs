// Videos are classified by the texts of all classes (docs/model.md §3).
using StreamActions.Trainer.Data;
using StreamActions.Trainer.Network;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace StreamActions.Trainer.Losses;

/// <summary>The cross-modal classification head's loss.</summary>
internal static class CrossModalLoss
{
    /// <summary>Factor on cosines.</summary>
    private const double Sharpness = 100;

    /// <summary>Cross-entropy of <c>100 · cos(video, class text)</c>.</summary>
    /// <param name="cosines">[B, K].</param>
    /// <param name="labels">int64 [B]; <see cref="TrainingClip.NoClass"/> does not count.</param>
    /// <param name="referenceForm">
    /// True: the reference's published form, which gives cross-entropy scores that are softmaxed already. Its loss never falls below
    /// <c>−log(e / (e + K − 1))</c>, and its gradient vanishes where a clip is surely wrong.
    /// </param>
    public static Tensor Of(Tensor cosines, Tensor labels, bool referenceForm)
    {
        var logits = cosines.Times(Sharpness);
        return F.cross_entropy(referenceForm ? F.softmax(logits, -1) : logits, labels, ignore_index: TrainingClip.NoClass);
    }
}
