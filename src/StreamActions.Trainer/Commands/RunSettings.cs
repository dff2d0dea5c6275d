// Declares each option that changes a run's result once. Command line, saved settings and a manifest's provenance follow from this table.
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using StreamActions.Core.Bundles;
using StreamActions.Trainer.Data;
using StreamActions.Trainer.Data.Augmentation;
using StreamActions.Trainer.Losses;
using StreamActions.Trainer.Training;

namespace StreamActions.Trainer.Commands;

/// <summary>The table of settings, and the checks and texts derived from it.</summary>
internal static class RunSettings
{
    /// <summary>Names of settings that other code refers to.</summary>
    public const string From = "--from", Steps = "--steps", Rate = "--rate", WarmUp = "--warm-up", Train = "--train",
        Adapters = "--adapters", BeforeAttention = "--before-attention", Data = "--data", Labels = "--labels", Validation = "--validation",
        Media = "--media", HeldOut = "--held-out", Augment = "--augment", ColourJitter = "--colour-jitter", Replay = "--replay",
        Temporal = "--temporal", Seed = "--seed", ReplayShare = "--replay-share", Views = "--views";

    /// <summary>The default settings of <c>train</c>.</summary>
    public static TrainingOptions Defaults { get; } = new() { Steps = 3000, Batch = 32, Rate = 1e-3, Seed = 1 };

    /// <summary>All settings, in the order of a manifest's command.</summary>
    public static IReadOnlyList<RunSetting> All { get; } =
    [
        // A path on the command line; the run stores the name of the weights instead.
        new RunSetting<string?>(From, "Initial weights: folder of a run of 'import-clip', 'pretrain' or 'train', or of a bundle.",
            o => o.ImportedFrom, (o, v) => o with { ImportedFrom = v })
            { InConvert = false },
        new RunSetting<long>(Steps,
            "Total number of steps. Default: 3000 for 'train', 2000 for 'pretrain'. A resumed run may change it; "
            + "the learning rate then follows the new length.",
            o => o.Steps, (o, v) => o with { Steps = v })
            { InPretrain = true, IsComputed = true, IsAlwaysRecorded = true, MayChange = true },
        new RunSetting<int>("--batch", "Clips per batch (pictures in 'pretrain'). The contrastive loss compares those of one batch.",
            o => o.Batch, (o, v) => o with { Batch = v })
            { InPretrain = true, IsAlwaysRecorded = true },
        new RunSetting<double>(Rate,
            "Peak learning rate; text adapters use half of it. Default: 0.001. With 'train --from': 0.001 for 256 clips per step, "
            + "scaled with the clips per step.",
            o => o.Rate, (o, v) => o with { Rate = v })
            { InPretrain = true, IsComputed = true, IsAlwaysRecorded = true },
        new RunSetting<long>(WarmUp, "Warm-up steps, in which the learning rate rises. Default: a twentieth of all steps.",
            o => o.WarmUp, (o, v) => o with { WarmUp = v })
            { InPretrain = true, IsComputed = true, IsAlwaysRecorded = true },
        new RunSetting<ulong>(Seed, "Random seed of weights and clips.", o => o.Seed, (o, v) => o with { Seed = v })
            { InPretrain = true, IsAlwaysRecorded = true },
        new RunSetting<int>("--accumulate", "Batches per step; their gradients are averaged.",
            o => o.Accumulate, (o, v) => o with { Accumulate = v }),
        new RunSetting<int>("--patience", "Stop early after this many evaluations without a better top-1; 0 switches early stopping off.",
            o => o.Patience, (o, v) => o with { Patience = v }),
        new RunSetting<long>("--evaluate-every", "Steps between evaluations.",
            o => o.EvaluateEvery, (o, v) => o with { EvaluateEvery = v })
            { InPretrain = true },
        new RunSetting<bool>("--bf16",
            "Compute matrix products in bfloat16 where the device supports it, which is several times as fast. "
            + "Elsewhere the option has no effect.",
            o => o.MixedPrecision, (o, v) => o with { MixedPrecision = v })
            { InPretrain = true },
        new RunSetting<AdapterPlaces>(Adapters,
            "With --from: branches that get adapters when the weights have none: both, vision (text embeddings stay CLIP's), "
            + "text (a video embedding stays the mean of its frames), or none.",
            o => o.Adapters, (o, v) => o with { Adapters = v })
            { InConvert = false },
        new RunSetting<bool>(BeforeAttention,
            "With --from: add a second adapter to each vision block, before attention: 24 instead of 12 adapters in a ViT-B.",
            o => o.BeforeAttention, (o, v) => o with { BeforeAttention = v })
            { InConvert = false },
        new RunSetting<TemporalMode>(Temporal,
            "bidirectional: a frame sees all frames of its clip. causal: a frame sees earlier frames only, so that the worker encodes "
            + "each frame of a camera once; training then adds up to a clip's length of earlier frames. "
            + "Default: as the --from weights, else bidirectional.",
            o => o.Temporal, (o, v) => o with { Temporal = v })
            { IsComputed = true, Values = ["bidirectional", "causal"] },
        new RunSetting<TedParts>("--ted",
            "Trained parts of the TED-Adapters: both, enhancement or difference. For ablations: "
            + "an untrained part of a fresh adapter has no effect.",
            o => o.Ted, (o, v) => o with { Ted = v })
            { InConvert = false },
        Weight("--contrastive", "video against the texts of the batch", w => w.Contrastive, (w, v) => w with { Contrastive = v }),
        Weight("--cross-modal", "video against the text of every class", w => w.CrossModal, (w, v) => w with { CrossModal = v }),
        Weight("--visual", "classification head on the vision branch", w => w.Visual, (w, v) => w with { Visual = v }),
        Weight("--masked", "masked label words, predicted from the frames", w => w.Masked, (w, v) => w with { Masked = v }),
        OfLosses("--reference-cross-modal", "Compute the cross-modal loss as the published code does, with softmax applied twice.",
            w => w.ReferenceCrossModal, (w, v) => w with { ReferenceCrossModal = v }),
        OfData(Data,
            "'generated' for the generated benchmark, or recordings: a folder with one folder per class, a list of 'path label' lines, "
            + "or a CSV with captions (docs/data.md).",
            d => d.Source, (d, v) => d with { Source = FullPath(v) }) with { IsComputed = true },
        OfData<string?>(Labels, "Label table of recordings. Default: labels.csv beside the list.",
            d => d.Labels, (d, v) => d with { Labels = FullPath(v) }),
        OfData<string?>(Validation, "Held-out recordings, in any layout. Default: a share of --data is held out.",
            d => d.Validation, (d, v) => d with { Validation = FullPath(v) }),
        OfData<string?>(Media, "Folder that the paths of a list are relative to. Default: the list's folder.",
            d => d.Media, (d, v) => d with { Media = FullPath(v) }),
        OfData(HeldOut, "Share of recordings to hold out when no list names them.", d => d.HeldOut, (d, v) => d with { HeldOut = v }),
        OfData(Augment, $"Augmentation of training recordings: {string.Join(", ", AugmentationOptions.Names)}.",
            d => d.Recipe, (d, v) => d with { Recipe = v }),
        OfData(ColourJitter,
            "Colour jitter j of training recordings: a random factor in 1 ± j on brightness, contrast and saturation; 0 switches it off.",
            d => d.ColourJitter, (d, v) => d with { ColourJitter = v }),
        OfData<string?>(Replay,
            "Data that the --from weights were trained on, replayed to prevent forgetting: 'generated', or recordings.",
            d => d.Replay, (d, v) => d with { Replay = FullPath(v) }),
        OfData(ReplayShare, "Share of replayed clips among the training clips.", d => d.ReplayShare, (d, v) => d with { ReplayShare = v }),
        OfData(Views, "Views of a held-out recording as moments x crops, such as 4x3.", ViewsOf, WithViews),
        new RunSetting<TrainablePart>(Train,
            "Trained parameters: adapters (with the heads; CLIP stays frozen), vision (the vision branch's adapters and the "
            + "classification head; texts keep their embeddings), all, or backbone (CLIP alone). "
            + "Default: adapters with --from, all without.",
            o => o.Train, (o, v) => o with { Train = v })
            { IsComputed = true, InConvert = false, Default = o => o.ImportedFrom is null ? TrainablePart.All : TrainablePart.Adapters },
    ];

    /// <summary>The settings that are options of <c>pretrain</c>.</summary>
    public static IEnumerable<RunSetting> OfPretrain => All.Where(s => s.InPretrain);

    /// <summary>The settings that are options of <c>convert</c>.</summary>
    public static IEnumerable<RunSetting> OfConvert => All.Where(s => s.InConvert);

    /// <summary>The verb that started a run.</summary>
    public static string Verb(TrainingOptions options) =>
        options.MadeBy ?? (options.Data.Source == DataChoice.GeneratedImages ? "pretrain" : "train");

    /// <summary>Checks that a command may resume a run: it has the run's verb, and no option differs from the run's settings.</summary>
    /// <param name="path">The run's folder.</param>
    /// <param name="kept">The run's settings.</param>
    /// <param name="verb">The verb of the command.</param>
    /// <param name="isGiven">True for an option on the command line; the run keeps its value of the others.</param>
    /// <param name="given">The settings from the command line.</param>
    /// <exception cref="TrainerException">The verb or an option differs; the message lists all differences.</exception>
    public static void RequireSame(string path, TrainingOptions kept, string verb, Func<RunSetting, bool> isGiven, TrainingOptions given)
    {
        if (Verb(kept) is var maker && maker != verb)
            throw new TrainerException($"{path}: '{verb}' cannot resume a run of '{maker}'; "
                + $"start a new run from its weights with 'train --run ANOTHER --from {path}'");
        string[] differences =
        [
            .. from setting in All
               where !setting.MayChange && isGiven(setting) && !Equals(setting.ValueIn(given), setting.ValueIn(kept))
               select $"{setting.Name} was {Text(setting.ValueIn(kept))}",
        ];
        if (differences.Length > 0)
            throw new TrainerException($"{path}: this run was started with other settings: {string.Join(", ", differences)}; "
                + $"only {Steps} may change: leave these options out, or choose another --run");
    }

    /// <summary>
    /// The command that makes a run. It is published with the bundle, so it shortens paths to the last part.
    /// </summary>
    public static string Command(string path, TrainingOptions options)
    {
        var (verb, name) = (Verb(options), RunFolder.NameOf(path));
        var converts = verb == TrainingOptions.MadeByConvert;
        List<string> words = converts
            ? [verb, "--run", options.ImportedFrom ?? "", "--to", name, Temporal, Text(options.Temporal)]
            : [verb, "--run", name];
        var settings = converts ? OfConvert.Where(s => s.Name != Temporal)
            : verb == "train" ? All
            : All.Where(s => s.InPretrain || s.Name == From);
        foreach (var setting in settings)
        {
            var value = setting.ValueIn(options);
            var preset = converts ? setting.ValueIn(ConvertCommand.Defaults) : setting.DefaultFor(options);
            if (setting.IsAlwaysRecorded || !Equals(value, preset))
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

    // Expands a path, so that a run can be resumed from any working directory. Names of generated data are no paths.
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
