// Two reports side by side: what differs, and whether by more than chance would.
using System.Text.Json;

namespace StreamActions.Trainer.Evaluation;

/// <summary>One figure of two models.</summary>
/// <param name="Set">The set it was measured on.</param>
/// <param name="Name">The figure, or the class when it is one of a class.</param>
/// <param name="A">Of the first model.</param>
/// <param name="B">Of the second.</param>
/// <param name="Difference">B − A.</param>
/// <param name="StandardError">Of the difference, as if each model had seen clips of its own; with the same clips it is smaller.</param>
/// <param name="Clear">True when the difference is larger than two standard errors.</param>
internal sealed record ComparedFigure(string Set, string Name, double A, double B, double Difference, double StandardError, bool Clear);

/// <summary>Two reports side by side.</summary>
internal sealed record ReportComparison
{
    /// <summary>Version of the JSON form.</summary>
    public int SchemaVersion { get; } = 1;

    /// <summary>The first model.</summary>
    public required string A { get; init; }

    /// <summary>The second model.</summary>
    public required string B { get; init; }

    /// <summary>The figures of sets that both reports have with the same classes, and of their harmonic means.</summary>
    public required IReadOnlyList<ComparedFigure> Figures { get; init; }

    /// <summary>Top-1 by text of each class, the largest difference first.</summary>
    public required IReadOnlyList<ComparedFigure> Classes { get; init; }

    /// <summary>Sets that cannot be compared, with the reason.</summary>
    public required IReadOnlyList<string> NotCompared { get; init; }

    /// <summary>Compares.</summary>
    public static ReportComparison Of(EvaluationReport a, EvaluationReport b)
    {
        var both = a.Sets.Join(b.Sets, s => s.Name, s => s.Name, (x, y) => (A: x, B: y)).Where(p => SameClasses(p.A, p.B)).ToList();
        return new()
        {
            A = a.Model,
            B = b.Model,
            Figures =
            [
                .. both.SelectMany(p => OfSets(p.A, p.B)),
                .. from x in a.HarmonicMeans
                   join y in b.HarmonicMeans on x.Name equals y.Name
                   where both.Count(p => p.A.Name.EndsWith("-" + x.Name, StringComparison.Ordinal)) > 1
                   select Of(x.Name, "harmonic mean of base and novel", x.Value, y.Value, x.StandardError, y.StandardError),
            ],
            Classes =
            [
                .. from pair in both
                   from figure in OfClasses(pair.A, pair.B)
                   orderby Math.Abs(figure.Difference) descending
                   select figure,
            ],
            NotCompared =
            [
                .. a.Sets.Select(s => s.Name).Union(b.Sets.Select(s => s.Name)).Except(both.Select(p => p.A.Name))
                    .Select(name => $"{name}: {Reason(name, a, b)}"),
            ],
        };
    }

    /// <summary>As indented JSON, ending in a newline.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, ReportJson.Options) + "\n";

    private static bool SameClasses(SetReport a, SetReport b) => a.Classes.Select(c => c.Name).SequenceEqual(b.Classes.Select(c => c.Name));

    private static string Reason(string name, EvaluationReport a, EvaluationReport b) =>
        a.Sets.All(s => s.Name != name) ? $"only in {b.Model}" : b.Sets.All(s => s.Name != name) ? $"only in {a.Model}" : "the classes differ";

    private static IEnumerable<ComparedFigure> OfSets(SetReport a, SetReport b) =>
        from figure in new (string Name, Share? A, Share? B)[]
        {
            ("top-1 by text", a.ByText.Top1, b.ByText.Top1),
            ("top-5 by text", a.ByText.Top5, b.ByText.Top5),
            ("top-1 by classifier", a.ByClassifier?.Top1, b.ByClassifier?.Top1),
            ("top-5 by classifier", a.ByClassifier?.Top5, b.ByClassifier?.Top5),
            ("time-order pairs", a.TimeOrder?.Ordered, b.TimeOrder?.Ordered),
            ("time-order pairs, frames shuffled", a.TimeOrder?.Shuffled, b.TimeOrder?.Shuffled),
        }
        where figure.A is not null && figure.B is not null
        select Of(a.Name, figure.Name, figure.A!, figure.B!);

    private static IEnumerable<ComparedFigure> OfClasses(SetReport a, SetReport b) =>
        from pair in a.Classes.Zip(b.Classes)
        where pair.First.ByText is not null && pair.Second.ByText is not null
        select Of(a.Name, pair.First.Name, pair.First.ByText!, pair.Second.ByText!);

    private static ComparedFigure Of(string set, string name, Share a, Share b) => Of(set, name, a.Value, b.Value, a.StandardError, b.StandardError);

    private static ComparedFigure Of(string set, string name, double a, double b, double errorOfA, double errorOfB)
    {
        var error = Math.Sqrt(errorOfA * errorOfA + errorOfB * errorOfB);
        return new(set, name, a, b, Math.Round(b - a, 4), Math.Round(error, 4), Math.Abs(b - a) > 2 * error);
    }
}
