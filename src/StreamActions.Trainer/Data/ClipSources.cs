// From the name of a run's data to a source of clips.
using StreamActions.Core.Clips;

namespace StreamActions.Trainer.Data;

/// <summary>Opens what <c>--data</c> names.</summary>
internal static class ClipSources
{
    /// <summary>The generated benchmark.</summary>
    public const string GeneratedClips = "generated";

    /// <summary>Generated pictures with captions.</summary>
    public const string GeneratedImages = "generated-images";

    /// <summary>Opens a source.</summary>
    /// <param name="data">One of the names here.</param>
    /// <param name="spec">The clips wanted.</param>
    /// <param name="seed">Seed of the run.</param>
    /// <param name="fresh">True for a network that begins at random, which easy scenes help at first.</param>
    /// <exception cref="FormatException">There is no such data.</exception>
    public static IClipSource Open(string data, ClipSpec spec, ulong seed, bool fresh) => data switch
    {
        GeneratedClips => fresh ? new GeneratedClipSource(spec, seed) : new GeneratedClipSource(spec, seed, warmUpClips: 0),
        GeneratedImages => new GeneratedImageSource(spec, seed),
        _ => throw new FormatException($"--data {data}: no such data; '{GeneratedClips}' is the generated benchmark"),
    };
}
