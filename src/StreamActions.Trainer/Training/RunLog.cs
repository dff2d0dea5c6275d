// A run's log: a CSV table with a header and a row per step and evaluation.
using System.Globalization;
using StreamActions.Core.Text;

namespace StreamActions.Trainer.Training;

/// <summary>
/// Writes <c>log.csv</c>. Columns: <c>row</c> (<c>step</c> or <c>evaluation</c>), <c>step</c> (steps done), then
/// <see cref="RunFigures.Names"/>. A figure that a row does not have is empty. Each row is flushed at once, so that a killed run loses
/// none. A resumed run removes the rows after its checkpoint, so that the table has one row per step. Not thread-safe.
/// </summary>
internal sealed class RunLog : IDisposable
{
    private const string StepRow = "step", EvaluationRow = "evaluation";
    private readonly StreamWriter _file;

    /// <summary>Opens or creates the log. A file with another header is renamed to <c>log-old.csv</c>.</summary>
    /// <param name="path">The file.</param>
    /// <param name="stepsDone">Steps that the run has done; rows of later steps are removed.</param>
    /// <param name="isEvaluated">
    /// False when the evaluation at the last step is still due or is repeated; an evaluation row of that step is then removed.
    /// </param>
    public RunLog(string path, long stepsDone, bool isEvaluated)
    {
        RemoveRows(path, row => row.Step < stepsDone || row.Step == stepsDone && (isEvaluated || row.Kind == StepRow));
        _file = new(path, append: true) { AutoFlush = true };
    }

    /// <summary>The header line.</summary>
    internal static string Header { get; } = string.Join(',', ["row", "step", .. RunFigures.Names]);

    /// <summary>Adds the row of a step.</summary>
    public void Step(long step, IEnumerable<KeyValuePair<string, double>> figures) => Add(StepRow, step, figures);

    /// <summary>Adds the row of an evaluation at a step.</summary>
    public void Evaluation(long step, IEnumerable<KeyValuePair<string, double>> figures) => Add(EvaluationRow, step, figures);

    private void Add(string kind, long step, IEnumerable<KeyValuePair<string, double>> figures)
    {
        var values = figures.ToDictionary(f => f.Key, f => f.Value.ToString("g6", CultureInfo.InvariantCulture));
        if (values.Keys.Except(RunFigures.Names).FirstOrDefault() is { } unknown)
            throw new InvalidOperationException($"the log has no column '{unknown}'");
        string?[] row = [kind, step.ToString(CultureInfo.InvariantCulture), .. RunFigures.Names.Select(n => values.GetValueOrDefault(n))];
        _file.WriteLine(string.Join(',', row));
    }

    private static void RemoveRows(string path, Func<(string Kind, long Step), bool> isKept)
    {
        var lines = File.Exists(path) ? TextFile.Lines(path) : [];
        if (lines.Count > 0 && lines[0] != Header)
        {
            File.Move(path, Path.Combine(Path.GetDirectoryName(path)!, "log-old.csv"), overwrite: true);
            lines = [];
        }
        // A killed run may leave an incomplete line, which Parse rejects.
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
