// export: a run's best checkpoint as a verified bundle.
using System.CommandLine;
using System.Globalization;
using Spectre.Console;
using StreamActions.Model;
using StreamActions.Trainer.Data;
using StreamActions.Trainer.Evaluation;
using StreamActions.Trainer.Export;
using StreamActions.Trainer.Network;
using StreamActions.Trainer.Training;

namespace StreamActions.Trainer.Commands;

/// <summary>The <c>export</c> verb.</summary>
internal static class ExportCommand
{
    // Limits the bundle's size: of large clips, the export records fewer golden ones.
    private const int GoldenBytes = 1 << 20;

    // Enough for a share in per cent. A large network gets fewer clips, so that the comparison takes minutes.
    private const int PrecisionClips = 100, CalibrationClips = 16, LeastPrecisionClips = 24, LeastCalibrationClips = 6;
    private const double PrecisionProducts = 4e12;

    // A training clip of full difficulty, whose twin is not used.
    private const long FirstCalibrationClip = 1_000_000, CalibrationStep = 2;

    public static Command Create()
    {
        Option<string> run = new("--run") { Description = "Folder of the run.", Required = true };
        Option<string> name = new("--name")
        {
            Description = "Name of the model: lower-case letters, digits, dot, dash, underscore.",
            Required = true,
        };
        Option<string> version = new("--model-version") { Description = "Version of the model.", DefaultValueFactory = _ => "1.0.0" };
        Option<string> to = new("--to") { Description = "Folder of the new bundle.", Required = true };
        Option<int> perClass = new("--per-class")
        {
            Description = "Held-out clips per class for the manifest's metrics. Evaluating many takes minutes.",
            DefaultValueFactory = _ => 100,
        };
        Option<bool> lean = new("--lean")
        {
            Description = "Leave out the training weights that 'train --from' needs. This halves the bundle's size.",
        };
        Option<PrecisionChoice> precision = new("--precision")
        {
            Description = "auto, fp32, int8, fp16 or all. A graph in fp32 is always written. auto adds one in int8 when it is faster and "
                + "within the permitted loss; int8 adds it or fails. fp16 adds one in fp16, for GPUs; all adds both. fp32 saves the "
                + "time to measure them.",
            DefaultValueFactory = _ => PrecisionChoice.Auto,
        };
        Option<string?> calibration = new("--calibration")
        {
            Description = "Recordings on which int8 is calibrated and compared with fp32: a folder or a list, as for 'train --data'. Take "
                + "recordings like those of the cameras. Default: the run's data; of an imported model, generated clips.",
        };
        Option<bool> reuse = new("--reuse")
        {
            Description = "Add graphs for 'inference.reuse', which encode only the parts of a frame that changed. For causal and per-frame "
                + "models. They share their weights with the other graphs.",
        };
        var common = new RunOptions();
        Command command = new("export", "Export a run as a bundle for the worker, after checking its outputs against libtorch.")
        {
            run, name, version, to, perClass, common.Strength, precision, calibration, reuse, lean, common.Threads,
        };
        command.SetAction((result, cancellation) => RunMessages.GuardAsync(() =>
        {
            TrainingSession.Prepare(result.GetValue(common.Threads), "cpu");
            EvaluateCommand.RequireClips(result.GetValue(perClass));
            BundleExporter.CheckNames(result.GetValue(name)!, result.GetValue(version)!, result.GetValue(to)!);
            var request = new Request(result.GetValue(run)!, result.GetValue(name)!, result.GetValue(version)!, result.GetValue(to)!)
            {
                PerClass = result.GetValue(perClass),
                Strength = result.GetValue(common.Strength),
                Lean = result.GetValue(lean),
                Precision = result.GetValue(precision),
                Calibration = result.GetValue(calibration),
                Reuse = result.GetValue(reuse),
            };
            Run(request, cancellation);
            return Task.CompletedTask;
        }, cancellation));
        return command;
    }

    private sealed record Request(string Run, string Name, string Version, string To)
    {
        public required int PerClass { get; init; }
        public required double Strength { get; init; }
        public required bool Lean { get; init; }
        public required PrecisionChoice Precision { get; init; }
        public string? Calibration { get; init; }
        public required bool Reuse { get; init; }
    }

    private static void Run(Request request, CancellationToken cancellation)
    {
        if (request is { Calibration: not null, Precision: PrecisionChoice.Fp32 })
            throw new TrainerException("--calibration: only with a graph of lower precision; leave out --precision fp32");
        var run = RunFolder.Open(request.Run);
        var (network, steps) = run.LoadBest();
        using var _ = network;
        AdapterStrength.Set(network, request.Strength);
        var options = run.Options;
        var source = options.Data.Open(run.Clip, options.Seed, fresh: false);
        EvaluationReport? report = null;
        var provenance = new Dictionary<string, string>();
        if (options.ImportedFrom is { } origin)
            provenance["imported-from"] = origin;
        if (steps > 0)
        {
            report = EvaluateCommand.Run(network, run.Classes, source, request.Name, steps, request.PerClass, cancellation);
            ReportTables.Write(AnsiConsole.Console, report);
            TrainingSession.PrintSkipped(source);
            provenance["data"] = NameOf(options.Data);
            provenance["command"] = RunSettings.Command(request.Run, options);
            if (request.Strength != AdapterStrength.Full)
                provenance["adapter-strength"] = request.Strength.ToString(CultureInfo.InvariantCulture);
            provenance[StartingPoint.StepsDone] = steps.ToString(CultureInfo.InvariantCulture);
        }
        var count = Math.Max(2, GoldenBytes / run.Clip.ClipBytes);
        byte[][] golden = [.. source.Evaluation(1)[0].Clips.Where((_, i) => i % 4 == 0).Take(count).Select(c => c.Views[0])];
        // Only a vocabulary that was built from the run's own texts lacks words.
        var description = new BundleDescription(
            request.Name, request.Version, run.Clip, ClosedVocabulary: !options.OpenVocabulary, report, provenance)
        {
            Texts = steps > 0 ? source.Texts : [],
            Precision = Precisions(request, run, network.Config, source),
            Reuse = request.Reuse,
        };
        var classes = run.Classes.Count > 0 ? run.Classes : source.Classes;
        var words = request.Lean ? null : run.Words;
        var bundle = BundleExporter.Write(network, classes, words, golden, (run.VocabularyPath, run.MergesPath), description, request.To);
        RunMessages.Print($"Wrote {request.To}. Largest difference from libtorch: {bundle.Manifest.Golden.Measured:g3}.");
    }

    private static PrecisionRequest? Precisions(Request request, RunFolder run, M2ClipConfig config, IClipSource own)
    {
        if (request.Precision == PrecisionChoice.Fp32)
            return null;
        var source = request.Calibration is { } calibration
            ? new DataChoice { Source = Path.GetFullPath(calibration) }.Open(run.Clip, run.Options.Seed, fresh: false)
            : own;
        var affordable = (int)Math.Min(PrecisionClips, PrecisionProducts / ProductsOf(config));
        var (clips, calibrated) = (Math.Max(LeastPrecisionClips, affordable),
            Math.Clamp(affordable * CalibrationClips / PrecisionClips, LeastCalibrationClips, CalibrationClips));
        // A set of few recordings has fewer clips than asked for.
        var each = (clips + source.Classes.Count - 1) / source.Classes.Count;
        return new(
            request.Precision,
            [.. Enumerable.Range(0, calibrated).Select(i => source.Training(FirstCalibrationClip + i * CalibrationStep).Pixels)],
            [.. source.Evaluation(each)[0].Clips.Take(clips).Select(c => c.Views[0])],
            report => RunMessages.Print($"{report}"))
        {
            Reuse = request.Reuse,
        };
    }

    // Multiplications of the blocks' matrices for a clip.
    private static double ProductsOf(M2ClipConfig config) =>
        12.0 * config.VisionWidth * config.VisionWidth * config.VisionLayers * config.Tokens * config.Frames;

    // A bundle is published, so it names data without the path on this machine.
    private static string NameOf(DataChoice data)
    {
        static string Name(string source) => source == DataChoice.GeneratedClips ? "generated clips" : Path.GetFileName(source);
        return data.Replay is { } replay ? $"{Name(data.Source)}, with {Name(replay)} replayed" : Name(data.Source);
    }
}
