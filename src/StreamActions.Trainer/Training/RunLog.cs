// A run's log: a CSV table with a header, a row for each step and each evaluation.
using System.Globalization;

namespace StreamActions.Trainer.Training;

/// <summary>
/// Writes <c>log.csv</c>. Columns: <c>row</c> (<c>step</c> or <c>evaluation</c>), <c>step</c> (steps done), then
/// <see cref="RunFigures.Names"/>; a figure that the row does not have is empty. Each row goes to the file at once, so that a killed run
/// loses none. A run that goes on takes back the rows beyond its checkpoint, so that the table has one row for each step. Not thread-safe.
/// </summary>
internal sealed class RunLog : IDisposable
{
    private const string StepRow = "step", EvaluationRow = "evaluation";
    private readonly StreamWriter _file;

    /// <summary>Opens the log, which is made when it is missing. A file of another form is kept as <c>log-old.csv</c>.</summary>
    /// <param name="path">The file.</param>
    /// <param name="stepsDone">Steps the run has done: rows of later steps are removed.</param>
    /// <param name="isEvaluated">False when the evaluation of the last step, if one is due, is made again: its row is removed too.</param>
    public RunLog(string path, long stepsDone, bool isEvaluated)
    {
        Keep(path, row => row.Step < stepsDone || row.Step == stepsDone && (isEvaluated || row.Kind == StepRow));
        _file = new(path, append: true) { AutoFlush = true };
    }

    /// <summary>The first line.</summary>
    internal static string Header { get; } = string.Join(',', ["row", "step", .. RunFigures.Names]);

    /// <summary>Adds the row of a step.</summary>
    public void Step(long step, IEnumerable<KeyValuePair<string, double>> figures) => Add(StepRow, step, figures);

    /// <summary>Adds the row of an evaluation, after so many steps.</summary>
    public void Evaluation(long step, IEnumerable<KeyValuePair<string, double>> figures) => Add(EvaluationRow, step, figures);

    private void Add(string kind, long step, IEnumerable<KeyValuePair<string, double>> figures)
    {
        var values = figures.ToDictionary(f => f.Key, f => f.Value.ToString("g6", CultureInfo.InvariantCulture));
        if (values.Keys.Except(RunFigures.Names).FirstOrDefault() is { } unknown)
            throw new InvalidOperationException($"the log has no column '{unknown}'");
        string?[] row = [kind, step.ToString(CultureInfo.InvariantCulture), .. RunFigures.Names.Select(n => values.GetValueOrDefault(n))];
        _file.WriteLine(string.Join(',', row));
    }

    private static void Keep(string path, Func<(string Kind, long Step), bool> isKept)
    {
        string[] lines = File.Exists(path) ? File.ReadAllLines(path) : [];
        if (lines.Length > 0 && lines[0] != Header)
        {
            File.Move(path, Path.Combine(Path.GetDirectoryName(path)!, "log-old.csv"), overwrite: true);
            lines = [];
        }
        // A run that was killed may have left half a line.
        var kept = lines.Skip(1).Where(line => Parse(line) is { } row && isKept(row));
        var temporary = path + ".tmp";
        File.WriteAllLines(temporary, kept.Prepend(Header));
        File.Move(temporary, path, overwrite: true);
    }

    private static (string Kind, long Step)? Parse(string line) =>
        line.Split(',') is [var kind, var step, .. var figures] && figures.Length == RunFigures.Names.Count
        && long.TryParse(step, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? (kind, number) : null;

    public void Dispose() => _file.Dispose();
}
