// Reports and comparisons as tables on the console.
using System.Globalization;
using Spectre.Console;
using StreamActions.Trainer.Evaluation;

namespace StreamActions.Trainer.Commands;

/// <summary>Tables of figures.</summary>
internal static class ReportTables
{
    /// <summary>Maximum number of classes in a table. A longer table shows those with the lowest accuracy.</summary>
    private const int MaxClasses = 20;

    /// <summary>Writes a report: the figures of each set, then its classes.</summary>
    public static void Write(IAnsiConsole console, EvaluationReport report)
    {
        foreach (var set in report.Sets)
        {
            var figures = NewTable($"{set.Name}: {set.Clips} clips, {set.Classes.Count} classes", "figure", "value", "chance");
            void Row(string name, Share? share, double chance)
            {
                if (share is not null)
                    figures.AddRow(name, $"{Percent(share.Value)} ± {Percent(share.StandardError)}", Percent(chance));
            }
            Row("top-1 by text", set.ByText.Top1, set.Chance);
            Row("top-5 by text", set.ByText.Top5, set.ChanceTop5);
            Row("top-1 by classification head", set.ByClassifier?.Top1, set.Chance);
            Row("top-5 by classification head", set.ByClassifier?.Top5, set.ChanceTop5);
            Row("time-order pairs", set.TimeOrder?.Ordered, 0.5);
            Row("time-order pairs, frames shuffled", set.TimeOrder?.Shuffled, 0.5);
            if (set.WarmedUp is { } warm)
            {
                var after = string.Create(CultureInfo.InvariantCulture, $", after {warm.Frames} earlier frames");
                Row("top-1 by text" + after, warm.ByText.Top1, set.Chance);
                Row("top-5 by text" + after, warm.ByText.Top5, set.ChanceTop5);
                Row("top-1 by classification head" + after, warm.ByClassifier?.Top1, set.Chance);
                Row("top-5 by classification head" + after, warm.ByClassifier?.Top5, set.ChanceTop5);
                Row("time-order pairs" + after, warm.Ordered, 0.5);
            }
            console.Write(figures);
            console.Write(Classes(set));
        }
        foreach (var mean in report.HarmonicMeans)
            console.WriteLine(
                $"{mean.Name}: base {Percent(mean.Base)}, novel {Percent(mean.Novel)}, harmonic mean {Percent(mean.Value)} ± "
                    + $"{Percent(mean.StandardError)}");
        console.WriteLine("±: one standard error.");
    }

    /// <summary>Writes a comparison: figures, then the classes with the largest differences.</summary>
    public static void Write(IAnsiConsole console, ReportComparison comparison)
    {
        console.Write(ComparisonTable($"A = {comparison.A}, B = {comparison.B}", "figure", comparison.Figures));
        var classes = comparison.Classes.Where(c => c.Difference != 0).Take(MaxClasses).ToList();
        if (classes.Count > 0)
            console.Write(ComparisonTable(
                $"top-1 by text: the {classes.Count} largest differences of {comparison.Classes.Count} classes", "class", classes));
        foreach (var set in comparison.NotCompared)
            console.WriteLine($"Not compared: {set}.");
        foreach (var remark in comparison.Remarks)
            console.WriteLine($"{remark}.");
        console.WriteLine("*: larger than two standard errors.");
    }

    /// <summary>Writes the cost of a conversion.</summary>
    public static void Write(IAnsiConsole console, ConversionReport report)
    {
        var table = NewTable($"{report.Before} → {report.Converted}", "set", "figure", "before", "switched", "converted", "change");
        foreach (var f in report.Figures)
            table.AddRow(Markup.Escape(f.Set), Markup.Escape(f.Name), Percent(f.Before), Percent(f.Switched), Percent(f.Converted),
                Change(f.Change, f.StandardError));
        console.Write(table);
        console.WriteLine("switched: the old weights in causal mode, without training. change: converted − before ± one standard error.");
    }

    // A class without clips has no figures, so the table only counts it in its caption.
    private static Table Classes(SetReport set)
    {
        var shown = set.Classes.Where(c => c.Clips > 0).ToList();
        var all = shown.Count <= MaxClasses;
        var table = NewTable(
            all ? $"{set.Name}: classes" : $"{set.Name}: the {MaxClasses} classes with the lowest accuracy",
            "class", "clips", "by text", "by head", "time order");
        if (set.Classes.Count - shown.Count is > 0 and var empty)
            table.Caption($"Classes without clips: {empty} (wrong answers only)");
        foreach (var c in all ? shown : [.. shown.OrderBy(c => c.ByText?.Value ?? 2).Take(MaxClasses)])
            table.AddRow(Markup.Escape(c.Name), c.Clips.ToString(CultureInfo.InvariantCulture), Percent(c.ByText), Percent(c.ByClassifier),
                Percent(c.TimeOrder));
        return table;
    }

    private static Table ComparisonTable(string title, string what, IReadOnlyList<ComparedFigure> figures)
    {
        var table = NewTable(title, "set", what, "A", "B", "B − A", "");
        foreach (var f in figures)
            table.AddRow(Markup.Escape(f.Set), Markup.Escape(f.Name), Percent(f.A), Percent(f.B),
                Change(f.Difference, f.StandardError), f.Clear ? "*" : "");
        return table;
    }

    private static Table NewTable(string title, params string[] columns) =>
        new Table().Title(new TableTitle(Markup.Escape(title))).Border(TableBorder.Rounded).AddColumns(columns);

    private static string Change(double difference, double standardError) =>
        string.Create(CultureInfo.InvariantCulture, $"{difference * 100:+0.0;−0.0;0.0} ± {standardError * 100:f1}");

    private static string Percent(Share? share) => share is null ? "" : Percent(share.Value);

    private static string Percent(double share) => share.ToString("p1", CultureInfo.InvariantCulture);
}
