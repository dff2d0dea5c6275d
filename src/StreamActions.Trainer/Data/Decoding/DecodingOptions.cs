// Memory limits for decoded recordings.
namespace StreamActions.Trainer.Data.Decoding;

/// <summary>Memory limits for decoded recordings.</summary>
internal sealed record DecodingOptions
{
    /// <summary>
    /// Maximum bytes of cached recordings, at least 0. A set that does not fit as a whole is not cached at all.
    /// </summary>
    public long CacheBytes { get; init; } = 512L << 20;

    /// <summary>
    /// Approximate maximum bytes of one decoded recording, at least 1. A longer one is read in part, or with fewer frames per second.
    /// </summary>
    public long RecordingBytes { get; init; } = 64L << 20;
}
