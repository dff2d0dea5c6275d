// export: a run's best checkpoint as a verified bundle.
using System.CommandLine;
using System.Globalization;
using Spectre.Console;
using StreamActions.Trainer.Data;
using StreamActions.Trainer.Evaluation;
using StreamActions.Trainer.Export;
using StreamActions.Trainer.Network;
using StreamActions.Trainer.Training;

namespace StreamActions.Trainer.Commands;

/// <summary>The <c>export</c> verb.</summary>
internal static class ExportCommand
{
    // Golden clips go into the bundle: a few are enough when they are large.
    private const int GoldenBytes = 1 << 20;

    public static Command Create()
    {
        Option<string> run = new("--run") { Description = "Folder of the run.", Required = true };
        Option<string> name = new("--name")
        {
            Description = "Name of the model: lower-case letters, digits, dot, dash, underscore.",
            Required = true,
        };
        Option<string> version = new("--model-version") { Description = "Version of the model.", DefaultValueFactory = _ => "1.0.0" };
        Option<string> to = new("--to") { Description = "Folder of the bundle.", Required = true };
        Option<int> perClass = new("--per-class")
        {
            Description = "Held-out clips a class for the figures in the manifest; evaluating many takes minutes.",
            DefaultValueFactory = _ => 100,
        };
        Option<bool> lean = new("--lean")
        {
            Description = "Leave out the weights that 'train --from' needs to go on from the bundle: half the size.",
        };
        var common = new RunOptions();
        Command command = new("export", "Export a run as a bundle that the worker can run; verified against libtorch before it is written.")
        {
            run, name, version, to, perClass, common.Strength, lean, common.Threads,
        };
        command.SetAction((result, cancellation) => RunMessages.GuardAsync(() =>
        {
            TrainingSession.Prepare(result.GetValue(common.Threads), "cpu");
            EvaluateCommand.RequireClips(result.GetValue(perClass));
            BundleExporter.CheckNames(result.GetValue(name)!, result.GetValue(version)!, result.GetValue(to)!);
            var order = new Order(result.GetValue(run)!, result.GetValue(name)!, result.GetValue(version)!, result.GetValue(to)!)
            {
                PerClass = result.GetValue(perClass),
                Strength = result.GetValue(common.Strength),
                Lean = result.GetValue(lean),
            };
            Run(order, cancellation);
            return Task.CompletedTask;
        }, cancellation));
        return command;
    }

    // What the command line says.
    private sealed record Order(string Run, string Name, string Version, string To)
    {
        public required int PerClass { get; init; }
        public required double Strength { get; init; }
        public required bool Lean { get; init; }
    }

    private static void Run(Order order, CancellationToken cancellation)
    {
        var run = RunFolder.Open(order.Run);
        var (network, steps) = run.LoadBest();
        using var _ = network;
        AdapterStrength.Set(network, order.Strength);
        var options = run.Options;
        var source = options.Data.Open(run.Clip, options.Seed, fresh: false);
        EvaluationReport? report = null;
        var provenance = new Dictionary<string, string>();
        if (options.ImportedFrom is { } origin)
            provenance["imported-from"] = origin;
        if (steps > 0)
        {
            report = EvaluateCommand.Run(network, run.Classes, source, order.Name, steps, order.PerClass, cancellation);
            ReportTables.Write(AnsiConsole.Console, report);
            TrainingSession.SaySkipped(source);
            provenance["data"] = NameOf(options.Data);
            provenance["command"] = RunSettings.Command(order.Run, options);
            if (order.Strength != AdapterStrength.Full)
                provenance["adapter-strength"] = order.Strength.ToString(CultureInfo.InvariantCulture);
            provenance[StartingPoint.StepsDone] = steps.ToString(CultureInfo.InvariantCulture);
        }
        var most = Math.Max(2, GoldenBytes / run.Clip.ClipBytes);
        byte[][] golden = [.. source.Evaluation(1)[0].Clips.Where((_, i) => i % 4 == 0).Take(most).Select(c => c.Views[0])];
        // Only a vocabulary of the generated captions is small enough for words to be unknown to it.
        var description = new BundleDescription(
            order.Name, order.Version, run.Clip, ClosedVocabulary: !options.OpenVocabulary, report, provenance)
        {
            Texts = steps > 0 ? source.Texts : [],
        };
        var classes = run.Classes.Count > 0 ? run.Classes : source.Classes;
        var words = order.Lean ? null : run.Words;
        var bundle = BundleExporter.Write(network, classes, words, golden, (run.VocabularyPath, run.MergesPath), description, order.To);
        RunMessages.Say($"Wrote {order.To}: largest difference from libtorch {bundle.Manifest.Golden.Measured:g3}.");
    }

    // Where recordings are on this machine stays private.
    private static string NameOf(DataChoice data)
    {
        static string Name(string source) => source == DataChoice.GeneratedClips ? "generated clips" : Path.GetFileName(source);
        return data.Replay is { } replay ? $"{Name(data.Source)}, with {Name(replay)} replayed" : Name(data.Source);
    }
}
