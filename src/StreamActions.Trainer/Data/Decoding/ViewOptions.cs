// How many views of a held-out clip there are.
namespace StreamActions.Trainer.Data.Decoding;

/// <summary>Views of a recording for evaluation: moments × crops.</summary>
/// <param name="Temporal">Clips over its length; the reference's Kinetics has 4.</param>
/// <param name="Spatial">Squares along the long side of each; the reference's Kinetics has 3.</param>
internal sealed record ViewOptions(int Temporal = 1, int Spatial = 1);
