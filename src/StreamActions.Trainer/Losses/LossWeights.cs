// How much each of the four tasks counts (MODEL §3); zero switches one off.
namespace StreamActions.Trainer.Losses;

/// <summary>Weights in the sum of losses. The defaults are the reference's.</summary>
internal sealed record LossWeights
{
    /// <summary>Video against text over the batch.</summary>
    public double Contrastive { get; init; } = 0.5;

    /// <summary>Video against the text of every class.</summary>
    public double CrossModal { get; init; } = 0.5;

    /// <summary>The classification head on the vision branch.</summary>
    public double Visual { get; init; } = 1;

    /// <summary>Masked label words, guessed from the frames.</summary>
    public double Masked { get; init; } = 0.1;

    /// <summary>True: cross-modal classification in the reference's form, whose scores are already softmaxed.</summary>
    public bool ReferenceCrossModal { get; init; }

    /// <summary>What is not permitted; empty when all is well.</summary>
    public IEnumerable<string> Problems()
    {
        double[] all = [Contrastive, CrossModal, Visual, Masked];
        if (!all.All(w => w >= 0 && double.IsFinite(w)))
            yield return "a loss's weight is below 0 or no number";
        else if (all.All(w => w == 0))
            yield return "all losses are switched off";
    }
}
