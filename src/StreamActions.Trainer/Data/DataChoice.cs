// The data of a run, as its settings store it.
using System.Text.Json.Serialization;
using StreamActions.Core.Clips;
using StreamActions.Trainer.Data.Augmentation;
using StreamActions.Trainer.Data.Layouts;

namespace StreamActions.Trainer.Data;

/// <summary>The data that a run is trained and evaluated on. Paths are absolute, so that it can be resumed from any folder.</summary>
internal sealed record DataChoice
{
    /// <summary>The generated benchmark.</summary>
    public const string GeneratedClips = "generated";

    /// <summary>Generated pictures with captions.</summary>
    public const string GeneratedImages = "generated-images";

    /// <summary><see cref="GeneratedClips"/>, <see cref="GeneratedImages"/>, or the path of a set of recordings (docs/data.md).</summary>
    public string Source { get; init; } = GeneratedClips;

    /// <summary>The label table of recordings; null takes the default of the layout.</summary>
    public string? Labels { get; init; }

    /// <summary>Held-out recordings; null holds out a part of <see cref="Source"/>.</summary>
    public string? Validation { get; init; }

    /// <summary>The folder of the recordings; null takes the list's own folder.</summary>
    public string? Media { get; init; }

    /// <summary>Share of recordings to hold out when no list names them, in (0, 1).</summary>
    public double HeldOut { get; init; } = 0.2;

    /// <summary>Name of the augmentation recipe for recordings (<see cref="AugmentationOptions.Names"/>).</summary>
    public string Recipe { get; init; } = "kinetics";

    /// <summary>
    /// Colour jitter of training recordings (<see cref="AugmentationOptions.ColourJitter"/>), in addition to the recipe.
    /// </summary>
    public double ColourJitter { get; init; }

    /// <summary>Data to replay, so that the network does not forget it; null for none.</summary>
    public string? Replay { get; init; }

    /// <summary>Share of replayed clips among the training clips, in (0, 1).</summary>
    public double ReplayShare { get; init; } = 0.5;

    /// <summary>Views of a held-out recording in time.</summary>
    public int TemporalViews { get; init; } = 1;

    /// <summary>Views of a held-out recording in space.</summary>
    public int SpatialViews { get; init; } = 1;

    /// <summary>True when the data or the replayed data are recordings.</summary>
    [JsonIgnore]
    public bool HasRecordings => IsRecordings(Source) || Replay is { } replay && IsRecordings(replay);

    /// <summary>True when a source is a set of recordings, not generated data.</summary>
    public static bool IsRecordings(string source) => source is not (GeneratedClips or GeneratedImages);

    /// <summary>Opens the data for training.</summary>
    /// <param name="clip">Size and timing of the clips.</param>
    /// <param name="seed">Seed of the run.</param>
    /// <param name="fresh">True for a network with random initial weights: generated scenes then start easy.</param>
    /// <param name="onSkipped">Called once for each recording that cannot be used, on any thread.</param>
    /// <exception cref="TrainerException">The data do not exist or have problems; the message lists all problems.</exception>
    public IClipSource Open(ClipSpec clip, ulong seed, bool fresh, Action<SkippedRecording>? onSkipped = null)
    {
        var own = Open("--data", clip, seed, fresh, onSkipped, evaluation: false);
        if (Replay is null)
            return own;
        if (!(ReplayShare > 0 && ReplayShare < 1))
            throw new TrainerException($"--replay-share {ReplayShare}: must be above 0 and below 1");
        var replayed = this with { Source = Replay, Labels = null, Validation = null, Media = null };
        return new MixedClipSource(own, replayed.Open("--replay", clip, seed, fresh, onSkipped, evaluation: false), ReplayShare);
    }

    /// <summary>
    /// Opens the data to evaluate a network that was trained on other data. Evaluates the recordings of <see cref="Validation"/>, else
    /// those that a <c>split</c> column holds out, else all. A class without clips is allowed. Replayed data are ignored.
    /// </summary>
    /// <param name="clip">Size and timing of the clips that the network was trained on.</param>
    /// <param name="seed">Seed for the order of the clips of a class.</param>
    /// <param name="recipe">The recipe that the network was trained with (<see cref="Recipe"/>); it sets how frames are sampled.</param>
    /// <param name="onSkipped">Called once for each recording that cannot be used, on any thread.</param>
    /// <exception cref="TrainerException">The data do not exist or have problems; the message lists all problems.</exception>
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
            _ => throw new TrainerException($"{option} {Source}: no such file or folder; "
                + $"give '{GeneratedClips}' for the generated benchmark, or recordings in a layout of docs/data.md"),
        };
}
