// How much each of the four tasks counts (docs/model.md §3); zero switches one off.
using System.Globalization;

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
        (string Option, double Weight)[] all =
            [("--contrastive", Contrastive), ("--cross-modal", CrossModal), ("--visual", Visual), ("--masked", Masked)];
        foreach (var (option, weight) in all.Where(w => !(w.Weight >= 0 && double.IsFinite(w.Weight))))
            yield return string.Create(CultureInfo.InvariantCulture, $"{option} {weight} is below 0 or no number");
        if (all.All(w => w.Weight == 0))
            yield return $"{string.Join(", ", all.Select(w => w.Option))} are all 0: nothing would be learnt";
    }
}
