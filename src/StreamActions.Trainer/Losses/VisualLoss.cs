// The loss of the classification head on the vision branch (docs/model.md §3).
using StreamActions.Trainer.Data;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace StreamActions.Trainer.Losses;

/// <summary>The visual classification loss.</summary>
internal static class VisualLoss
{
    /// <summary>Cross-entropy over the trained classes; the scores of other classes are ignored.</summary>
    /// <param name="scores">Logits of all classes, [B, K].</param>
    /// <param name="labels">The clips' classes; <see cref="TrainingClip.NoClass"/> is ignored.</param>
    /// <param name="candidates">The candidate classes.</param>
    public static Tensor Of(Tensor scores, IReadOnlyList<int> labels, CandidateClasses candidates)
    {
        var places = tensor(CandidateClasses.Places(labels, candidates.Trained), device: scores.device);
        var own = candidates.AreAll
            ? scores
            : scores.index_select(1, tensor(candidates.Trained.Select(label => (long)label).ToArray(), device: scores.device));
        return F.cross_entropy(own, places, ignore_index: TrainingClip.NoClass);
    }
}
