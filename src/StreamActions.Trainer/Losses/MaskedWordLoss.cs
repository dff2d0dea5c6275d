// The loss of predicting masked label words from the frames (docs/model.md §3).
using StreamActions.Trainer.Text;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace StreamActions.Trainer.Losses;

/// <summary>The masked-language loss.</summary>
internal static class MaskedWordLoss
{
    /// <summary>Mean cross-entropy over the masked words only.</summary>
    /// <param name="logits">[B, S, V], over V label words.</param>
    /// <param name="targets">
    /// int64 [B, S]: the number of the masked label word, or <see cref="MaskedCaptions.NotMasked"/>.
    /// </param>
    public static Tensor Of(Tensor logits, Tensor targets) =>
        F.cross_entropy(logits.reshape(-1, logits.shape[^1]), targets.flatten(), ignore_index: MaskedCaptions.NotMasked);
}
