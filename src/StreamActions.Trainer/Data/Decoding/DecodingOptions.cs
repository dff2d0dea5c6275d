// How much memory decoded recordings may take.
namespace StreamActions.Trainer.Data.Decoding;

/// <summary>Bounds of memory.</summary>
internal sealed record DecodingOptions
{
    /// <summary>
    /// Most bytes of decoded recordings that are kept to be used again. A set that does not fit as a whole is not kept at all.
    /// </summary>
    public long CacheBytes { get; init; } = 512L << 20;

    /// <summary>
    /// Most bytes of one recording that are decoded at once, about: a longer one is read in part, or with fewer frames a second.
    /// </summary>
    public long RecordingBytes { get; init; } = 64L << 20;
}
