// Test helper: reports computed from a few clips.
using StreamActions.Trainer.Data;
using StreamActions.Trainer.Evaluation;

namespace StreamActions.Trainer.Tests.Evaluation;

internal static class ExampleReports
{
    private static readonly ClipClass[] Classes =
        [new("opens", "a person opens", 1), new("closes", "a person closes", 0), new("waits", "a person waits", null)];

    /// <summary>A set of three classes with the given number of 100 clips correct; the rest is classified as the next class.</summary>
    /// <param name="name">The set's name.</param>
    /// <param name="opens">Correct clips of the first class.</param>
    /// <param name="closes">Correct clips of the second class.</param>
    /// <param name="waits">Correct clips of the third class.</param>
    /// <param name="warmUp">Number of warm-up frames; above 0 the same scores count as warmed up too.</param>
    public static SetReport Set(string name, int opens, int closes, int waits, int warmUp = 0)
    {
        var table = new ScoreTable(name, Classes, warmUp);
        foreach (var (label, right) in new[] { opens, closes, waits }.Index())
        {
            for (var n = 0; n < 100; n++)
            {
                var scores = new double[3];
                scores[n < right ? label : (label + 1) % 3] = 1;
                ClipScores all = new(scores, name == "actions" ? scores : null);
                table.Add(label, all, label < 2 ? scores : null, warmUp > 0 ? all : null);
            }
        }
        return table.Report();
    }

    public static EvaluationReport Report(string model, int opens = 90, int closes = 80, int waits = 100) =>
        EvaluationReport.Of(
            model, 250, [Set("actions", opens, closes, waits), Set("base-things", 80, 80, 80), Set("novel-things", 60, 60, 60)]);
}
