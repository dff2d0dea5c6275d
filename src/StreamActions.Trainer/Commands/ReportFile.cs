// Finds the evaluation report of a model: in a bundle, in a run, or as a separate file.
using StreamActions.Core.Bundles;
using StreamActions.Core.Text;
using StreamActions.Trainer.Evaluation;
using StreamActions.Trainer.Training;

namespace StreamActions.Trainer.Commands;

/// <summary>Reports on disk.</summary>
internal static class ReportFile
{
    /// <summary>
    /// Reads the report at a path: a bundle's folder, a run's folder, or the file that <c>evaluate --json</c> wrote.
    /// </summary>
    /// <exception cref="TrainerException">
    /// The report is missing or older than the run's best checkpoint. The message states how to make one.
    /// </exception>
    /// <exception cref="BundleException">The bundle is damaged or was changed.</exception>
    public static EvaluationReport Open(string path)
    {
        if (File.Exists(path))
            return EvaluationReport.Parse(TextFile.Read(path), path);
        if (RunFolder.Exists(path))
            return OfRun(RunFolder.Open(path), path);
        if (!Directory.Exists(path))
            throw new TrainerException($"{path}: no such file or folder; give a report, a run or a bundle");
        var bundle = ModelBundle.Open(path);
        if (!bundle.Manifest.Files.ContainsKey(ModelBundle.EvaluationFile))
            throw new TrainerException($"{path}: this bundle has no {ModelBundle.EvaluationFile}; export it again from a trained run");
        return EvaluationReport.Parse(
            TextFile.Read(bundle.PathOf(ModelBundle.EvaluationFile)), bundle.PathOf(ModelBundle.EvaluationFile));
    }

    private static EvaluationReport OfRun(RunFolder run, string path)
    {
        var file = run.In(ModelBundle.EvaluationFile);
        var report = File.Exists(file) ? EvaluationReport.Parse(TextFile.Read(file), file) : null;
        return report?.Steps == run.BestStep()
            ? report
            : throw new TrainerException(
                $"{path}: the run has no report of its best checkpoint (step {run.BestStep()}); make one with 'evaluate --run {path}'");
    }
}
