// pretrain: trains a miniature CLIP on generated pictures with captions. 'train --from' then keeps it frozen.
using System.CommandLine;
using StreamActions.Model;
using StreamActions.Trainer.Data;
using StreamActions.Trainer.Losses;
using StreamActions.Trainer.Training;

namespace StreamActions.Trainer.Commands;

/// <summary>The <c>pretrain</c> verb.</summary>
internal static class PretrainCommand
{
    /// <summary>Sizes of the miniature CLIP; the vocabulary size is filled in later.</summary>
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

    /// <summary>The default settings of a run.</summary>
    internal static TrainingOptions Defaults { get; } = new()
    {
        Steps = 2000,
        Batch = 256,
        Rate = 1e-3,
        Seed = 1,
        Data = new() { Source = DataChoice.GeneratedImages },
        Train = TrainablePart.Backbone,
        Losses = new LossWeights { Contrastive = 1, CrossModal = 0, Visual = 0, Masked = 0 },
    };

    public static Command Create()
    {
        var common = new RunOptions();
        var settings = new SettingOptions(RunSettings.OfPretrain, Defaults);
        Command command = new("pretrain",
            "Pretrain a miniature CLIP with a contrastive loss, on generated pictures with captions. "
            + "Ctrl-C saves and stops; the same command resumes the run.");
        common.AddTo(command);
        settings.AddTo(command);
        command.SetAction((result, cancellation) => RunMessages.GuardAsync(async () =>
        {
            var device = TrainingSession.Prepare(result.GetValue(common.Threads), result.GetValue(common.Device)!);
            var path = result.GetValue(common.Run)!;
            var options = settings.Read(result);
            if (!settings.IsGiven(result, RunSettings.WarmUp))
                options = options with { WarmUp = options.Steps / 20 };
            options.Check();
            using var held = RunLock.Take(path, "pretrain");
            var existing = RunFolder.Exists(path) ? TrainingSession.Resume(path, "pretrain", settings, result, options) : null;
            var (kept, image) = (existing?.Options ?? options, existing?.Clip ?? GeneratedImageSource.DemoImage);
            var source = kept.Data.Open(image, kept.Seed, fresh: true);
            var run = existing ?? RunFolder.Create(path, Miniature, image, options, source);
            RunMessages.Print($"{path}: {TrainingSession.Count(run)}.");
            var end = await TrainingSession.RunAsync(run, source, device, cancellation).ConfigureAwait(false);
            RunMessages.Print(end == TrainingEnd.Stopped
                ? (FormattableString)$"Stopped at step {run.LatestStep()}. The same command resumes the run."
                : $"Done. Next: train --run runs/mine --from {path}");
        }, cancellation));
        return command;
    }
}
