// train: adapters and heads on frozen weights of others, or a small network from nothing.
using System.CommandLine;
using Spectre.Console;
using StreamActions.Core.Clips;
using StreamActions.Model;
using StreamActions.Trainer.Data;
using StreamActions.Trainer.Training;

namespace StreamActions.Trainer.Commands;

/// <summary>The <c>train</c> verb.</summary>
internal static class TrainCommand
{
    /// <summary>Learning rate a clip of a step when CLIP is frozen (docs/model.md §4).</summary>
    private const double ReferenceRate = 1e-3 / 256;

    /// <summary>The sizes of a network that begins at random; the numbers of tokens and of label words are filled in.</summary>
    /// <param name="clip">The clips.</param>
    /// <param name="classes">How many classes the classification head tells apart; 0 leaves it out.</param>
    /// <param name="masked">Whether there is a masked-language head, which has a text block of its own.</param>
    internal static M2ClipConfig FromNothing(ClipSpec clip, int classes, bool masked) => PretrainCommand.Miniature with
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
        settings[RunSettings.Data].Description += " The generated benchmark unless given.";
        Option<int?> epochs = new("--epochs")
        {
            Description = "In place of --steps, for recordings: how often each is shown. "
                + "Warm-up is then two of them, a fifth at most, unless --warm-up is given.",
        };
        Command command = new("train",
            "Train a network, or go on with a run that was stopped. Ctrl-C saves and ends; the same command goes on.")
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
                throw new TrainerException("--epochs: at least 1, and not beside --steps");
            if (options.ImportedFrom is null && !RunFolder.Exists(path)
                && (settings.IsGiven(result, RunSettings.Adapters) || settings.IsGiven(result, RunSettings.BeforeAttention)))
                throw new TrainerException("--adapters, --before-attention: for the weights that --from names; "
                    + "a network from nothing has adapters in both branches");
            // A data set is opened once: a large one takes minutes to check.
            var (run, source) = RunFolder.Exists(path)
                ? GoOn(TrainingSession.GoOn(path, "train", settings, result, Named(options)))
                : Start(path, options, times, keepWarmUp: settings.IsGiven(result, RunSettings.WarmUp));
            await RunAsync(path, run, source, device, cancellation).ConfigureAwait(false);
        }, cancellation));
        return command;
    }

    // What the command line says; what it leaves out follows from the rest.
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

    // A run keeps the name of the weights that it started from, not their path.
    private static TrainingOptions Named(TrainingOptions options) =>
        options with { ImportedFrom = options.ImportedFrom is { } from ? StartingPoint.NameOf(from) : null };

    private static (RunFolder Run, IClipSource Source) GoOn(RunFolder run) =>
        (run, OpenData(run.Options, run.Clip, fresh: run.Options.ImportedFrom is null));

    private static (RunFolder Run, IClipSource Source) Start(string path, TrainingOptions options, int? epochs, bool keepWarmUp)
    {
        if (options.ImportedFrom is not { } from)
        {
            var demo = GeneratedClipSource.DemoClip;
            var data = OpenData(options, demo, fresh: true);
            var config = FromNothing(demo, options.Losses.Visual > 0 ? data.Classes.Count : 0, options.Losses.Masked > 0);
            return (RunFolder.Create(path, config, demo, InEpochs(options, epochs, keepWarmUp, data), data), data);
        }
        var start = StartingPoint.Open(from);
        // Pictures say nothing of time: clips are then those of the benchmark, at the size that was learnt.
        var clip = start.Clip.Frames > 1
            ? start.Clip
            : GeneratedClipSource.DemoClip with { Size = start.Clip.Size, Resize = start.Clip.Resize };
        var source = OpenData(options, clip, fresh: false);
        return (RunFolder.From(path, start, clip, InEpochs(options, epochs, keepWarmUp, source), source), source);
    }

    private static IClipSource OpenData(TrainingOptions options, ClipSpec clip, bool fresh) => options.Data.Open(
        clip, options.Seed, fresh, skipped => AnsiConsole.MarkupLineInterpolated($"[yellow]skipped:[/] {skipped.Reason}"));

    private static TrainingOptions InEpochs(TrainingOptions options, int? epochs, bool keepWarmUp, IClipSource source)
    {
        if (epochs is not { } times)
            return options;
        if (source.ClipsInEpoch is not { } clips)
            throw new TrainerException("--epochs: this data has no end; give --steps");
        var epoch = Math.Max(1, (clips + options.Batch * options.Accumulate - 1) / (options.Batch * options.Accumulate));
        return options with { Steps = times * epoch, WarmUp = keepWarmUp ? options.WarmUp : Math.Min(2 * epoch, times * epoch / 5) };
    }

    private static string Differences(IReadOnlyList<ClipClass> before, IReadOnlyList<ClipClass> now)
    {
        string[] gone = [.. before.Select(c => c.Name).Except(now.Select(c => c.Name))];
        string[] come = [.. now.Select(c => c.Name).Except(before.Select(c => c.Name))];
        return gone.Length + come.Length == 0
            ? "in another order"
            : string.Join(", ", [.. gone.Select(c => $"no '{c}'"), .. come.Select(c => $"new: '{c}'")]);
    }

    private static async Task RunAsync(
        string path, RunFolder run, IClipSource source, TorchSharp.torch.Device device, CancellationToken cancellation)
    {
        var options = run.Options;
        if (!source.Classes.Select(c => c.Name).SequenceEqual(run.Classes.Select(c => c.Name)))
            throw new TrainerException(
                $"{path}: the run was started with other classes than its data has now ({Differences(run.Classes, source.Classes)}); "
                + $"bring the data back, or start another run with 'train --run ANOTHER --from {path}'");
        foreach (var note in source.Notes)
            AnsiConsole.MarkupLineInterpolated($"[yellow]{note}[/]");
        RunMessages.Say($"{path}: {run.Classes.Count} classes, {run.Words.Count} label words, {TrainingSession.Count(run)}.");
        var end = await TrainingSession.RunAsync(run, source, device, cancellation).ConfigureAwait(false);
        TrainingSession.SaySkipped(source);
        var next = $"export --run {path} --name mine --to models/mine";
        RunMessages.Say(end switch
        {
            TrainingEnd.Stopped => (FormattableString)$"Stopped at step {run.LatestStep()}. The same command goes on.",
            TrainingEnd.Early => $"Ended at step {run.LatestStep()}: no better for {options.Patience} evaluations. Next: {next}",
            _ => $"Done. Next: {next}",
        });
    }
}
