// pretrain: a miniature CLIP on pictures with captions; what 'train --from' then keeps frozen.
using System.CommandLine;
using StreamActions.Model;
using StreamActions.Trainer.Data;
using StreamActions.Trainer.Losses;
using StreamActions.Trainer.Training;

namespace StreamActions.Trainer.Commands;

/// <summary>The <c>pretrain</c> verb.</summary>
internal static class PretrainCommand
{
    /// <summary>The sizes of the miniature; the vocabulary's is filled in.</summary>
    internal static M2ClipConfig Miniature { get; } = new()
    {
        ImageSize = GeneratedImageSource.DemoImage.Size,
        PatchSize = 8,
        VisionWidth = 128,
        VisionLayers = 4,
        EmbedDim = 128,
        VisionAdapterWidth = 0,
        VisionAdapterLayers = 0,
        Frames = 1,
        TextWidth = 128,
        TextHeads = 2,
        TextLayers = 3,
        TextAdapterWidth = 0,
        TextAdapterLayers = 0,
        ContextLength = 24,
        VocabSize = 1,
    };

    public static Command Create()
    {
        var common = new RunOptions();
        Option<int> batch = new("--batch") { Description = "Pictures that are compared with each other in a step.", DefaultValueFactory = _ => 256 };
        Option<double> rate = new("--rate") { Description = "Highest learning rate.", DefaultValueFactory = _ => 1e-3 };
        Command command = new("pretrain", "Make a miniature CLIP from generated pictures with captions, the way CLIP itself was made. Ctrl-C saves and ends; the same command goes on.") { batch, rate };
        common.AddTo(command);
        command.SetAction((result, cancellation) => RunMessages.GuardAsync(async () =>
        {
            var device = TrainingSession.Prepare(result.GetValue(common.Threads), result.GetValue(common.Device)!);
            var path = result.GetValue(common.Run)!;
            var steps = result.GetValue(common.Steps) ?? 2000;
            var options = new TrainingOptions
            {
                Steps = steps,
                Batch = result.GetValue(batch),
                Rate = result.GetValue(rate),
                WarmUp = result.GetValue(common.WarmUp) ?? steps / 20,
                Seed = result.GetValue(common.Seed),
                MixedPrecision = result.GetValue(common.Mixed),
                EvaluateEvery = result.GetValue(common.EvaluateEvery),
                Data = new() { Source = DataChoice.GeneratedImages },
                Train = TrainablePart.Backbone,
                Losses = new LossWeights { Contrastive = 1, CrossModal = 0, Visual = 0, Masked = 0 },
            };
            options.Check();
            var run = RunFolder.Exists(path)
                ? TrainingSession.GoOn(path, "pretrain", result, options, result.GetValue(common.Steps))
                : RunFolder.Create(path, Miniature, GeneratedImageSource.DemoImage, options, options.Data.Open(GeneratedImageSource.DemoImage, options.Seed, fresh: true));
            RunMessages.Say($"{path}: {TrainingSession.Count(run)}.");
            var end = await TrainingSession.RunAsync(run, run.Options.Data.Open(run.Clip, run.Options.Seed, fresh: true), device, cancellation);
            RunMessages.Say(end == TrainingEnd.Stopped
                ? (FormattableString)$"Stopped at step {run.LatestStep()}. The same command goes on."
                : $"Done. Next: train --run runs/mine --from {path}");
        }));
        return command;
    }
}
