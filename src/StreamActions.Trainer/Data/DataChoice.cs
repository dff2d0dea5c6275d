// What a run is trained and evaluated on, as its settings keep it.
using StreamActions.Core.Clips;
using StreamActions.Trainer.Data.Augmentation;
using StreamActions.Trainer.Data.Layouts;

namespace StreamActions.Trainer.Data;

/// <summary>The data of a run. Paths are full ones, so that a run goes on from any folder.</summary>
internal sealed record DataChoice
{
    /// <summary>The generated benchmark.</summary>
    public const string GeneratedClips = "generated";

    /// <summary>Generated pictures with captions.</summary>
    public const string GeneratedImages = "generated-images";

    /// <summary>One of the names here, or the path of a set of recordings (docs/data.md).</summary>
    public string Source { get; init; } = GeneratedClips;

    /// <summary>The label table of recordings.</summary>
    public string? Labels { get; init; }

    /// <summary>Held-out recordings.</summary>
    public string? Validation { get; init; }

    /// <summary>The folder that recordings lie in.</summary>
    public string? Media { get; init; }

    /// <summary>Share of recordings that is held out where nothing says which.</summary>
    public double HeldOut { get; init; } = 0.2;

    /// <summary>How recordings are varied: the name of a recipe.</summary>
    public string Recipe { get; init; } = "kinetics";

    /// <summary>Data that is replayed so that it is not forgotten; null for none.</summary>
    public string? Replay { get; init; }

    /// <summary>Share of training clips that are replayed.</summary>
    public double ReplayShare { get; init; } = 0.5;

    /// <summary>Views of a held-out recording in time.</summary>
    public int TemporalViews { get; init; } = 1;

    /// <summary>Views of a held-out recording in space.</summary>
    public int SpatialViews { get; init; } = 1;

    /// <summary>Opens it.</summary>
    /// <param name="clip">The clips wanted.</param>
    /// <param name="seed">Seed of the run.</param>
    /// <param name="fresh">True for a network that begins at random, which easy scenes help at first.</param>
    /// <exception cref="FormatException">There is no such data, or something is wrong with it; all of it is listed.</exception>
    public IClipSource Open(ClipSpec clip, ulong seed, bool fresh)
    {
        var own = Open(Source, clip, seed, fresh);
        if (Replay is null)
            return own;
        if (!(ReplayShare > 0 && ReplayShare < 1))
            throw new FormatException($"--replay-share {ReplayShare}: above 0, below 1");
        return new MixedClipSource(own, (this with { Labels = null, Validation = null, Media = null }).Open(Replay, clip, seed, fresh), ReplayShare);
    }

    private IClipSource Open(string source, ClipSpec clip, ulong seed, bool fresh) => source switch
    {
        GeneratedClips => fresh ? new GeneratedClipSource(clip, seed) : new GeneratedClipSource(clip, seed, warmUpClips: 0),
        GeneratedImages => new GeneratedImageSource(clip, seed),
        _ when File.Exists(source) || Directory.Exists(source) => new RecordedClipSource(
            DataSetReader.Open(new() { Path = source, Labels = Labels, Validation = Validation, Media = Media, HeldOutShare = HeldOut, Seed = seed }), clip,
            new() { Seed = seed, Augmentation = AugmentationOptions.Named(Recipe), Views = new(TemporalViews, SpatialViews) }),
        _ => throw new FormatException($"--data {source}: neither a file nor a folder is here; '{GeneratedClips}' is the generated benchmark, docs/data.md says how recordings are laid out"),
    };
}
