// Weights of the four losses (docs/model.md §3); zero switches a loss off.
using System.Globalization;

namespace StreamActions.Trainer.Losses;

/// <summary>Weights in the sum of losses, at least 0. The defaults are the reference's.</summary>
internal sealed record LossWeights
{
    /// <summary>Video against the texts of the batch.</summary>
    public double Contrastive { get; init; } = 0.5;

    /// <summary>Video against the text of every class.</summary>
    public double CrossModal { get; init; } = 0.5;

    /// <summary>The classification head on the vision branch.</summary>
    public double Visual { get; init; } = 1;

    /// <summary>Masked label words, predicted from the frames.</summary>
    public double Masked { get; init; } = 0.1;

    /// <summary>True computes the cross-modal loss as the published code does, with softmax applied twice.</summary>
    public bool ReferenceCrossModal { get; init; }

    /// <summary>The errors of the weights; empty when they are valid.</summary>
    /// <param name="imitates">True when the run imitates a teacher too. It then needs none of these losses.</param>
    public IEnumerable<string> Problems(bool imitates = false)
    {
        (string Option, double Weight)[] all =
            [("--contrastive", Contrastive), ("--cross-modal", CrossModal), ("--visual", Visual), ("--masked", Masked)];
        foreach (var (option, weight) in all.Where(w => !(w.Weight >= 0 && double.IsFinite(w.Weight))))
            yield return string.Create(CultureInfo.InvariantCulture, $"{option} {weight} must be a finite number of at least 0");
        if (!imitates && all.All(w => w.Weight == 0))
            yield return $"{string.Join(", ", all.Select(w => w.Option))} are all 0: at least one must be above 0";
    }
}
