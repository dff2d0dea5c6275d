// train: trains adapters and heads on frozen weights, or a small network from scratch.
using System.CommandLine;
using Spectre.Console;
using StreamActions.Core.Bundles;
using StreamActions.Core.Clips;
using StreamActions.Model;
using StreamActions.Trainer.Data;
using StreamActions.Trainer.Training;

namespace StreamActions.Trainer.Commands;

/// <summary>The <c>train</c> verb.</summary>
internal static class TrainCommand
{
    /// <summary>Learning rate per clip of a step when CLIP is frozen (docs/model.md §4).</summary>
    private const double ReferenceRate = 1e-3 / 256;

    /// <summary>Sizes of a network with random initial weights; the numbers of tokens and of label words are filled in later.</summary>
    /// <param name="clip">Size and timing of the clips.</param>
    /// <param name="classes">Classes of the classification head; 0 leaves it out.</param>
    /// <param name="masked">True adds a masked-language head, which needs an additional text block.</param>
    internal static M2ClipConfig FromScratch(ClipSpec clip, int classes, bool masked) => PretrainCommand.Miniature with
    {
        ImageSize = clip.Size,
        Frames = clip.Frames,
        VisionAdapterWidth = 32,
        VisionAdapterLayers = 4,
        TextAdapterWidth = 32,
        TextLayers = PretrainCommand.Miniature.TextLayers + (masked ? 1 : 0),
        TextAdapterLayers = masked ? 2 : 1,
        NumClasses = classes,
        MlmVocabSize = masked ? 1 : 0,
    };

    public static Command Create()
    {
        var common = new RunOptions();
        var settings = new SettingOptions(RunSettings.All, RunSettings.Defaults);
        settings[RunSettings.Data].Description += " Default: the generated benchmark.";
        Option<int?> epochs = new("--epochs")
        {
            Description = "For recordings, instead of --steps: number of passes over them. "
                + "The default of --warm-up is then two epochs, at most a fifth of all steps.",
        };
        Command command = new("train",
            "Train a network, or resume a stopped run. Ctrl-C saves and stops; the same command resumes the run.")
        {
            epochs,
        };
        common.AddTo(command);
        settings.AddTo(command);
        command.SetAction((result, cancellation) => RunMessages.GuardAsync(async () =>
        {
            var device = TrainingSession.Prepare(result.GetValue(common.Threads), result.GetValue(common.Device)!);
            var path = result.GetValue(common.Run)!;
            var options = Read(settings, result);
            var times = result.GetValue(epochs);
            if (times is not null && (settings.IsGiven(result, RunSettings.Steps) || times < 1))
                throw new TrainerException("--epochs: must be at least 1, and cannot be combined with --steps");
            if (options.ImportedFrom is null && !RunFolder.Exists(path)
                && (settings.IsGiven(result, RunSettings.Adapters) || settings.IsGiven(result, RunSettings.BeforeAttention)))
                throw new TrainerException("--adapters, --before-attention: only with --from; "
                    + "a network trained from scratch has adapters in both branches");
            using var held = RunLock.Take(path, "train");
            // A data set is opened only once, because checking a large one takes minutes.
            var (run, source) = RunFolder.Exists(path)
                ? Resume(TrainingSession.Resume(path, "train", settings, result, WithWeightsName(options)))
                : Start(path, options, times, name => settings.IsGiven(result, name));
            await RunAsync(path, run, source, device, cancellation).ConfigureAwait(false);
        }, cancellation));
        return command;
    }

    // Settings from the command line, with defaults that depend on other settings.
    private static TrainingOptions Read(SettingOptions settings, ParseResult result)
    {
        var options = settings.Read(result);
        DataOptions.CheckForTraining(settings, result, options.Data);
        var fresh = options.ImportedFrom is null;
        if (!settings.IsGiven(result, RunSettings.Rate) && !fresh)
            options = options with { Rate = ReferenceRate * options.Batch * options.Accumulate };
        if (!settings.IsGiven(result, RunSettings.WarmUp))
            options = options with { WarmUp = options.Steps / 20 };
        if (!settings.IsGiven(result, RunSettings.Train))
            options = options with { Train = fresh ? TrainablePart.All : TrainablePart.Adapters };
        options.Check();
        return options;
    }

    // A run stores the name of its initial weights, not their path.
    private static TrainingOptions WithWeightsName(TrainingOptions options) =>
        options with { ImportedFrom = options.ImportedFrom is { } from ? StartingPoint.NameOf(from) : null };

    private static (RunFolder Run, IClipSource Source) Resume(RunFolder run) =>
        (run, OpenData(run.Options, run.Clip, fresh: run.Options.ImportedFrom is null));

    private static (RunFolder Run, IClipSource Source) Start(string path, TrainingOptions options, int? epochs, Func<string, bool> isGiven)
    {
        var keepWarmUp = isGiven(RunSettings.WarmUp);
        if (options.ImportedFrom is not { } from)
        {
            var demo = GeneratedClipSource.DemoClip;
            var data = OpenData(options, demo, fresh: true);
            var config = FromScratch(demo, options.Losses.Visual > 0 ? data.Classes.Count : 0, options.Losses.Masked > 0) with
            {
                Temporal = options.Temporal,
            };
            return (RunFolder.Create(path, config, demo, InEpochs(options, epochs, keepWarmUp, data), data), data);
        }
        var start = StartingPoint.Open(from);
        options = WithTemporal(options, start, isGiven(RunSettings.Temporal));
        // Weights pretrained on pictures have no clip timing: take the benchmark's, at the pictures' size.
        var clip = start.Clip.Frames > 1
            ? start.Clip
            : GeneratedClipSource.DemoClip with { Size = start.Clip.Size, Resize = start.Clip.Resize };
        var source = OpenData(options, clip, fresh: false);
        return (RunFolder.From(path, start, clip, InEpochs(options, epochs, keepWarmUp, source), source), source);
    }

    // Without the option a run keeps the mode of its initial weights. Weights without vision adapters have none yet.
    private static TrainingOptions WithTemporal(TrainingOptions options, StartingPoint start, bool given)
    {
        if (start.Config is not { VisionAdapterLayers: > 0, Temporal: var kept })
            return options;
        if (!given)
            return options with { Temporal = kept };
        if (kept != options.Temporal)
        {
            var (from, change) = options.Temporal == TemporalMode.Causal
                ? ("bidirectional", "no longer see later frames")
                : ("causal", "now see later frames too");
            RunMessages.Print($"{start.Name} is {from}. This run keeps its weights, but frames {change}: it starts less accurate.");
        }
        return options;
    }

    internal static IClipSource OpenData(TrainingOptions options, ClipSpec clip, bool fresh) => options.Data.Open(
        clip, options.Seed, fresh, skipped => AnsiConsole.MarkupLineInterpolated($"[yellow]skipped:[/] {skipped.Reason}"));

    private static TrainingOptions InEpochs(TrainingOptions options, int? epochs, bool keepWarmUp, IClipSource source)
    {
        if (epochs is not { } times)
            return options;
        if (source.ClipsInEpoch is not { } clips)
            throw new TrainerException("--epochs: generated data has no epochs; give --steps instead");
        var epoch = Math.Max(1, (clips + options.Batch * options.Accumulate - 1) / (options.Batch * options.Accumulate));
        return options with { Steps = times * epoch, WarmUp = keepWarmUp ? options.WarmUp : Math.Min(2 * epoch, times * epoch / 5) };
    }

    private static string Differences(IReadOnlyList<ClipClass> before, IReadOnlyList<ClipClass> now)
    {
        string[] removed = [.. before.Select(c => c.Name).Except(now.Select(c => c.Name))];
        string[] added = [.. now.Select(c => c.Name).Except(before.Select(c => c.Name))];
        return removed.Length + added.Length == 0
            ? "in another order"
            : string.Join(", ", [.. removed.Select(c => $"missing: '{c}'"), .. added.Select(c => $"new: '{c}'")]);
    }

    private static async Task RunAsync(
        string path, RunFolder run, IClipSource source, TorchSharp.torch.Device device, CancellationToken cancellation)
    {
        var options = run.Options;
        if (!source.Classes.Select(c => c.Name).SequenceEqual(run.Classes.Select(c => c.Name)))
            throw new TrainerException(
                $"{path}: the classes of the data have changed since the run started ({Differences(run.Classes, source.Classes)}); "
                + $"restore the data, or start another run with 'train --run ANOTHER --from {path}'");
        foreach (var note in source.Notes)
            AnsiConsole.MarkupLineInterpolated($"[yellow]{note}[/]");
        RunMessages.Print($"{path}: {run.Classes.Count} classes, {run.Words.Count} label words, {TrainingSession.Count(run)}.");
        var end = await TrainingSession.RunAsync(run, source, device, cancellation).ConfigureAwait(false);
        TrainingSession.PrintSkipped(source);
        var next = $"export --run {path} --name mine --to models/mine";
        RunMessages.Print(end switch
        {
            TrainingEnd.Stopped => (FormattableString)$"Stopped at step {run.LatestStep()}. The same command resumes the run.",
            TrainingEnd.Early =>
                $"Stopped early at step {run.LatestStep()}: no better top-1 in {options.Patience} evaluations. Next: {next}",
            _ => $"Done. Next: {next}",
        });
    }
}
