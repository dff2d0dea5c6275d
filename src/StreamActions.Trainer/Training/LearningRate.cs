// The learning rate at a step: linear warm-up, then cosine to zero (docs/model.md §4).
namespace StreamActions.Trainer.Training;

/// <summary>The schedule's factor on the base rate.</summary>
internal static class LearningRate
{
    /// <summary>Rises linearly from 1/<paramref name="warmUp"/> at step 0 to 1, then falls along a half cosine to 0 at the end.</summary>
    public static double Factor(long step, long warmUp, long steps) =>
        step < warmUp
            ? (step + 1.0) / warmUp
            : 0.5 * (1 + Math.Cos(Math.PI * Math.Min(1, (double)(step - warmUp) / Math.Max(1, steps - warmUp))));
}
