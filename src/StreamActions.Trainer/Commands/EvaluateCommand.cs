// evaluate: measures a run's best checkpoint, or a bundle, on held-out clips.
using System.CommandLine;
using Spectre.Console;
using StreamActions.Core.Bundles;
using StreamActions.Trainer.Data;
using StreamActions.Trainer.Evaluation;
using StreamActions.Trainer.Network;
using StreamActions.Trainer.Training;

namespace StreamActions.Trainer.Commands;

/// <summary>The <c>evaluate</c> verb.</summary>
internal static class EvaluateCommand
{
    public static Command Create()
    {
        Option<string> run = new("--run")
        {
            Description = "Folder of a run, or of a bundle with training weights. A bundle does not store its data: give --data too.",
            Required = true,
        };
        var common = new RunOptions();
        var settings = new SettingOptions(DataOptions.OfEvaluation, RunSettings.Defaults);
        settings[RunSettings.Data].Description =
            "Evaluate on this data instead of the run's held-out clips. If it is the run's own recordings, only the held-out ones are "
            + "used. Classes that the model was not trained on are classified by text alone (zero-shot). "
            + settings[RunSettings.Data].Description;
        Option<int> perClass = new("--per-class") { Description = "Maximum number of clips per class.", DefaultValueFactory = _ => 100 };
        Option<string> json = new("--json") { Description = "Also write the report to this JSON file." };
        Option<string> confusion = new("--confusion") { Description = "Draw the first set's confusion matrix to this PNG file." };
        Command command = new("evaluate",
            "Evaluate a run or a bundle on held-out clips: top-1 and top-5 by text similarity and by the classification head, "
            + "pairs of reversed actions with frames in order and shuffled, accuracy per class, and novel combinations. "
            + "A report on the run's own data is stored in the run, for 'compare'.")
        {
            run, perClass, common.Strength, json, confusion, common.Threads, common.Device,
        };
        settings.AddTo(command);
        command.SetAction((result, cancellation) => RunMessages.GuardAsync(() =>
        {
            var device = TrainingSession.Prepare(result.GetValue(common.Threads), result.GetValue(common.Device)!);
            var folder = result.GetValue(run)!;
            RequireClips(result.GetValue(perClass));
            using var model = EvaluatedModel.Open(folder, device, result.GetValue(common.Strength));
            var kept = model.Run?.Options.Data;
            var given = settings.Read(result).Data;
            DataOptions.CheckForEvaluation(settings, result, given, kept);
            // The run was trained on most of its own recordings, so only those that it held out are evaluated.
            var own = !settings.IsGiven(result, RunSettings.Data) || DataChoice.IsRecordings(given.Source) && given.Source == kept?.Source;
            if (own && model.Run is null)
                throw new TrainerException(
                    $"{folder}: a bundle does not store its data; give --data, such as --data {DataChoice.GeneratedClips}");
            // The run's own data keeps its settings; only the temporal and spatial views may differ.
            var choice = own ? kept! : given;
            if (own && settings.IsGiven(result, RunSettings.Views))
                choice = choice with { TemporalViews = given.TemporalViews, SpatialViews = given.SpatialViews };
            var seed = model.Run?.Options.Seed ?? 1;
            var source = own
                ? choice.Open(model.Clip, seed, fresh: false)
                : choice.OpenForEvaluation(model.Clip, seed, kept?.Recipe ?? choice.Recipe);
            foreach (var note in source.Notes)
                RunMessages.Print($"{note}");
            var report = Run(model.Network, model.Classes, source, model.Name, model.Steps, result.GetValue(perClass), cancellation);
            ReportTables.Write(AnsiConsole.Console, report);
            TrainingSession.PrintSkipped(source);
            if (own)
                File.WriteAllText(model.Run!.In(ModelBundle.EvaluationFile), report.ToJson());
            if (result.GetValue(json) is { } path)
                File.WriteAllText(path, report.ToJson());
            if (result.GetValue(confusion) is { } picture)
                ConfusionPicture.Write(picture, report.Sets[0]);
            return Task.CompletedTask;
        }, cancellation));
        return command;
    }

    /// <summary>Checks <c>--per-class</c>.</summary>
    /// <exception cref="TrainerException">It is below 1.</exception>
    internal static void RequireClips(int perClass)
    {
        if (perClass < 1)
            throw new TrainerException($"--per-class {perClass}: must be at least 1");
    }

    /// <summary>Evaluates a network on a source's sets.</summary>
    /// <param name="network">The network.</param>
    /// <param name="trained">
    /// The classes of its classification head. A set with other classes is classified by text alone (zero-shot).
    /// </param>
    /// <param name="source">The clips.</param>
    /// <param name="model">The model's name in the report.</param>
    /// <param name="steps">Training steps of the model.</param>
    /// <param name="perClass">Maximum number of clips per class.</param>
    /// <param name="cancellation">Stops the evaluation without a report.</param>
    internal static EvaluationReport Run(
        TorchNetwork network, IReadOnlyList<ClipClass> trained, IClipSource source, string model, long steps, int perClass,
        CancellationToken cancellation)
    {
        bool HasHeadClasses(EvaluationSet set) =>
            set.Supervised && set.Classes.Select(c => c.Name).SequenceEqual(trained.Select(c => c.Name));
        // The clips of a causal network have as many earlier frames, for the figures after a warm-up.
        var evaluation = source.Evaluation(perClass, WarmUpFrames.Most(network.Config));
        EvaluationSet[] sets = [.. evaluation.Select(s => s with { Supervised = HasHeadClasses(s) })];
        return EvaluationReport.Of(model, steps, Evaluator.Run(network, sets, cancellation));
    }
}
