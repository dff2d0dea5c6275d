// Finds the report of a model: in a bundle, in a run, or as a file of its own.
using StreamActions.Core.Bundles;
using StreamActions.Trainer.Evaluation;
using StreamActions.Trainer.Training;

namespace StreamActions.Trainer.Commands;

/// <summary>Reports on disk.</summary>
internal static class ReportFile
{
    /// <summary>
    /// Reads the report that a path stands for: a bundle's folder, a run's folder, or the file that <c>evaluate --json</c> wrote.
    /// </summary>
    /// <exception cref="TrainerException">There is none, or it is older than the run's best checkpoint; the message says how to make
    /// one.</exception>
    /// <exception cref="BundleException">The bundle cannot be trusted.</exception>
    public static EvaluationReport Open(string path)
    {
        if (File.Exists(path))
            return EvaluationReport.Parse(File.ReadAllText(path), path);
        if (RunFolder.Exists(path))
            return OfRun(RunFolder.Open(path), path);
        if (!Directory.Exists(path))
            throw new TrainerException($"{path}: there is no such file or folder; give a report, a run or a bundle");
        var bundle = ModelBundle.Open(path);
        if (!bundle.Manifest.Files.ContainsKey(ModelBundle.EvaluationFile))
            throw new TrainerException($"{path}: this bundle has no {ModelBundle.EvaluationFile}; export it again from a trained run");
        return EvaluationReport.Parse(
            File.ReadAllText(bundle.PathOf(ModelBundle.EvaluationFile)), bundle.PathOf(ModelBundle.EvaluationFile));
    }

    private static EvaluationReport OfRun(RunFolder run, string path)
    {
        var file = run.In(ModelBundle.EvaluationFile);
        var report = File.Exists(file) ? EvaluationReport.Parse(File.ReadAllText(file), file) : null;
        return report?.Steps == run.BestStep()
            ? report
            : throw new TrainerException(
                $"{path}: no report of the best checkpoint (step {run.BestStep()}) is here; make one with 'evaluate --run {path}'");
    }
}
