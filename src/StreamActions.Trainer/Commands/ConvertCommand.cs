// convert: makes a causal model from a bidirectional one, by distillation from itself (docs/model.md §7).
using System.CommandLine;
using Spectre.Console;
using StreamActions.Core.Bundles;
using StreamActions.Trainer.Data;
using StreamActions.Trainer.Evaluation;
using StreamActions.Trainer.Losses;
using StreamActions.Trainer.Network;
using StreamActions.Trainer.Training;
using static TorchSharp.torch;

namespace StreamActions.Trainer.Commands;

/// <summary>The <c>convert</c> verb.</summary>
internal static class ConvertCommand
{
    /// <summary>Files of a converted run: reports of the old model and of the switched one, and the comparison.</summary>
    internal const string BeforeFile = "before.json", SwitchedFile = "switched.json", ConversionFile = "conversion.json";

    /// <summary>The default settings of a run. Imitation alone keeps every figure nearest to the old model's.</summary>
    internal static TrainingOptions Defaults { get; } = RunSettings.Defaults with
    {
        Steps = 600,
        Rate = 2e-3,
        EvaluateEvery = 1000,
        Temporal = TemporalMode.Causal,
        Train = TrainablePart.Vision,
        Losses = new LossWeights { Contrastive = 0, CrossModal = 0, Visual = 0, Masked = 0 },
        MadeBy = TrainingOptions.MadeByConvert,
    };

    public static Command Create()
    {
        var common = new RunOptions();
        Option<string> model = new("--run")
        {
            Description = "The bidirectional model: folder of a run, or of a bundle with training weights.",
            Required = true,
        };
        Option<string> to = new("--to") { Description = "Folder of the new run.", Required = true };
        var settings = new SettingOptions(RunSettings.OfConvert, Defaults);
        settings[RunSettings.Temporal].Description = "The new mode: causal.";
        settings[RunSettings.Steps].Description = $"Total number of steps. Default: {Defaults.Steps}. A resumed run may change it.";
        settings[RunSettings.Rate].Description = "Peak learning rate. Default: 0.002.";
        settings[RunSettings.Seed].Description += " Default: the old run's, so that it holds out the same recordings; 1 for a bundle.";
        settings[RunSettings.Data].Description += " Default: the data of the old run; for a bundle, the generated benchmark.";
        Option<int> perClass = new("--per-class")
        {
            Description = "Maximum number of held-out clips per class for the comparison at the end.",
            DefaultValueFactory = _ => 60,
        };
        Command command = new("convert",
            "Convert a bidirectional model to a causal one, for which the worker encodes each frame once. The new model imitates the old "
            + "one. Phrases keep their embeddings. At the end, 'convert' compares every figure of the old model, of the old model in "
            + "causal mode without training, and of the new model. Ctrl-C saves and stops; the same command resumes the run.")
        {
            model, to, perClass, common.Threads, common.Device,
        };
        settings.AddTo(command);
        command.SetAction((result, cancellation) => RunMessages.GuardAsync(async () =>
        {
            var device = TrainingSession.Prepare(result.GetValue(common.Threads), result.GetValue(common.Device)!);
            var (from, path) = (result.GetValue(model)!, result.GetValue(to)!);
            EvaluateCommand.RequireClips(result.GetValue(perClass));
            var options = Read(settings, result) with { ImportedFrom = StartingPoint.NameOf(from) };
            using var held = RunLock.Take(path, "convert");
            var (run, source) = RunFolder.Exists(path)
                ? Resume(path, from, settings, result, options)
                : Start(path, from, options, name => settings.IsGiven(result, name));
            foreach (var note in source.Notes)
                AnsiConsole.MarkupLineInterpolated($"[yellow]{note}[/]");
            RunMessages.Print($"{path}: {run.Options.ImportedFrom} becomes causal, {TrainingSession.Count(run)}.");
            var end = await TrainingSession.RunAsync(run, source, device, cancellation).ConfigureAwait(false);
            TrainingSession.PrintSkipped(source);
            if (end == TrainingEnd.Stopped)
            {
                RunMessages.Print($"Stopped at step {run.LatestStep()}. The same command resumes the run.");
                return;
            }
            Compare(run, path, source, result.GetValue(perClass), device, cancellation);
            RunMessages.Print($"Done. Next: export --run {path} --name mine --to models/mine");
        }, cancellation));
        return command;
    }

    private static TrainingOptions Read(SettingOptions settings, ParseResult result)
    {
        var options = settings.Read(result);
        DataOptions.CheckForTraining(settings, result, options.Data);
        if (options.Temporal != TemporalMode.Causal)
            throw new TrainerException($"{RunSettings.Temporal} bidirectional: 'convert' makes causal models only; "
                + $"for the other direction use 'train --from MODEL {RunSettings.Temporal} bidirectional'");
        if (!settings.IsGiven(result, RunSettings.WarmUp))
            options = options with { WarmUp = options.Steps / 20 };
        options.Check();
        return options;
    }

    private static (RunFolder Run, IClipSource Source) Resume(
        string path, string from, SettingOptions settings, ParseResult result, TrainingOptions options)
    {
        var kept = RunFolder.Open(path).Options;
        if (!kept.IsConversion)
            throw new TrainerException($"--to {path}: this folder holds a run of '{RunSettings.Verb(kept)}'; choose another folder");
        if (kept.ImportedFrom != options.ImportedFrom)
            throw new TrainerException($"--run {from}: the run in {path} converts '{kept.ImportedFrom}'; "
                + "name that model, or choose another --to");
        var run = TrainingSession.Resume(path, TrainingOptions.MadeByConvert, settings, result, options);
        return (run, Relabelled(TrainCommand.OpenData(run.Options, run.Clip, fresh: false), run.Classes));
    }

    private static (RunFolder Run, IClipSource Source) Start(string path, string from, TrainingOptions options, Func<string, bool> isGiven)
    {
        if (!isGiven(RunSettings.Temporal))
            throw new TrainerException($"{RunSettings.Temporal}: not given; name the new mode: {RunSettings.Temporal} causal");
        if (File.Exists(Path.Combine(path, ModelBundle.ManifestFile)))
            throw new TrainerException($"--to {path}: this folder holds a bundle; name a new folder for the run, then 'export' the run");
        var start = StartingPoint.Open(from, "--run");
        if (start.Config.VisionAdapterLayers == 0)
            throw new TrainerException($"--run {from}: this model has no adapters in its vision branch, so its frames do not see each "
                + "other; export it as it is: the worker encodes each frame once");
        if (start.Config.Temporal == TemporalMode.Causal)
            throw new TrainerException($"--run {from}: this model is causal already; export it as it is, "
                + "or train it further with 'train --from'");
        if (RunFolder.Exists(from))
        {
            var old = RunFolder.Open(from).Options;
            options = options with
            {
                Data = isGiven(RunSettings.Data) || isGiven(RunSettings.Replay) ? options.Data : old.Data,
                Seed = isGiven(RunSettings.Seed) ? options.Seed : old.Seed,
            };
        }
        var data = TrainCommand.OpenData(options, start.Clip, fresh: false);
        var source = Relabelled(data, start.Classes.Count > 0 ? start.Classes : data.Classes);
        return (RunFolder.Convert(path, start, options, source.Classes), source);
    }

    private static IClipSource Relabelled(IClipSource source, IReadOnlyList<ClipClass> classes) =>
        source.Classes.Select(c => c.Name).SequenceEqual(classes.Select(c => c.Name)) ? source : new RelabelledClipSource(source, classes);

    // The cost of the conversion: three networks on the same held-out clips.
    private static void Compare(
        RunFolder run, string path, IClipSource source, int perClass, Device device, CancellationToken cancellation)
    {
        EvaluationReport Evaluate(TorchNetwork network, string name, long steps, string file)
        {
            using (network)
            {
                var report = EvaluateCommand.Run(network, run.Classes, source, name, steps, perClass, cancellation);
                File.WriteAllText(run.In(file), report.ToJson());
                return report;
            }
        }
        var old = run.Options.ImportedFrom!;
        var before = Evaluate(run.LoadTeacher(device)!, old, 0, BeforeFile);
        var switched = Evaluate(run.LoadSwitched(device), $"{old} in causal mode", 0, SwitchedFile);
        var (network, step) = run.LoadBest(device);
        var after = Evaluate(network, RunFolder.NameOf(path), step, ModelBundle.EvaluationFile);
        var cost = ConversionReport.Of(before, switched, after);
        File.WriteAllText(run.In(ConversionFile), cost.ToJson());
        ReportTables.Write(AnsiConsole.Console, cost);
    }
}
