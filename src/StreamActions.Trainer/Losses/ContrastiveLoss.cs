// The contrastive loss between the videos and the texts of a batch, in both directions (docs/model.md §3).
using StreamActions.Trainer.Network;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace StreamActions.Trainer.Losses;

/// <summary>The contrastive loss.</summary>
internal static class ContrastiveLoss
{
    /// <summary>Scale of the target distribution softmax(10·G).</summary>
    private const double Sharpness = 10;

    /// <summary>
    /// Mean of two batch-mean KL terms <c>KL(softmax(10·G) ‖ softmax(logits))</c>, over texts for each clip and over clips for each text.
    /// </summary>
    /// <param name="logits">[B, B], clips × texts: scale · cosine similarity.</param>
    /// <param name="fits">G, [B, B]: 1 where text j is true of clip i, else 0.</param>
    public static Tensor Of(Tensor logits, Tensor fits) => (OneWay(logits, fits) + OneWay(logits.t(), fits.t())).Times(0.5);

    private static Tensor OneWay(Tensor logits, Tensor fits)
    {
        var target = F.softmax(fits.Times(Sharpness), -1);
        return (target * (target.log() - F.log_softmax(logits, -1))).sum(-1).mean();
    }
}
