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
        var losses = new LossOptions();
        Option<string?> from = new("--from") { Description = "Weights to start from: a run of 'import-clip', 'pretrain' or 'train', or a bundle." };
        var data = new DataOptions();
        Option<int?> epochs = new("--epochs") { Description = "In place of --steps, for recordings: how often each is shown. Warm-up is then two of them, a fifth at most, unless --warm-up is given." };
        Option<TrainablePart?> part = new("--train") { Description = "What is trained: adapters (and heads; CLIP stays frozen), which is meant unless given with --from; all, which is meant without; backbone: CLIP alone." };
        Option<AdapterPlaces> adapters = new("--adapters") { Description = "With --from: where adapters are added when there are none: both branches, vision alone (texts stay what they are), text alone (a video is the mean of its frames), none.", DefaultValueFactory = _ => AdapterPlaces.Both };
        Option<bool> beforeAttention = new("--before-attention") { Description = "With --from: vision blocks get an adapter before attention too, beside the one before the MLP: 24 in place of 12 in a ViT-B." };
        Option<TedParts> ted = new("--ted") { Description = "Parts of the TED-Adapters that are trained: both, the enhancement, the difference. The other part of a fresh adapter then stays without effect; for ablations.", DefaultValueFactory = _ => TedParts.Both };
        Option<int> batch = new("--batch") { Description = "Clips that are compared with each other.", DefaultValueFactory = _ => 32 };
        Option<int> accumulate = new("--accumulate") { Description = "Batches whose gradients make one step.", DefaultValueFactory = _ => 1 };
        Option<double?> rate = new("--rate") { Description = "Highest learning rate; of text adapters half of it. With --from 0.001 for 256 clips a step and in proportion, else 0.001." };
        Option<int> patience = new("--patience") { Description = "Evaluations without a better figure after which the run ends; 0 never ends it.", DefaultValueFactory = _ => 0 };
        Command command = new("train", "Train a network, or go on with a run that was stopped. Ctrl-C saves and ends; the same command goes on.")
        {
            from, epochs, part, adapters, beforeAttention, ted, batch, accumulate, rate, patience,
        };
        common.AddTo(command);
        losses.AddTo(command);
        data.AddTo(command, training: true);
        command.SetAction((result, cancellation) => RunMessages.GuardAsync(async () =>
        {
            var device = TrainingSession.Prepare(result.GetValue(common.Threads), result.GetValue(common.Device)!);
            var path = result.GetValue(common.Run)!;
            var start = result.GetValue(from);
            var (steps, times) = (result.GetValue(common.Steps), result.GetValue(epochs));
            var (clips, parts) = (result.GetValue(batch), result.GetValue(accumulate));
            var options = new TrainingOptions
            {
                Steps = steps ?? 3000,
                Batch = clips,
                Accumulate = parts,
                Rate = result.GetValue(rate) ?? (start is null ? 1e-3 : ReferenceRate * clips * parts),
                WarmUp = result.GetValue(common.WarmUp) ?? (steps ?? 3000) / 20,
                Seed = result.GetValue(common.Seed),
                MixedPrecision = result.GetValue(common.Mixed),
                EvaluateEvery = result.GetValue(common.EvaluateEvery),
                Patience = result.GetValue(patience),
                Data = data.Read(result, training: true),
                Train = result.GetValue(part) ?? (start is null ? TrainablePart.All : TrainablePart.Adapters),
                Adapters = result.GetValue(adapters),
                BeforeAttention = result.GetValue(beforeAttention),
                Ted = result.GetValue(ted),
                Losses = losses.Read(result),
            };
            options.Check();
            if (times is not null && (steps is not null || times < 1))
                throw new FormatException("--epochs: at least 1, and not beside --steps");
            if (start is null && !RunFolder.Exists(path) && (RunSettings.IsGiven(result, adapters) || RunSettings.IsGiven(result, beforeAttention)))
                throw new FormatException("--adapters, --before-attention: for the weights that --from names; a network from nothing has adapters in both branches");
            var run = RunFolder.Exists(path)
                ? TrainingSession.GoOn(path, "train", result, options with { ImportedFrom = start is null ? null : StartingPoint.NameOf(start) }, steps)
                : Start(path, start, options, times, result.GetValue(common.WarmUp));
            await RunAsync(path, run, device, cancellation);
        }));
        return command;
    }

    private static RunFolder Start(string path, string? from, TrainingOptions options, int? epochs, long? warmUp)
    {
        if (from is null)
        {
            var fresh = options.Data.Open(GeneratedClipSource.DemoClip, options.Seed, fresh: true);
            return RunFolder.Create(path, FromNothing(GeneratedClipSource.DemoClip, options.Losses.Visual > 0 ? fresh.Classes.Count : 0, options.Losses.Masked > 0), GeneratedClipSource.DemoClip, InEpochs(options, epochs, warmUp, fresh), fresh);
        }
        var start = StartingPoint.Open(from);
        // Pictures say nothing of time: clips are then those of the benchmark, at the size that was learnt.
        var clip = start.Clip.Frames > 1 ? start.Clip : GeneratedClipSource.DemoClip with { Size = start.Clip.Size, Resize = start.Clip.Resize };
        var source = options.Data.Open(clip, options.Seed, fresh: false);
        return RunFolder.From(path, start, clip, InEpochs(options, epochs, warmUp, source), source);
    }

    private static TrainingOptions InEpochs(TrainingOptions options, int? epochs, long? warmUp, IClipSource source)
    {
        if (epochs is not { } times)
            return options;
        if (source.ClipsInEpoch is not { } clips)
            throw new FormatException("--epochs: this data has no end; give --steps");
        var epoch = Math.Max(1, (clips + options.Batch * options.Accumulate - 1) / (options.Batch * options.Accumulate));
        return options with { Steps = times * epoch, WarmUp = warmUp ?? Math.Min(2 * epoch, times * epoch / 5) };
    }

    private static string Differences(IReadOnlyList<ClipClass> before, IReadOnlyList<ClipClass> now)
    {
        string[] gone = [.. before.Select(c => c.Name).Except(now.Select(c => c.Name))], come = [.. now.Select(c => c.Name).Except(before.Select(c => c.Name))];
        return gone.Length + come.Length == 0 ? "in another order" : string.Join(", ", [.. gone.Select(c => $"no '{c}'"), .. come.Select(c => $"new: '{c}'")]);
    }

    private static async Task RunAsync(string path, RunFolder run, TorchSharp.torch.Device device, CancellationToken cancellation)
    {
        var options = run.Options;
        var source = options.Data.Open(run.Clip, options.Seed, fresh: options.ImportedFrom is null,
            skipped => AnsiConsole.MarkupLineInterpolated($"[yellow]skipped:[/] {skipped.Reason}"));
        if (!source.Classes.Select(c => c.Name).SequenceEqual(run.Classes.Select(c => c.Name)))
            throw new FormatException($"{path}: the run was begun with other classes than its data has now ({Differences(run.Classes, source.Classes)}); bring the data back, or begin another run with 'train --run ANOTHER --from {path}'");
        foreach (var note in source.Notes)
            AnsiConsole.MarkupLineInterpolated($"[yellow]{note}[/]");
        RunMessages.Say($"{path}: {run.Classes.Count} classes, {run.Words.Count} label words, {TrainingSession.Count(run)}.");
        var end = await TrainingSession.RunAsync(run, source, device, cancellation);
        TrainingSession.SaySkipped(source);
        RunMessages.Say(end switch
        {
            TrainingEnd.Stopped => (FormattableString)$"Stopped at step {run.LatestStep()}. The same command goes on.",
            TrainingEnd.Early => $"Ended at step {run.LatestStep()}: no better for {options.Patience} evaluations. Next: export --run {path} --name mine --to models/mine",
            _ => $"Done. Next: export --run {path} --name mine --to models/mine",
        });
    }
}
