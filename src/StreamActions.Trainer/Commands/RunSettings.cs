// The options that decide a run, each declared once: command line, saved settings and a manifest's provenance follow from this table.
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using StreamActions.Trainer.Data;
using StreamActions.Trainer.Data.Augmentation;
using StreamActions.Trainer.Losses;
using StreamActions.Trainer.Training;

namespace StreamActions.Trainer.Commands;

/// <summary>The table of settings, and what is derived from it.</summary>
internal static class RunSettings
{
    /// <summary>The names of settings that verbs ask for.</summary>
    public const string From = "--from", Steps = "--steps", Rate = "--rate", WarmUp = "--warm-up", Train = "--train",
        Adapters = "--adapters", BeforeAttention = "--before-attention", Data = "--data", Labels = "--labels", Validation = "--validation",
        Media = "--media", HeldOut = "--held-out", Augment = "--augment", ColourJitter = "--colour-jitter", Replay = "--replay",
        ReplayShare = "--replay-share", Views = "--views";

    /// <summary>What a run of <c>train</c> has where nothing is given.</summary>
    public static TrainingOptions Defaults { get; } = new() { Steps = 3000, Batch = 32, Rate = 1e-3, Seed = 1 };

    /// <summary>All settings, in the order in which a manifest names them.</summary>
    public static IReadOnlyList<RunSetting> All { get; } =
    [
        // Kept as it is given; a run keeps the name of the weights in its place.
        new RunSetting<string?>(From, "Weights to start from: a run of 'import-clip', 'pretrain' or 'train', or a bundle.",
            o => o.ImportedFrom, (o, v) => o with { ImportedFrom = v }),
        new RunSetting<long>(Steps,
            "Steps in all: 3000 in 'train', 2000 in 'pretrain' unless given. A run that goes on may get a new length; "
            + "the learning rate then falls over it.",
            o => o.Steps, (o, v) => o with { Steps = v })
            { InPretrain = true, IsComputed = true, IsAlwaysRecorded = true, MayChange = true },
        new RunSetting<int>("--batch", "Clips (in 'pretrain' pictures) that are compared with each other.",
            o => o.Batch, (o, v) => o with { Batch = v })
            { InPretrain = true, IsAlwaysRecorded = true },
        new RunSetting<double>(Rate,
            "Highest learning rate. Text adapters have half of it. Unless given: 0.001; with --from 0.001 for 256 clips a step, "
            + "and in proportion for others.",
            o => o.Rate, (o, v) => o with { Rate = v })
            { InPretrain = true, IsComputed = true, IsAlwaysRecorded = true },
        new RunSetting<long>(WarmUp, "Steps in which the learning rate rises; a twentieth of all unless given.",
            o => o.WarmUp, (o, v) => o with { WarmUp = v })
            { InPretrain = true, IsComputed = true, IsAlwaysRecorded = true },
        new RunSetting<ulong>("--seed", "Seed of weights and clips.", o => o.Seed, (o, v) => o with { Seed = v })
            { InPretrain = true, IsAlwaysRecorded = true },
        new RunSetting<int>("--accumulate", "Batches whose gradients make one step.",
            o => o.Accumulate, (o, v) => o with { Accumulate = v }),
        new RunSetting<int>("--patience", "Evaluations without a better figure after which the run ends; 0 never ends it.",
            o => o.Patience, (o, v) => o with { Patience = v }),
        new RunSetting<long>("--evaluate-every", "Steps from one evaluation to the next.",
            o => o.EvaluateEvery, (o, v) => o with { EvaluateEvery = v })
            { InPretrain = true },
        new RunSetting<bool>("--bf16",
            "Matrix products in bfloat16 where the processor has them, which is several times as fast; "
            + "in float elsewhere, as without the option.",
            o => o.MixedPrecision, (o, v) => o with { MixedPrecision = v })
            { InPretrain = true },
        new RunSetting<AdapterPlaces>(Adapters,
            "With --from: where adapters are added when the weights have none: in both branches, in vision alone (texts stay as they are), "
            + "in text alone (a video is the mean of its frames), or none.",
            o => o.Adapters, (o, v) => o with { Adapters = v }),
        new RunSetting<bool>(BeforeAttention,
            "With --from: vision blocks get an adapter before attention too, beside the one before the MLP: 24 in place of 12 in a ViT-B.",
            o => o.BeforeAttention, (o, v) => o with { BeforeAttention = v }),
        new RunSetting<TedParts>("--ted",
            "Parts of the TED-Adapters that are trained: both, the enhancement, the difference. "
            + "The other part of a fresh adapter has no effect; for ablations.",
            o => o.Ted, (o, v) => o with { Ted = v }),
        Weight("--contrastive", "video against text over the batch", w => w.Contrastive, (w, v) => w with { Contrastive = v }),
        Weight("--cross-modal", "video against the text of every class", w => w.CrossModal, (w, v) => w with { CrossModal = v }),
        Weight("--visual", "the classification head", w => w.Visual, (w, v) => w with { Visual = v }),
        Weight("--masked", "masked label words, guessed from the frames", w => w.Masked, (w, v) => w with { Masked = v }),
        OfLosses("--reference-cross-modal", "Cross-modal classification in the reference's form, with scores softmaxed twice.",
            w => w.ReferenceCrossModal, (w, v) => w with { ReferenceCrossModal = v }),
        OfData(Data,
            "'generated' for the generated benchmark, or recordings: a folder with a folder per class, a list of 'path label' lines, "
            + "a CSV with captions (docs/data.md).",
            d => d.Source, (d, v) => d with { Source = FullPath(v) }) with { IsComputed = true },
        OfData<string?>(Labels, "Label table of recordings; labels.csv beside the list unless given.",
            d => d.Labels, (d, v) => d with { Labels = FullPath(v) }),
        OfData<string?>(Validation, "Held-out recordings, in any of the layouts; without them a share of the others is held out.",
            d => d.Validation, (d, v) => d with { Validation = FullPath(v) }),
        OfData<string?>(Media, "Folder that the paths of a list are relative to; the list's own unless given.",
            d => d.Media, (d, v) => d with { Media = FullPath(v) }),
        OfData(HeldOut, "Share of recordings that is held out where no list names them.", d => d.HeldOut, (d, v) => d with { HeldOut = v }),
        OfData(Augment, $"How recordings are varied: {string.Join(", ", AugmentationOptions.Names)}.",
            d => d.Recipe, (d, v) => d with { Recipe = v }),
        OfData(ColourJitter,
            "Brightness, contrast and saturation of training recordings change by a random factor of up to 1 +- this; 0 leaves them.",
            d => d.ColourJitter, (d, v) => d with { ColourJitter = v }),
        OfData<string?>(Replay,
            "Data that the weights of --from were trained on, replayed so that they are not forgotten: 'generated', or recordings.",
            d => d.Replay, (d, v) => d with { Replay = FullPath(v) }),
        OfData(ReplayShare, "Share of training clips that are replayed.", d => d.ReplayShare, (d, v) => d with { ReplayShare = v }),
        OfData(Views, "Views of a held-out recording, moments x crops, such as 4x3.", ViewsOf, WithViews),
        new RunSetting<TrainablePart>(Train,
            "What is trained: adapters (and heads; CLIP stays frozen), the default with --from; all, the default without; "
            + "backbone: CLIP alone.",
            o => o.Train, (o, v) => o with { Train = v })
            { IsComputed = true, Default = o => o.ImportedFrom is null ? TrainablePart.All : TrainablePart.Adapters },
    ];

    /// <summary>The settings that are options of <c>pretrain</c>.</summary>
    public static IEnumerable<RunSetting> OfPretrain => All.Where(s => s.InPretrain);

    /// <summary>The verb that made a run.</summary>
    public static string Verb(TrainingOptions options) =>
        options.MadeBy ?? (options.Data.Source == DataChoice.GeneratedImages ? "pretrain" : "train");

    /// <summary>Refuses to go on with a run of another verb, and options that differ from those the run was started with.</summary>
    /// <param name="path">The run's folder.</param>
    /// <param name="kept">Its settings.</param>
    /// <param name="verb">The verb that would go on.</param>
    /// <param name="isGiven">Whether an option is on the command line: the others are kept.</param>
    /// <param name="given">What the command line says.</param>
    /// <exception cref="TrainerException">Something differs; all of it is listed.</exception>
    public static void RequireSame(string path, TrainingOptions kept, string verb, Func<RunSetting, bool> isGiven, TrainingOptions given)
    {
        if (Verb(kept) is var maker && maker != verb)
            throw new TrainerException($"{path}: a run of '{maker}', with which '{verb}' does not go on; "
                + $"for a new run from its weights: 'train --run ANOTHER --from {path}'");
        string[] differences =
        [
            .. from setting in All
               where !setting.MayChange && isGiven(setting) && !Equals(setting.ValueIn(given), setting.ValueIn(kept))
               select $"{setting.Name} was {Text(setting.ValueIn(kept))}",
        ];
        if (differences.Length > 0)
            throw new TrainerException($"{path}: this run was started with other settings: {string.Join(", ", differences)}; "
                + $"only {Steps} may change: leave the others out, or take another --run");
    }

    /// <summary>
    /// The command that makes a run. Of files and folders it names the last part alone: where they are on this machine stays private.
    /// </summary>
    public static string Command(string path, TrainingOptions options)
    {
        List<string> words = [Verb(options), "--run", RunFolder.NameOf(path)];
        foreach (var setting in words[0] == "train" ? All : All.Where(s => s.InPretrain || s.Name == From))
        {
            var value = setting.ValueIn(options);
            if (setting.IsAlwaysRecorded || !Equals(value, setting.DefaultFor(options)))
                words.AddRange(value is true ? [setting.Name] : [setting.Name, Text(value)]);
        }
        return string.Join(' ', words.Select(w => w.Contains(' ', StringComparison.Ordinal) ? $"\"{w}\"" : w));
    }

    private static RunSetting<double> Weight(
        string name, string task, Func<LossWeights, double> get, Func<LossWeights, double, LossWeights> set) =>
        OfLosses(name, $"Weight of the task: {task}. 0 switches it off.", get, set);

    private static RunSetting<T> OfLosses<T>(string name, string help, Func<LossWeights, T> get, Func<LossWeights, T, LossWeights> set) =>
        new(name, help, o => get(o.Losses), (o, v) => o with { Losses = set(o.Losses, v) });

    private static RunSetting<T> OfData<T>(string name, string help, Func<DataChoice, T> get, Func<DataChoice, T, DataChoice> set) =>
        new(name, help, o => get(o.Data), (o, v) => o with { Data = set(o.Data, v) });

    // Names of generated data stay names; a path becomes a full one, so that a run goes on from any folder.
    [return: NotNullIfNotNull(nameof(path))]
    private static string? FullPath(string? path) =>
        path is null or DataChoice.GeneratedClips or DataChoice.GeneratedImages ? path : Path.GetFullPath(path);

    private static string ViewsOf(DataChoice data) =>
        string.Create(CultureInfo.InvariantCulture, $"{data.TemporalViews}x{data.SpatialViews}");

    private static DataChoice WithViews(DataChoice data, string text) =>
        text.Split('x') is [var t, var s]
        && int.TryParse(t, NumberStyles.None, CultureInfo.InvariantCulture, out var temporal)
        && int.TryParse(s, NumberStyles.None, CultureInfo.InvariantCulture, out var spatial)
            ? data with { TemporalViews = temporal, SpatialViews = spatial }
            : throw new TrainerException($"{Views} {text}: give moments x crops, such as 4x3");

    private static string Text(object? value) => value switch
    {
        null => "not given",
        bool given => given ? "given" : "not given",
        Enum name => name.ToString().ToLowerInvariant(),
        string path when Path.IsPathRooted(path) => RunFolder.NameOf(path),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };
}
