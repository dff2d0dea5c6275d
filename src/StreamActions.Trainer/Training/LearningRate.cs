// The learning rate at a step: linear warm-up, then cosine to zero (docs/model.md §4).
namespace StreamActions.Trainer.Training;

/// <summary>The schedule's factor on the base rate.</summary>
internal static class LearningRate
{
    /// <summary>From 1/warm-up at step 0 up to 1, then down a half cosine to 0 at the last step.</summary>
    public static double Factor(long step, long warmUp, long steps) =>
        step < warmUp
            ? (step + 1.0) / warmUp
            : 0.5 * (1 + Math.Cos(Math.PI * Math.Min(1, (double)(step - warmUp) / Math.Max(1, steps - warmUp))));
}
