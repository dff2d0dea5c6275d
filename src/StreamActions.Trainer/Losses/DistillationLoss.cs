// The loss of imitating another network, the teacher, on the same clips (docs/model.md §7).
using StreamActions.Trainer.Network;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace StreamActions.Trainer.Losses;

/// <summary>The distillation loss.</summary>
internal static class DistillationLoss
{
    /// <summary>Weight of the distance of embeddings, which is much smaller than the other terms.</summary>
    private const double EmbeddingWeight = 10;

    /// <summary>Temperature τ that softens both distributions (Hinton et al., 2015).</summary>
    private const double Temperature = 2;

    /// <summary>
    /// <c>10·(1 − cos)</c> of the video embeddings, and τ²·KL of the softened distributions over texts and over classes.
    /// </summary>
    /// <param name="student">Outputs of the trained network for B clips.</param>
    /// <param name="teacher">Outputs of the teacher for the same clips.</param>
    /// <param name="texts">Text embeddings that both compare the clips with, [N, D], of unit length.</param>
    /// <param name="scale">Factor on the cosines, a scalar.</param>
    public static Tensor Of(EncodedVideo student, EncodedVideo teacher, Tensor texts, Tensor scale)
    {
        var (own, other) = (student.Embedding.to(ScalarType.Float32), teacher.Embedding.to(ScalarType.Float32));
        var columns = texts.to(ScalarType.Float32).t();
        var distance = 1 - (own * other).sum(-1).mean();
        var loss = distance.Times(EmbeddingWeight) + Softened(scale * matmul(own, columns), scale * matmul(other, columns));
        return student.ClassLogits is { } classes && teacher.ClassLogits is { } expected ? loss + Softened(classes, expected) : loss;
    }

    private static Tensor Softened(Tensor logits, Tensor teacher)
    {
        var target = F.log_softmax(teacher.Times(1 / Temperature), -1);
        var divergence = target.exp() * (target - F.log_softmax(logits.Times(1 / Temperature), -1));
        return divergence.sum(-1).mean().Times(Temperature * Temperature);
    }
}
