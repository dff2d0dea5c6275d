// Runs a training loop with a progress bar and logs, for the training verbs.
using System.CommandLine;
using System.Globalization;
using Spectre.Console;
using StreamActions.Trainer.Data;
using StreamActions.Trainer.Network;
using StreamActions.Trainer.Training;
using static TorchSharp.torch;

namespace StreamActions.Trainer.Commands;

/// <summary>Training at the console.</summary>
internal static class TrainingSession
{
    /// <summary>Sets libtorch's threads and chooses the device.</summary>
    /// <param name="threads">Number of threads; 0 uses all cores.</param>
    /// <param name="device"><c>auto</c>, <c>cpu</c> or <c>cuda</c>.</param>
    /// <exception cref="TrainerException">The device is unknown, or libtorch does not find it.</exception>
    public static Device Prepare(int threads, string device)
    {
        set_num_threads(threads > 0 ? threads : Environment.ProcessorCount);
        return device switch
        {
            "cpu" => CPU,
            "auto" => cuda_is_available() ? CUDA : CPU,
            "cuda" when cuda_is_available() => CUDA,
            "cuda" => throw new TrainerException(
                "--device cuda: libtorch has no CUDA support or finds no CUDA device; use --device auto or cpu"),
            _ => throw new TrainerException($"--device {device}: must be auto, cpu or cuda"),
        };
    }

    /// <summary>Opens an existing run to resume it.</summary>
    /// <param name="path">The run's folder.</param>
    /// <param name="verb">The verb that resumes it.</param>
    /// <param name="settings">The verb's options.</param>
    /// <param name="result">The command line.</param>
    /// <param name="given">The settings from the command line.</param>
    /// <exception cref="TrainerException">Another verb made the run, or the command line differs from the run's settings.</exception>
    public static RunFolder Resume(string path, string verb, SettingOptions settings, ParseResult result, TrainingOptions given)
    {
        var run = RunFolder.Open(path);
        RunSettings.RequireSame(path, run.Options, verb, setting => settings.IsGiven(result, setting), given);
        if (settings.IsGiven(result, RunSettings.Steps) && given.Steps != run.Options.Steps)
            run = run.WithSteps(given.Steps);
        RunMessages.Print($"Resuming {path} at step {run.LatestStep()} of {run.Options.Steps}.");
        return run;
    }

    /// <summary>Trains until the run is done or stopped.</summary>
    public static async Task<TrainingEnd> RunAsync(RunFolder run, IClipSource source, Device device, CancellationToken cancellation)
    {
        if (run.Options.MixedPrecision && !Bfloat16.IsNative(device))
            AnsiConsole.MarkupLine(
                "[yellow]--bf16: this device does not support bfloat16; the run uses float32, which is faster here.[/]");
        var latest = run.Checkpoints.Latest();
        using var log = new RunLog(run.In("log.csv"), latest?.Step ?? 0, latest is { IsEvaluated: true });
        using var curves = new TensorBoardLog(run.In("tensorboard"), latest?.Step ?? 0, TimeProvider.System);
        var end = TrainingEnd.Stopped;
        await AnsiConsole.Progress()
            .Columns(
                new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(),
                new ElapsedTimeColumn(), new RemainingTimeColumn())
            .StartAsync(async progress =>
            {
                var bar = progress.AddTask("starting", maxValue: Math.Max(1, run.Options.Steps));
                bar.Value = run.LatestStep();
                var (loss, accuracy) = (double.NaN, double.NaN);
                var quality = "";
                end = await new TrainingLoop(run, source, device).RunAsync(
                    step =>
                    {
                        loss = Smooth(loss, step.Loss);
                        accuracy = Smooth(accuracy, step.Accuracy);
                        bar.Value = step.Step;
                        bar.Description = string.Create(CultureInfo.InvariantCulture,
                            $"step {step.Step}  loss {loss:f3}  batch accuracy {accuracy:p1}"
                            + $"  {step.ClipsPerSecond:f1} clips/s  wait {step.WaitSeconds * 1000:f0} ms{quality}");
                        var figures = RunFigures.Of(step, Environment.WorkingSet).ToList();
                        curves.Scalars(figures, step.Step);
                        log.Step(step.Step, figures);
                    },
                    (step, report) =>
                    {
                        var figures = RunFigures.Of(report).ToList();
                        curves.Scalars(figures, step);
                        log.Evaluation(step, figures);
                        quality = string.Create(CultureInfo.InvariantCulture,
                            $"  held-out {report.ByText.Top1.Value:p1}, pairs {report.TimeOrder?.Ordered.Value:p1}");
                    },
                    cancellation).ConfigureAwait(false);
            }).ConfigureAwait(false);
        return end;
    }

    /// <summary>Prints the skipped recordings with their reasons.</summary>
    public static void PrintSkipped(IClipSource source)
    {
        if (source.Skipped.Count > 0)
            AnsiConsole.MarkupLineInterpolated($"[yellow]Skipped recordings: {source.Skipped.Count}[/]");
        foreach (var skipped in source.Skipped)
            RunMessages.Print($"  {skipped.Reason}");
    }

    /// <summary>A text with the number of trained parameters and of all parameters.</summary>
    public static string Count(RunFolder run)
    {
        var (trained, all) = Recipe.Count(run.Config, run.Options);
        return string.Create(CultureInfo.InvariantCulture, $"{trained:N0} of {all:N0} parameters are trained");
    }

    private static double Smooth(double mean, double value) => double.IsNaN(mean) ? value : 0.98 * mean + 0.02 * value;
}
