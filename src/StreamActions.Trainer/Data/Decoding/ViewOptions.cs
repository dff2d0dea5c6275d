// Number of views of a held-out recording.
namespace StreamActions.Trainer.Data.Decoding;

/// <summary>Views of a recording for evaluation: moments × crops.</summary>
/// <param name="Temporal">Moments over its length, at least 1; the reference uses 4 for Kinetics.</param>
/// <param name="Spatial">Square crops along the long side, at least 1; the reference uses 3 for Kinetics.</param>
internal sealed record ViewOptions(int Temporal = 1, int Spatial = 1);
