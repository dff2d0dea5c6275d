// Compares two reports: differences of figures, and whether they exceed chance.
using System.Text.Json;
using StreamActions.Trainer.Data;

namespace StreamActions.Trainer.Evaluation;

/// <summary>One figure of two models.</summary>
/// <param name="Set">The set that it was measured on.</param>
/// <param name="Name">Name of the figure or, for a figure of a class, of the class.</param>
/// <param name="A">Value of the first model.</param>
/// <param name="B">Value of the second model.</param>
/// <param name="Difference">B − A.</param>
/// <param name="StandardError">
/// Standard error of the difference for independent clips; with the same clips for both models the true one is smaller.
/// </param>
/// <param name="Clear">True when the difference is larger than two standard errors.</param>
internal sealed record ComparedFigure(string Set, string Name, double A, double B, double Difference, double StandardError, bool Clear);

/// <summary>Two reports side by side.</summary>
internal sealed record ReportComparison
{
    /// <summary>Schema version of the JSON.</summary>
    public int SchemaVersion { get; } = 1;

    /// <summary>Name of the first model.</summary>
    public required string A { get; init; }

    /// <summary>Name of the second model.</summary>
    public required string B { get; init; }

    /// <summary>The figures of the sets that both reports have, and of their harmonic means.</summary>
    public required IReadOnlyList<ComparedFigure> Figures { get; init; }

    /// <summary>Top-1 by text of each class, the largest difference first.</summary>
    public required IReadOnlyList<ComparedFigure> Classes { get; init; }

    /// <summary>Sets that cannot be compared, with the reason.</summary>
    public required IReadOnlyList<string> NotCompared { get; init; }

    /// <summary>Notes on sets in which one model had more candidate classes.</summary>
    public IReadOnlyList<string> Remarks { get; init; } = [];

    /// <summary>
    /// Compares sets with the same name and classes. A model that was trained with replayed data has the old model's sets as
    /// <c>other/…</c>, over the classes of both. They are compared with the old model's sets, to show what it forgot.
    /// </summary>
    /// <exception cref="TrainerException">The reports have no set in common.</exception>
    public static ReportComparison Of(EvaluationReport a, EvaluationReport b)
    {
        var both = (from x in a.Sets
                    from y in b.Sets
                    where NameOf(x, b) == NameOf(y, a) && SameClasses(x, y)
                    select (A: x, B: y, Name: NameOf(x, b))).ToList();
        if (both.Count == 0)
            throw new TrainerException(
                $"no set is in both reports: {a.Model} has {Names(a)}, {b.Model} has {Names(b)}; "
                + "evaluate both on the same data ('evaluate --data')");
        return new()
        {
            A = a.Model,
            B = b.Model,
            Figures =
            [
                .. both.SelectMany(p => OfSets(p.Name, p.A, p.B)),
                .. from x in a.HarmonicMeans
                   join y in b.HarmonicMeans on x.Name equals y.Name
                   where both.Count(p => p.Name.EndsWith("-" + x.Name, StringComparison.Ordinal)) > 1
                   select Of(x.Name, "harmonic mean of base and novel", x.Value, y.Value, x.StandardError, y.StandardError),
            ],
            Classes =
            [
                .. from pair in both
                   from figure in OfClasses(pair.Name, pair.A, pair.B)
                   orderby Math.Abs(figure.Difference) descending
                   select figure,
            ],
            NotCompared =
            [
                .. a.Sets.Select(s => NameOf(s, b)).Union(b.Sets.Select(s => NameOf(s, a))).Except(both.Select(p => p.Name))
                    .Select(name => $"{name}: {Reason(name, a, b)}"),
            ],
            Remarks =
            [
                .. from pair in both
                   where pair.A.Classes.Count != pair.B.Classes.Count
                   select $"{pair.Name}: {a.Model} chooses among {pair.A.Classes.Count} classes, {b.Model} among {pair.B.Classes.Count}",
            ],
        };
    }

    /// <summary>The comparison as indented JSON with a final newline.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, ReportJson.Options) + "\n";

    // Without the prefix "other/" when the other report has the set under that name.
    private static string NameOf(SetReport set, EvaluationReport other) =>
        set.Name.StartsWith(MixedClipSource.Other, StringComparison.Ordinal) && set.Name[MixedClipSource.Other.Length..] is var name
        && other.Sets.Any(s => s.Name == name)
            ? name
            : set.Name;

    // The same classes, or more classes without clips after them: a model with replayed data keeps the indices of the old classes.
    private static bool SameClasses(SetReport a, SetReport b)
    {
        var shorter = Math.Min(a.Classes.Count, b.Classes.Count);
        return a.Classes.Take(shorter).Select(c => c.Name).SequenceEqual(b.Classes.Take(shorter).Select(c => c.Name))
            && a.Classes.Skip(shorter).Concat(b.Classes.Skip(shorter)).All(c => c.Clips == 0);
    }

    private static string Names(EvaluationReport report) => string.Join(", ", report.Sets.Select(s => s.Name));

    private static string Reason(string name, EvaluationReport a, EvaluationReport b) =>
        a.Sets.All(s => NameOf(s, b) != name) ? $"only in {b.Model}"
        : b.Sets.All(s => NameOf(s, a) != name) ? $"only in {a.Model}"
        : "the classes differ";

    private static IEnumerable<ComparedFigure> OfSets(string set, SetReport a, SetReport b) =>
        from figure in new (string Name, Share? A, Share? B)[]
        {
            ("top-1 by text", a.ByText.Top1, b.ByText.Top1),
            ("top-5 by text", a.ByText.Top5, b.ByText.Top5),
            ("top-1 by classifier", a.ByClassifier?.Top1, b.ByClassifier?.Top1),
            ("top-5 by classifier", a.ByClassifier?.Top5, b.ByClassifier?.Top5),
            ("time-order pairs", a.TimeOrder?.Ordered, b.TimeOrder?.Ordered),
            ("time-order pairs, frames shuffled", a.TimeOrder?.Shuffled, b.TimeOrder?.Shuffled),
            ("top-1 by text, warmed up", a.WarmedUp?.ByText.Top1, b.WarmedUp?.ByText.Top1),
            ("top-1 by classifier, warmed up", a.WarmedUp?.ByClassifier?.Top1, b.WarmedUp?.ByClassifier?.Top1),
            ("time-order pairs, warmed up", a.WarmedUp?.Ordered, b.WarmedUp?.Ordered),
        }
        where figure.A is not null && figure.B is not null
        select Of(set, figure.Name, figure.A!, figure.B!);

    private static IEnumerable<ComparedFigure> OfClasses(string set, SetReport a, SetReport b) =>
        from pair in a.Classes.Zip(b.Classes)
        where pair.First.ByText is not null && pair.Second.ByText is not null
        select Of(set, pair.First.Name, pair.First.ByText!, pair.Second.ByText!);

    private static ComparedFigure Of(string set, string name, Share a, Share b) =>
        Of(set, name, a.Value, b.Value, a.StandardError, b.StandardError);

    private static ComparedFigure Of(string set, string name, double a, double b, double errorOfA, double errorOfB)
    {
        var error = Math.Sqrt(errorOfA * errorOfA + errorOfB * errorOfB);
        return new(set, name, a, b, Math.Round(b - a, 4), Math.Round(error, 4), Math.Abs(b - a) > 2 * error);
    }
}
