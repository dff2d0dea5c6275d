// train: makes or goes on with a run, with a progress bar.
using System.CommandLine;
using System.Globalization;
using Spectre.Console;
using StreamActions.Core.Clips;
using StreamActions.Model;
using StreamActions.Trainer.Data;
using StreamActions.Trainer.Training;
using static TorchSharp.torch;

namespace StreamActions.Trainer.Commands;

/// <summary>The <c>train</c> verb.</summary>
internal static class TrainCommand
{
    /// <summary>The sizes of the demo model; the vocabulary's size and the classes' number are filled in.</summary>
    internal static M2ClipConfig DemoNetwork(ClipSpec clip, int classes) => new()
    {
        ImageSize = clip.Size,
        PatchSize = 8,
        VisionWidth = 128,
        VisionLayers = 4,
        EmbedDim = 128,
        VisionAdapterWidth = 32,
        VisionAdapterLayers = 4,
        Frames = clip.Frames,
        TextWidth = 128,
        TextHeads = 2,
        TextLayers = 3,
        TextAdapterWidth = 32,
        TextAdapterLayers = 1,
        ContextLength = 24,
        VocabSize = 1,
        NumClasses = classes,
    };

    public static Command Create()
    {
        Option<string> run = new("--run") { Description = "Folder of the run: settings, checkpoints, log.", Required = true };
        Option<long?> steps = new("--steps") { Description = "Steps in all (3000). For a run that goes on: a new length, over which the learning rate then falls." };
        Option<int> batch = new("--batch") { Description = "Clips in a step.", DefaultValueFactory = _ => 32 };
        Option<double> rate = new("--rate") { Description = "Highest learning rate.", DefaultValueFactory = _ => 1e-3 };
        Option<ulong> seed = new("--seed") { Description = "Seed of weights and clips.", DefaultValueFactory = _ => 1UL };
        Option<bool> mixed = new("--bf16") { Description = "Matrix products in bfloat16: about five times as fast where the processor has them." };
        Option<int> threads = new("--threads") { Description = "Threads of libtorch; 0 takes all cores.", DefaultValueFactory = _ => 0 };
        Command command = new("train", "Train a small network on generated clips, or go on with a run that was stopped. Ctrl-C saves and ends; the same command goes on.")
        {
            run, steps, batch, rate, seed, mixed, threads,
        };
        command.SetAction((result, cancellation) => RunMessages.GuardAsync(() => RunAsync(
            result.GetValue(run)!,
            new TrainingOptions
            {
                Steps = result.GetValue(steps) ?? 3000,
                Batch = result.GetValue(batch),
                Rate = result.GetValue(rate),
                Seed = result.GetValue(seed),
                MixedPrecision = result.GetValue(mixed),
            },
            result.GetValue(steps), result.GetValue(threads), cancellation)));
        return command;
    }

    private static async Task RunAsync(string path, TrainingOptions options, long? length, int threads, CancellationToken cancellation)
    {
        set_num_threads(threads > 0 ? threads : Environment.ProcessorCount);
        RunFolder run;
        GeneratedClipSource source;
        if (RunFolder.Exists(path))
        {
            run = RunFolder.Open(path);
            source = new(run.Clip);
            if (length is { } steps && steps != run.Options.Steps)
                run = run.WithSteps(steps);
            AnsiConsole.MarkupLineInterpolated($"Going on with [blue]{path}[/] at step {run.LatestStep()} of {run.Options.Steps}; its own settings hold, and only --steps changes one.");
        }
        else
        {
            var clip = GeneratedClipSource.DemoClip;
            source = new(clip);
            run = RunFolder.Create(path, DemoNetwork(clip, source.Classes.Count), clip, options, source.Texts);
            AnsiConsole.MarkupLineInterpolated($"New run in [blue]{path}[/]: {source.Classes.Count} classes, {M2ClipParameters.List(run.Config).Sum(p => p.Shape.Aggregate(1L, (a, b) => a * b)):N0} parameters.");
        }
        using var log = new StreamWriter(run.In("log.csv"), append: true) { AutoFlush = true };
        await AnsiConsole.Progress()
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn(), new RemainingTimeColumn())
            .StartAsync(async progress =>
            {
                var bar = progress.AddTask("starting", maxValue: run.Options.Steps);
                bar.Value = run.LatestStep();
                var (loss, accuracy) = (double.NaN, double.NaN);
                var quality = "";
                await new TrainingLoop(run, source).RunAsync(
                    step =>
                    {
                        loss = double.IsNaN(loss) ? step.Loss : 0.98 * loss + 0.02 * step.Loss;
                        accuracy = double.IsNaN(accuracy) ? step.Accuracy : 0.98 * accuracy + 0.02 * step.Accuracy;
                        bar.Value = step.Step;
                        bar.Description = string.Create(CultureInfo.InvariantCulture,
                            $"step {step.Step}  loss {loss:f3}  batch accuracy {accuracy:p1}  {step.ClipsPerSecond:f1} clips/s  wait {step.WaitSeconds * 1000:f0} ms{quality}");
                        log.WriteLine(string.Create(CultureInfo.InvariantCulture,
                            $"step,{step.Step},{step.Loss:f4},{step.Accuracy:f4},{step.ClipsPerSecond:f2},{step.WaitSeconds:f4}"));
                    },
                    (step, report) =>
                    {
                        quality = string.Create(CultureInfo.InvariantCulture, $"  held-out {report.ByText:p1}, pairs {report.Pairs:p1}");
                        log.WriteLine(string.Create(CultureInfo.InvariantCulture,
                            $"evaluation,{step},{report.ByText:f4},{report.ByClassifier:f4},{report.Pairs:f4},{report.PairsShuffled:f4}"));
                    },
                    cancellation);
            });
        AnsiConsole.MarkupLineInterpolated(run.LatestStep() >= run.Options.Steps
            ? (FormattableString)$"Done. Next: [blue]export --run {path} --name demo --to models/demo[/]"
            : $"Stopped at step {run.LatestStep()}. The same command goes on.");
    }
}
