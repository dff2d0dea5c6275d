// A run's settings by the options that give them: what a run that goes on keeps, and what a manifest records.
using System.CommandLine;
using System.Globalization;
using StreamActions.Trainer.Data;
using StreamActions.Trainer.Training;

namespace StreamActions.Trainer.Commands;

/// <summary>The options that decide a run.</summary>
internal static class RunSettings
{
    // Always recorded; the others where they are not what they are unless given.
    private static readonly (string Option, Func<TrainingOptions, object?> Of)[] Always =
    [
        ("--batch", o => o.Batch), ("--rate", o => o.Rate), ("--warm-up", o => o.WarmUp), ("--seed", o => o.Seed),
    ];

    private static readonly (string Option, Func<TrainingOptions, object?> Of)[] Others =
    [
        ("--accumulate", o => o.Accumulate), ("--patience", o => o.Patience), ("--evaluate-every", o => o.EvaluateEvery), ("--bf16", o => o.MixedPrecision), ("--adapters", o => o.Adapters), ("--before-attention", o => o.BeforeAttention), ("--ted", o => o.Ted),
        ("--contrastive", o => o.Losses.Contrastive), ("--cross-modal", o => o.Losses.CrossModal), ("--visual", o => o.Losses.Visual), ("--masked", o => o.Losses.Masked),
        ("--reference-cross-modal", o => o.Losses.ReferenceCrossModal),
        ("--data", o => o.Data.Source), ("--labels", o => o.Data.Labels), ("--validation", o => o.Data.Validation), ("--media", o => o.Data.Media), ("--held-out", o => o.Data.HeldOut),
        ("--augment", o => o.Data.Recipe), ("--colour-jitter", o => o.Data.ColourJitter), ("--replay", o => o.Data.Replay), ("--replay-share", o => o.Data.ReplayShare), ("--views", o => $"{o.Data.TemporalViews}x{o.Data.SpatialViews}"),
    ];

    private static readonly TrainingOptions Default = new() { Steps = 0, Batch = 0, Rate = 0, Seed = 0 };

    /// <summary>The verb that made a run.</summary>
    public static string Verb(TrainingOptions options) => options.MadeBy ?? (options.Data.Source == DataChoice.GeneratedImages ? "pretrain" : "train");

    /// <summary>Refuses to go on with a run of another verb, and options that differ from what the run was begun with.</summary>
    /// <param name="path">The run's folder.</param>
    /// <param name="kept">Its settings.</param>
    /// <param name="verb">The verb that would go on.</param>
    /// <param name="result">The command line: options that are not on it are kept.</param>
    /// <param name="given">What the command line says.</param>
    /// <exception cref="FormatException">Something differs; all of it is listed.</exception>
    public static void RequireSame(string path, TrainingOptions kept, string verb, ParseResult result, TrainingOptions given)
    {
        if (Verb(kept) is var maker && maker != verb)
            throw new FormatException($"{path}: a run of '{maker}', with which '{verb}' does not go on; for a new run from its weights: 'train --run ANOTHER --from {path}'");
        string[] differences =
        [
            .. from setting in (IEnumerable<(string Option, Func<TrainingOptions, object?> Of)>)[.. Always, .. Others, ("--train", o => o.Train), ("--from", o => o.ImportedFrom)]
               where IsGiven(result, setting.Option) && !Equals(setting.Of(given), setting.Of(kept))
               select $"{setting.Option} was {Text(setting.Of(kept))}",
        ];
        if (differences.Length > 0)
            throw new FormatException($"{path}: this run is begun, and {string.Join(", ", differences)}; only --steps may change: leave the others out, or take another --run");
    }

    /// <summary>The command that makes a run; of files and folders their names alone, for where they lie is nobody else's business.</summary>
    public static string Command(string path, TrainingOptions options)
    {
        List<string> words = [Verb(options), "--run", RunFolder.NameOf(path)];
        if (options.ImportedFrom is { } from)
            words.AddRange(["--from", from]);
        words.AddRange(["--steps", Text(options.Steps)]);
        foreach (var (option, of) in Always)
            words.AddRange([option, Text(of(options))]);
        if (words[0] == "train")
        {
            foreach (var (option, of) in Others.Where(o => !Equals(o.Of(options), o.Of(Default))))
                words.AddRange(of(options) is true ? [option] : [option, Text(of(options))]);
            if (options.Train != (options.ImportedFrom is null ? TrainablePart.All : TrainablePart.Adapters))
                words.AddRange(["--train", Text(options.Train)]);
        }
        return string.Join(' ', words.Select(w => w.Contains(' ', StringComparison.Ordinal) ? $"\"{w}\"" : w));
    }

    /// <summary>True when an option is on the command line.</summary>
    public static bool IsGiven(ParseResult result, Option option) => result.GetResult(option) is { Implicit: false };

    private static bool IsGiven(ParseResult result, string name) =>
        result.CommandResult.Command.Options.FirstOrDefault(o => o.Name == name) is { } option && IsGiven(result, option);

    private static string Text(object? value) => value switch
    {
        null => "not given",
        bool given => given ? "given" : "not given",
        Enum name => name.ToString().ToLowerInvariant(),
        string path when Path.IsPathRooted(path) => RunFolder.NameOf(path),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };
}
