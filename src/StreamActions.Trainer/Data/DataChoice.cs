// What a run is trained and evaluated on, as its settings keep it.
using System.Text.Json.Serialization;
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

    /// <summary>
    /// How much the colours of training recordings are varied (<see cref="AugmentationOptions.ColourJitter"/>), whatever the recipe.
    /// </summary>
    public double ColourJitter { get; init; }

    /// <summary>Data that is replayed so that it is not forgotten; null for none.</summary>
    public string? Replay { get; init; }

    /// <summary>Share of training clips that are replayed.</summary>
    public double ReplayShare { get; init; } = 0.5;

    /// <summary>Views of a held-out recording in time.</summary>
    public int TemporalViews { get; init; } = 1;

    /// <summary>Views of a held-out recording in space.</summary>
    public int SpatialViews { get; init; } = 1;

    /// <summary>True when some of it are recordings.</summary>
    [JsonIgnore]
    public bool HasRecordings => IsRecordings(Source) || Replay is { } replay && IsRecordings(replay);

    /// <summary>True when data of this name are recordings.</summary>
    public static bool IsRecordings(string source) => source is not (GeneratedClips or GeneratedImages);

    /// <summary>Opens it to train on.</summary>
    /// <param name="clip">The clips wanted.</param>
    /// <param name="seed">Seed of the run.</param>
    /// <param name="fresh">True for a network that begins at random, which easy scenes help at first.</param>
    /// <param name="onSkipped">Told of each recording that cannot be used, once, on any thread.</param>
    /// <exception cref="TrainerException">There is no such data, or something is wrong with it; all of it is listed.</exception>
    public IClipSource Open(ClipSpec clip, ulong seed, bool fresh, Action<SkippedRecording>? onSkipped = null)
    {
        var own = Open("--data", clip, seed, fresh, onSkipped, evaluation: false);
        if (Replay is null)
            return own;
        if (!(ReplayShare > 0 && ReplayShare < 1))
            throw new TrainerException($"--replay-share {ReplayShare}: above 0, below 1");
        var replayed = this with { Source = Replay, Labels = null, Validation = null, Media = null };
        return new MixedClipSource(own, replayed.Open("--replay", clip, seed, fresh, onSkipped, evaluation: false), ReplayShare);
    }

    /// <summary>
    /// Opens it to evaluate a network on that was trained on something else. Of recordings those of <see cref="Validation"/> are evaluated,
    /// else those that a <c>split</c> column holds out, else all; a class without clips is no error. What is replayed plays no part.
    /// </summary>
    /// <param name="clip">The clips that the network was trained on.</param>
    /// <param name="seed">Decides which clips of a class come first.</param>
    /// <param name="recipe">The recipe that the network was trained with (<see cref="Recipe"/>): frames are taken the same way.</param>
    /// <param name="onSkipped">Told of each recording that cannot be used, once, on any thread.</param>
    /// <exception cref="TrainerException">There is no such data, or something is wrong with it; all of it is listed.</exception>
    public IClipSource OpenForEvaluation(ClipSpec clip, ulong seed, string recipe, Action<SkippedRecording>? onSkipped = null) =>
        (this with { Recipe = recipe }).Open("--data", clip, seed, fresh: false, onSkipped, evaluation: true);

    private IClipSource Open(string option, ClipSpec clip, ulong seed, bool fresh, Action<SkippedRecording>? onSkipped, bool evaluation) =>
        Source switch
    {
        GeneratedClips => fresh ? new GeneratedClipSource(clip, seed) : new GeneratedClipSource(clip, seed, warmUpClips: 0),
        GeneratedImages => new GeneratedImageSource(clip, seed),
        _ when File.Exists(Source) || Directory.Exists(Source) => new RecordedClipSource(
            DataSetReader.Open(new()
            {
                Path = Source,
                Labels = Labels,
                Validation = Validation,
                Media = Media,
                HeldOutShare = HeldOut,
                EvaluationOnly = evaluation,
                Seed = seed,
            }),
            clip,
            new()
            {
                Seed = seed,
                Augmentation = AugmentationOptions.Named(Recipe) with { ColourJitter = ColourJitter },
                Views = new(TemporalViews, SpatialViews),
                OnSkipped = onSkipped,
            }),
        _ => throw new TrainerException($"{option} {Source}: neither a file nor a folder is here; "
            + $"'{GeneratedClips}' is the generated benchmark, docs/data.md says how recordings are laid out"),
    };
}
